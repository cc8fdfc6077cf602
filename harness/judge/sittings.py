"""How long a run used the target: each sitting from its first application to the end of its last."""

from __future__ import annotations

from bisect import bisect_right

from harness.checks.history import HistoryView
from harness.records.verdict import Sitting


def sittings_of(view: HistoryView) -> tuple[Sitting, ...]:
    """Return the sittings in which anybody applied, in order; `honnin resume` begins another one.

    Of an application without an end only the begin counts.
    """
    spans: dict[int, tuple[int, int]] = {}
    columns = (view.applications.integers(field) for field in ("started_ns", "ended_ns"))
    for began_ns, ended_ns in zip(*columns, strict=True):
        number = bisect_right(view.resumed_ns, began_ns)
        first_ns, last_ns = spans.get(number, (began_ns, began_ns))
        spans[number] = min(first_ns, began_ns), max(last_ns, began_ns, ended_ns)
    return tuple(_sitting(view, number, *span) for number, span in sorted(spans.items()))


def _sitting(view: HistoryView, number: int, began_ns: int, ended_ns: int) -> Sitting:
    anchors = {s.writer: s.wall_minus_monotonic_ns for s in view.segments}
    anchor_ns = anchors.get(f"supervisor-{number + 1}", next(iter(anchors.values()), 0))
    return Sitting(began_wall_ns=began_ns + anchor_ns, ended_wall_ns=ended_ns + anchor_ns)


def ended_wall_ns(view: HistoryView) -> int:
    """Return when the last record was written, on the wall clock; 0 where there is none."""
    return max((s.last_ns + s.wall_minus_monotonic_ns for s in view.segments), default=0)
