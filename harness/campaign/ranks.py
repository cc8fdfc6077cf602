"""Keeps the nodes level: who meets on two of them is to be the n-th customer of either, as far as a plan can say.

Numbers that every node counts for itself collide between such people only (高松市 2024-04-04).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from harness.records.plan import Batch, BatchKind


def levelled(batches: Iterable[Batch], nodes: Sequence[str]) -> Iterator[Batch]:
    """Yield the batches in their order; a group that comes to one node comes to the one that has served least."""
    served: Counter[str] = Counter()
    for batch in batches:
        here = {a.node for a in batch.main}
        if batch.kind is BatchKind.BURST and len(here) == 1 and (node := here.pop()):
            level = _exchanged(batch, node, min(nodes, key=lambda n: served[n]))
        else:
            level = batch
        served.update(a.node for a in level.applications if a.node)
        yield level


def _exchanged(batch: Batch, here: str, there: str) -> Batch:
    """Have everybody who was to come to the one node come to the other, and the reverse."""
    other = {here: there, there: here}
    moved = (replace(a, node=other.get(a.node or "", a.node)) for a in batch.applications)
    return replace(batch, applications=tuple(moved))


def equal_ranks(batch: Batch, served: Counter[str]) -> int:
    """Count the pairs of a burst who are the n-th of two nodes; `served` is brought up to after the batch."""
    ranks: Counter[int] = Counter()
    for one in sorted(batch.applications, key=lambda a: a.gap_ms):
        if one.node:
            served[one.node] += 1
            ranks[served[one.node]] += 1
    return sum(n * (n - 1) // 2 for n in ranks.values()) if batch.kind is BatchKind.BURST else 0
