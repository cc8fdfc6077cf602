"""What a plan will take and give: time by phase, exposure by kind, the bound in reach, and what stands in its way."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from harness.assurance.bounds import bound_after, trials_for
from harness.assurance.foreseen import Foreseen
from harness.campaign.night import Night, Stretch, night_of
from harness.campaign.pace import Pace
from harness.campaign.reach import Hindrance, hindrances
from harness.campaign.strata import Stratum, strata_of
from harness.campaign.window import BEFORE_S, reserve_of
from harness.journal.plan_file import PlannedBatches
from harness.records.plan import Batch, BatchKind, Phase, PlanHeader, PlannedApplication
from harness.records.target import Target

_START_MS = 2_000.0  # one player program: its start, its people at their kiosks
_UPDATE_MS = 200.0
_BY_HAND_MS = 60_000.0  # a person reads what to change, finds the resident, enters and registers it
_REFUSED = 0.4  # of a visit: it ends when the application is answered
_HUMAN_STEPS = 4  # at which somebody thinks: card, choice, fee, completion
_SECOND_MS = 1_000.0
_MINUTE_MS = 60_000.0
_BOUNDS = (0.1, 0.03, 0.01, 0.001)


class PhaseForecast(Struct, frozen=True, kw_only=True):
    """One phase as it is planned."""

    phase: str
    title_ja: str
    title_en: str
    batches: int
    applications: int
    updates: int
    bursts: int  # of two people or more
    slots: int  # batches with a parameter to be decided when the phase begins
    expected_s: float


class Wanted(Struct, frozen=True, kw_only=True):
    """What a bound of the misdelivery probability per burst needs, if none is found."""

    bound: float
    bursts: int
    expected_s: float  # at this plan's pace
    turns: float  # of every resident, at this plan's mixture


class Assured(Struct, frozen=True, kw_only=True):
    """The bound that the scenario asks for, and whether the plan, or this window of it, is likely to reach it."""

    bound: float
    confidence: float
    trials: int  # that it takes
    planned: int  # that the plan is likely to give
    in_window: int  # that the window given is likely to give; as planned where none is
    window_s: float  # in which so many would be played, at this plan's pace and mixture


class Window(Struct, frozen=True, kw_only=True):
    """What a sitting is given."""

    seconds: float
    baseline_s: float | None  # that a baseline will take beforehand; None where there is one


class Forecast(Struct, frozen=True, kw_only=True):
    """What `honnin plan` shows."""

    header: PlanHeader
    by_hand_s: float  # reckoned for one change of the register by hand; 0 where nobody has to make them
    pace: Pace
    phases: tuple[PhaseForecast, ...]
    batch_s: dict[str, float]  # by batch: what a window has room for
    expected_s: float  # with what comes before, between and after; reading and judging left aside
    strata: tuple[Stratum, ...]
    bursts: int
    bound: float | None  # upper bound per burst that the plan is likely to reach; None without bursts
    confidence: float
    trials: int  # bursts likely to overlap, of different people each
    assured: Assured | None  # None: the scenario asks for no bound
    wanted: tuple[Wanted, ...]
    turns: float  # applications per resident
    hindrances: tuple[Hindrance, ...]
    scarce: str  # what is in the way of most of what was asked for; "minutes" where nothing else is
    night: Night | None = None  # None: no window is given
    foreseen: Foreseen | None = None  # by the standard procedure; None: the scenario is made for none of its levels


def forecast(
    header: PlanHeader,
    batches: PlannedBatches,
    target: Target,
    pace: Pace,
    cards: Collection[str] | None,
    window: Window | None = None,
) -> Forecast:
    """Forecast a compiled plan; `cards` are the residents who have one, None where none are needed.

    Of the confirmations of recovery one is counted, as in a run of one window. Raises UsageError where `window` leaves
    no time for arrivals.
    """
    header, batches = _one_confirmation(header, batches)
    briefs = [_brief(batch, pace) for batch in batches]
    by_hand_ms = _BY_HAND_MS if target.updates == "manual" else 0.0
    own = {phase.phase: [b for b in briefs if b.phase == phase.phase] for phase in header.phases}
    phases = tuple(_phase(phase, own[phase.phase], pace, by_hand_ms) for phase in header.phases)
    settle_ms = _START_MS + target.limits.settle_s * 100.0  # it ends once all is settled, mostly at the first look
    total_ms = BEFORE_S * 1000.0 + sum(p.expected_s for p in phases) * 1000.0 + settle_ms
    turns = header.applications / max(1, header.residents)
    found = hindrances(header, batches, target, pace, cards)
    by_phase, confidence = _trials(batches, pace), header.assure.confidence
    trials = by_phase.total()
    night = _night(header, phases, by_phase, window, target, pace) if window else None
    return Forecast(
        header=header,
        by_hand_s=by_hand_ms / 1000.0,
        pace=pace,
        phases=phases,
        batch_s={b.batch: round(b.lasts_ms / 1000.0, 3) for b in briefs},
        expected_s=round(total_ms / 1000.0, 1),
        strata=strata_of(batches),
        bursts=sum(p.bursts for p in phases),
        bound=bound_after(trials, confidence),
        confidence=confidence,
        trials=trials,
        assured=_assured(header, trials, total_ms, night.bursts if night else trials),
        wanted=tuple(_wanted(bound, confidence, trials, total_ms, turns) for bound in _BOUNDS) if trials else (),
        turns=round(turns, 2),
        hindrances=found,
        scarce=_scarce(found),
        night=night,
    )


def _one_confirmation(header: PlanHeader, batches: PlannedBatches) -> tuple[PlanHeader, PlannedBatches]:
    """Leave out what is there for later windows only."""
    later = {p.phase for p in [p for p in header.phases if p.recovery][1:]}
    phases = tuple(p for p in header.phases if p.phase not in later)
    kept = batches.of(*(p.phase for p in phases))
    applications = sum(len(b.applications) for b in kept)
    return replace(header, phases=phases, batches=len(kept), applications=applications), kept


def _night(
    header: PlanHeader,
    phases: Sequence[PhaseForecast],
    trials: Mapping[str, int],
    window: Window,
    target: Target,
    pace: Pace,
) -> Night:
    last = {p.phase for p in header.phases if p.recovery}
    issues = sum(p.applications for p in phases if p.phase in last)
    reserve = reserve_of(header.phases, issues, target.limits, pace)
    stretches = [
        Stretch(phase=p.phase, expected_s=p.expected_s, bursts=trials[p.phase]) for p in phases if p.phase not in last
    ]
    return night_of(stretches, window.seconds, reserve, window.baseline_s)


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
            return sum(solo) * (_REFUSED if batch.purpose.endswith(":refusal") else 1.0) + gaps
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


def _is_burst(batch: Batch) -> bool:
    return batch.kind is BatchKind.BURST and len(batch.applications) > 1


def _visit_ms(one: PlannedApplication, pace: Pace) -> float:
    alone = pace.solo_of_ms.get(one.certificate, pace.solo_ms)
    idle = one.abort.after_ms if one.abort else 0.0
    return alone + one.think_ms * _HUMAN_STEPS + idle


class _Brief(NamedTuple):
    """What of a batch its phase's forecast is made of: the batch itself stays on the disk."""

    batch: str
    phase: str
    lasts_ms: float
    applications: int
    updates: int
    burst: bool
    slot: bool


def _brief(batch: Batch, pace: Pace) -> _Brief:
    counts = len(batch.applications), len(batch.updates)
    return _Brief(batch.batch, batch.phase, batch_ms(batch, pace), *counts, _is_burst(batch), bool(batch.slot))


def _phase(phase: Phase, own: Sequence[_Brief], pace: Pace, by_hand_ms: float) -> PhaseForecast:
    applications, updates = sum(b.applications for b in own), sum(b.updates for b in own)
    together = sum(b.lasts_ms for b in own) / max(1, phase.parallel)
    longest = max((b.lasts_ms for b in own), default=0.0)
    served = applications / pace.per_second * 1000.0
    paced = len(own) / phase.per_minute * _MINUTE_MS if phase.per_minute else 0.0
    return PhaseForecast(
        phase=phase.phase,
        title_ja=phase.title_ja,
        title_en=phase.title_en,
        batches=len(own),
        applications=applications,
        updates=updates,
        bursts=sum(b.burst for b in own),
        slots=sum(b.slot for b in own),
        expected_s=round((_START_MS + max(together, longest, served, paced) + updates * by_hand_ms) / 1000.0, 1),
    )


def _trials(batches: Iterable[Batch], pace: Pace) -> Counter[str]:
    """Count by phase the groups of people with a burst that is likely to overlap: it leaves within one visit.

    A group counts in the first phase that it meets in.
    """
    groups: set[frozenset[str]] = set()
    counts: Counter[str] = Counter()
    for batch in filter(_is_burst, batches):
        shortest_ms = min(pace.solo_of_ms.get(one.certificate, pace.solo_ms) for one in batch.main)
        group = frozenset(one.resident for one in batch.applications)
        if group not in groups and (batch.span_ms < shortest_ms or batch.fillers):
            groups.add(group)
            counts[batch.phase] += 1
    return counts


def _assured(header: PlanHeader, trials: int, total_ms: float, in_window: int) -> Assured | None:
    """Return what the scenario asks for, and what of the plan's trials a window plays."""
    bound, confidence = header.assure.misdelivery_per_burst, header.assure.confidence
    if bound is None:
        return None
    needed = trials_for(bound, confidence)
    return Assured(
        bound=bound,
        confidence=confidence,
        trials=needed,
        planned=trials,
        in_window=in_window,
        window_s=round(total_ms / 1000.0 * needed / trials, 1) if trials else math.inf,
    )


def _wanted(bound: float, confidence: float, trials: int, total_ms: float, turns: float) -> Wanted:
    """Return what `bound` needs: as many trials as make the plan's own bound that small."""
    needed = trials_for(bound, confidence)
    times = needed / trials
    return Wanted(
        bound=bound, bursts=needed, expected_s=round(total_ms / 1000.0 * times, 1), turns=round(turns * times, 1)
    )


def _scarce(found: Sequence[Hindrance]) -> str:
    """Name what is in the way most often; the order of `found` decides between equals."""
    resources = [h.resource for h in found]
    return max(dict.fromkeys(resources), key=resources.count, default="minutes")
