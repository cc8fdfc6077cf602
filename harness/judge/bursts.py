"""Which bursts count: two applications really were under way at the same time, and a document came. The bound's unit.

A pair planned some time apart, or answered too fast, exercised no race; it is told by its planned distance instead.
Where nobody received a document nobody could have received another's: a target that refuses everybody shows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from harness.checks.history import NEVER, Application, HistoryView
from harness.judge.generator import spreads_ms
from harness.records.generator import kind_ms
from harness.records.history import Ending
from harness.records.plan import BatchKind
from harness.records.verdict import GapClass

_EDGES_MS = (0.0, 10.0, 100.0, 1_000.0, float("inf"))  # planned first to last departure
_MS_NS = 1_000_000


def gap_classes(view: HistoryView, spans_ms: Mapping[str, float]) -> tuple[GapClass, ...]:
    """Return the bursts that were released, ended and are not void, by the distance `spans_ms` planned for them.

    One that strayed from it stands by what was measured: it is no exposure of the planned kind.

    A burst that the plan does not know stands in the first class; classes without bursts are left out.
    """
    played, measured_ms = _played(view), spreads_ms(view)
    kinds_ms = {burst: kind_ms(spans_ms.get(burst, 0.0), measured_ms[burst]) for burst in played}
    classes, floor = [], -1.0
    for edge in _EDGES_MS:
        here = [burst for burst in played if floor < kinds_ms[burst] <= edge]
        if here:
            classes.append(_gap_class(edge, here, played, view.last_ns))
        floor = edge
    return tuple(classes)


def trials_of(view: HistoryView) -> dict[str, list[Application]]:
    """Return the bursts that count as trials of the bound, with their applications, in the order of the history."""
    return {burst: some for burst, some in _played(view).items() if counts(some, view.last_ns)}


def _played(view: HistoryView) -> dict[str, list[Application]]:
    """Return the applications of every burst that was released, ended and is not void."""
    released = {batch for batch, _ in view.releases}
    played: dict[str, list[Application]] = {
        b.batch: []
        for b in view.batches
        if b.kind is BatchKind.BURST and b.batch in released and not b.void and b.ended_ns != NEVER
    }
    for place, batch in enumerate(view.applications.strings("batch")):
        if batch in played:
            played[batch].append(view.applications[place])
    return played


def _gap_class(
    edge: float, here: Sequence[str], played: Mapping[str, Sequence[Application]], horizon_ns: int
) -> GapClass:
    gaps_ns = [_measured_gap_ns(played[burst]) for burst in here]
    return GapClass(
        up_to_ms=edge if edge != _EDGES_MS[-1] else None,
        bursts=len(here),
        overlapped=sum(1 for burst in here if counts(played[burst], horizon_ns)),
        median_ms=median(gaps_ns) / _MS_NS,
        longest_ms=max(gaps_ns) / _MS_NS,
    )


def _measured_gap_ns(applications: Sequence[Application]) -> int:
    """Return the time from the first to the last departure."""
    departures = [_departure_ns(one) for one in applications]
    return max(departures) - min(departures) if departures else 0


def counts(applications: Sequence[Application], horizon_ns: int) -> bool:
    """Tell whether a burst that was played is a trial of the bound."""
    return any(one.ending is Ending.DELIVERED for one in applications) and any_overlap(applications, horizon_ns)


def any_overlap(applications: Sequence[Application], horizon_ns: int) -> bool:
    """Tell whether two of the applications surely were being issued at the same instant, from applying to the document.

    One without an end runs to `horizon_ns`; what clocks of several hosts leave open counts as apart.
    """
    spans = sorted((_from_ns(one) + one.error_ns, _to_ns(one, horizon_ns) - one.error_ns) for one in applications)
    return any(after[0] <= before[1] for before, after in pairwise(_reaching(spans)))


def _reaching(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans by start, each with the latest end of any so far."""
    reached, latest = [], 0
    for start, end in spans:
        latest = max(latest, end)
        reached.append((start, latest))
    return reached


def _from_ns(one: Application) -> int:
    return one.applied_ns if one.applied_ns != NEVER else _departure_ns(one)


def _to_ns(one: Application, horizon_ns: int) -> int:
    ends = [ns for ns in (one.collect_to_ns, one.ended_ns) if ns != NEVER]
    return min(ends, default=horizon_ns)


def _departure_ns(one: Application) -> int:
    """Return when the synchronised send left, else the application, else when it began."""
    return next(ns for ns in (one.left_ns, one.applied_ns, one.started_ns) if ns not in {NEVER, 0})
