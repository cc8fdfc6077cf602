"""Reads a ramp and a held load: where the target serves no more (the knee), and which time limit waits ran into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from statistics import median

from msgspec import Struct

from harness.checks.history import NEVER, Application, HistoryView
from harness.records.history import Ending

# A step that brings less than this share of more served a second, while it brings more people, is past the knee.
_GAIN = 0.10
_LIKE = 0.10  # failures whose waits lie within this share of each other ran into one limit
_FEWEST = 5  # failures: less may be chance
_DECILE = 10
_IN_VAIN = frozenset({Ending.FAILED, Ending.UNRESOLVED})


class RampStep(Struct, frozen=True, kw_only=True):
    """One step of a ramp as it was played."""

    kiosks: int
    per_second: float  # delivered
    median_ms: float  # from applying to the document


class Knee(Struct, frozen=True, kw_only=True):
    """From how many kiosks on more people bring no more documents."""

    kiosks: int
    per_second: float  # served there


def ramp_steps(view: HistoryView, ramps: Mapping[str, int]) -> tuple[RampStep, ...]:
    """Return what each batch of a ramp achieved, by kiosks; `ramps` gives their batches and numbers of kiosks."""
    members: dict[str, list[Application]] = {batch: [] for batch in ramps}
    for place, batch in enumerate(view.applications.strings("batch")):
        if batch in members:
            members[batch].append(view.applications[place])
    steps = (_step(ramps[batch], some) for batch, some in members.items() if some)
    return tuple(sorted(steps, key=lambda step: step.kiosks))


def _step(kiosks: int, members: Sequence[Application]) -> RampStep:
    served = [one for one in members if one.ending is Ending.DELIVERED]
    begun = min(one.started_ns for one in members)
    lasted_s = max(1e-9, (max((one.ended_ns for one in members), default=begun) - begun) / 1e9)
    waits = [taken_ms(one) for one in served]
    return RampStep(
        kiosks=kiosks, per_second=round(len(served) / lasted_s, 3), median_ms=round(median(waits), 3) if waits else 0.0
    )


def find_knee(steps: Sequence[RampStep]) -> Knee | None:
    """Return the first step after which none serves a tenth more; None where the last steps still gain.

    The usual definition of saturation throughput, read off the steps: no model is fitted to so few points.
    """
    for place, step in enumerate(steps[:-1]):
        later = max(s.per_second for s in steps[place + 1 :])
        if step.per_second > 0 and later < step.per_second * (1.0 + _GAIN):
            return Knee(kiosks=step.kiosks, per_second=step.per_second)
    return None


def taken_ms(one: Application) -> float:
    """Return the time from applying to the last answer about the document, else to the end."""
    begun = one.applied_ns if one.applied_ns != NEVER else one.started_ns
    ended = one.collect_to_ns if one.collect_to_ns != NEVER else one.ended_ns
    return max(0.0, (ended - begun) / 1e6)


def alone_ms(view: HistoryView, alone: Collection[str], time_of: Callable[[Application], float]) -> dict[str, float]:
    """Return the median `time_of` what the batches `alone` delivered, by certificate."""
    times: dict[str, list[float]] = {}
    for place, batch in enumerate(view.applications.strings("batch")):
        if batch in alone and (one := view.applications[place]).ending is Ending.DELIVERED:
            times.setdefault(str(one.certificate), []).append(time_of(one))
    return {kind: round(median(some), 3) for kind, some in sorted(times.items())}


def waits_ms(view: HistoryView, batches: Collection[str] | None = None) -> Iterator[tuple[float, bool]]:
    """Yield of every application (of `batches`; None: of all) that waited for a document how long, and if in vain."""
    columns = view.applications
    begun, ended = columns.integers("collect_from_ns"), columns.integers("collect_to_ns")
    endings, names = columns.column("ending"), columns.strings("batch")
    for since, until, ending, batch in zip(begun, ended, endings, names, strict=True):
        if NEVER not in (since, until) and (batches is None or batch in batches):
            yield (until - since) / 1e6, ending in _IN_VAIN


def detect_limit_ms(waits: Iterable[tuple[float, bool]]) -> float | None:
    """Return the time limit that failing applications ran into: waits that end in failure after the same time."""
    vain = sorted(wait for wait, failed in waits if failed and wait > 0.0)
    if len(vain) < _FEWEST:
        return None
    low, high = vain[len(vain) // _DECILE], vain[-1 - len(vain) // _DECILE]
    middle = median(vain)
    return round(middle, 3) if high - low <= middle * _LIKE else None


def crossings(
    view: HistoryView, limits_ms: Sequence[float], batches: Collection[str] | None = None
) -> tuple[int, float | None]:
    """Return how many waited as long as a time limit, and which: the shortest of `limits_ms`, else the one detected."""
    limit = min(limits_ms, default=None) or detect_limit_ms(waits_ms(view, batches))
    if limit is None:
        return 0, None
    return sum(1 for wait, _ in waits_ms(view, batches) if wait >= limit * (1.0 - _LIKE / 2.0)), limit
