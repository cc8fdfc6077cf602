"""What a plan will take and give: time by phase, exposure by kind, the bound in reach, and what stands in its way."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from msgspec import Struct

from harness.campaign.pace import Pace
from harness.campaign.reach import Hindrance, hindrances
from harness.campaign.strata import Stratum, strata_of
from harness.records.plan import Batch, BatchKind, Phase, PlanHeader, PlannedApplication
from harness.records.target import Target

_START_MS = 2_000.0  # one player program: its start, its people at their kiosks
_BEFORE_MS = 8_000.0  # the generator's proof of itself, the first probe
_UPDATE_MS = 200.0
_REFUSED = 0.4  # of a visit: it ends when the application is answered
_HUMAN_STEPS = 4  # at which somebody thinks: card, choice, fee, completion
_SECOND_MS = 1_000.0
_BOUNDS = (0.1, 0.03, 0.01, 0.001)


class PhaseForecast(Struct, frozen=True, kw_only=True):
    """One phase as it is planned."""

    phase: str
    title_ja: str
    title_en: str
    batches: int
    applications: int
    updates: int
    slots: int  # batches with a parameter to be decided when the phase begins
    expected_s: float


class Wanted(Struct, frozen=True, kw_only=True):
    """What a bound of the misdelivery probability per burst needs, if none is found."""

    bound: float
    bursts: int
    expected_s: float  # at this plan's pace
    turns: float  # of every resident, at this plan's mixture


class Forecast(Struct, frozen=True, kw_only=True):
    """What `honnin plan` shows."""

    header: PlanHeader
    pace: Pace
    phases: tuple[PhaseForecast, ...]
    batch_s: dict[str, float]  # by batch: what a window has room for
    expected_s: float  # with what comes before, between and after; reading and judging left aside
    strata: tuple[Stratum, ...]
    bursts: int
    bound: float | None  # 95 % upper bound per burst that the plan can reach; None without bursts
    wanted: tuple[Wanted, ...]
    turns: float  # applications per resident
    hindrances: tuple[Hindrance, ...]
    scarce: str  # what is in the way of most of what was asked for; "minutes" where nothing else is


def forecast(
    header: PlanHeader, batches: Sequence[Batch], target: Target, pace: Pace, cards: Collection[str] | None
) -> Forecast:
    """Forecast a compiled plan; `cards` are the residents who have one, None where none are needed."""
    durations = {b.batch: batch_ms(b, pace) for b in batches}
    phases = tuple(_phase(phase, batches, durations, pace) for phase in header.phases)
    settle_ms = _START_MS + target.limits.settle_s * 100.0  # it ends once all is settled, mostly at the first look
    total_ms = _BEFORE_MS + sum(p.expected_s for p in phases) * 1000.0 + settle_ms
    bursts = sum(1 for b in batches if b.kind is BatchKind.BURST and len(b.applications) > 1)
    turns = header.applications / max(1, header.residents)
    found = hindrances(header, batches, target, pace, cards)
    return Forecast(
        header=header,
        pace=pace,
        phases=phases,
        batch_s={name: round(ms / 1000.0, 3) for name, ms in durations.items()},
        expected_s=round(total_ms / 1000.0, 1),
        strata=strata_of(batches),
        bursts=bursts,
        bound=_bound(bursts),
        wanted=tuple(_wanted(bound, bursts, total_ms, turns) for bound in _BOUNDS) if bursts else (),
        turns=round(turns, 2),
        hindrances=found,
        scarce=_scarce(found),
    )


def batch_ms(batch: Batch, pace: Pace) -> float:
    """Return how long a batch is expected to take, played for itself."""
    applications = batch.applications
    if not applications:
        return 0.0
    served_ms = len(applications) / pace.per_second * 1000.0
    solo = [_visit_ms(one, pace) for one in applications]
    match batch.kind:
        case BatchKind.SEQUENCE:
            gaps = sum(a.gap_ms for a in applications) + _UPDATE_MS * len(batch.updates)
            return sum(solo) * (_REFUSED if batch.purpose == "solo:refusal" else 1.0) + gaps
        case BatchKind.BURST:
            aligned_ms = _SECOND_MS / 2.0 if batch.phase_ms is not None else 0.0
            changed_ms = max((u.start_ms + _UPDATE_MS for u in batch.updates), default=0.0)
            last_ms = max(a.gap_ms for a in applications)
            return aligned_ms + max(last_ms + max(solo), last_ms + served_ms, changed_ms)
        case BatchKind.ARRIVALS:
            return max(max(a.start_ms for a in applications) + max(solo), served_ms)
        case BatchKind.CLOSED:
            kiosks = len({a.kiosk for a in applications})
            return max(sum(solo) / max(1, kiosks), served_ms)


def _visit_ms(one: PlannedApplication, pace: Pace) -> float:
    alone = pace.solo_of_ms.get(one.certificate, pace.solo_ms)
    idle = one.abort.after_ms if one.abort else 0.0
    return alone + one.think_ms * _HUMAN_STEPS + idle


def _phase(phase: Phase, batches: Sequence[Batch], durations: dict[str, float], pace: Pace) -> PhaseForecast:
    own = [b for b in batches if b.phase == phase.phase]
    applications = sum(len(b.applications) for b in own)
    together = sum(durations[b.batch] for b in own) / max(1, phase.parallel)
    longest = max((durations[b.batch] for b in own), default=0.0)
    served = applications / pace.per_second * 1000.0
    return PhaseForecast(
        phase=phase.phase,
        title_ja=phase.title_ja,
        title_en=phase.title_en,
        batches=len(own),
        applications=applications,
        updates=sum(len(b.updates) for b in own),
        slots=sum(1 for b in own if b.slot),
        expected_s=round((_START_MS + max(together, longest, served)) / 1000.0, 1),
    )


def _bound(bursts: int) -> float | None:
    """Return 1 - 0.05^(1/n), the 95 % upper bound after none in n bursts."""
    return float(1.0 - 0.05 ** (1.0 / bursts)) if bursts else None


def _wanted(bound: float, bursts: int, total_ms: float, turns: float) -> Wanted:
    """Return what `bound` needs: as many bursts as make the plan's own bound that small."""
    needed = math.ceil(math.log(0.05) / math.log(1.0 - bound))
    times = needed / bursts
    return Wanted(
        bound=bound, bursts=needed, expected_s=round(total_ms / 1000.0 * times, 1), turns=round(turns * times, 1)
    )


def _scarce(found: Sequence[Hindrance]) -> str:
    """Name what is in the way most often; the order of `found` decides between equals."""
    resources = [h.resource for h in found]
    return max(dict.fromkeys(resources), key=resources.count, default="minutes")
