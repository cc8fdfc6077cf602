"""What does not count, by node and time: void batches, and findings that people cleared. Chance favours no node."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from harness.checks.history import NEVER, HistoryView
from harness.records.findings import Finding
from harness.records.review import is_cleared
from harness.records.verdict import SetAside, SetAsideKind

_SLICE_NS = 600_000_000_000  # ten minutes: a batch job of the target, a backup, a person's break show in it

Cell = tuple[int, str]  # begin of ten minutes on the wall clock, node


def set_aside(view: HistoryView, findings: Iterable[Finding]) -> tuple[SetAside, ...]:
    """Return, for every node and ten minutes in which something was set aside, how much of all that was there.

    Batches count where and when they were played, findings as the documents that they are about. O(n), and nothing
    where nothing was set aside.
    """
    void = {b.batch for b in view.batches if b.void}
    cleared = {f.delivery for f in findings if is_cleared(f) and f.delivery}
    cells: list[SetAside] = []
    if void:
        cells += _counted(SetAsideKind.VOID, _batches(view), void)
    if cleared:
        cells += _counted(SetAsideKind.CLEARED, _documents(view), cleared)
    return tuple(cells)


def _counted(kind: SetAsideKind, all_: Iterable[tuple[str, Cell]], these: set[str]) -> Iterator[SetAside]:
    everything: Counter[Cell] = Counter()
    aside: Counter[Cell] = Counter()
    for name, cell in all_:
        everything[cell] += 1
        aside[cell] += name in these
    for (from_wall_ns, node), count in sorted(aside.items()):
        if count:
            of = everything[from_wall_ns, node]
            yield SetAside(kind=kind, from_wall_ns=from_wall_ns, node=node, count=count, of=of)


def _batches(view: HistoryView) -> Iterator[tuple[str, Cell]]:
    """Yield every batch with all nodes that served it, "" where none is known."""
    nodes: dict[str, set[str]] = defaultdict(set)
    writers: dict[str, str] = {}
    of = view.applications
    for batch, node, writer in zip(of.column("batch"), of.column("node"), of.column("writer"), strict=True):
        writers[batch] = writer
        if node:
            nodes[batch].add(node)
    anchors = _anchors(view)
    for one in view.batches:
        at_ns = one.started_ns + anchors.get(writers.get(one.batch, ""), anchors[""])
        yield one.batch, (_begin(at_ns), "+".join(sorted(nodes[one.batch])))


def _documents(view: HistoryView) -> Iterator[tuple[str, Cell]]:
    anchors, of = _anchors(view), view.deliveries
    nodes = view.applications.column("node")
    columns = (of.column(field) for field in ("delivery", "at_ns", "place", "writer"))
    for name, at_ns, place, writer in zip(*columns, strict=True):
        yield name, (_begin(at_ns + anchors.get(writer, anchors[""])), "" if place == NEVER else nodes[place])


def _anchors(view: HistoryView) -> dict[str, int]:
    """Return what is to be added to each writer's times; under "" that of the first, for whoever is not known."""
    anchors = {s.writer: s.wall_minus_monotonic_ns for s in view.segments}
    return {**anchors, "": next(iter(anchors.values()), 0)}


def _begin(wall_ns: int) -> int:
    return wall_ns - wall_ns % _SLICE_NS
