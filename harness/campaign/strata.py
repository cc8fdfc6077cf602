"""What a plan is going to exercise, counted by kind before anything is played: exposure as planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from msgspec import Struct

from harness.campaign.gaps import bin_of
from harness.campaign.ranks import equal_ranks
from harness.records.plan import RECOVERY, SWEEP, Batch, BatchKind, PlannedApplication

_SIZES = ((2, "2"), (8, "3-8"), (32, "9-32"))


class Stratum(Struct, frozen=True, kw_only=True):
    """So much of one kind. `name` is a value where the plan has them, else a key of the words of `honnin plan`."""

    group: str
    name: str
    count: int


def strata_of(batches: Iterable[Batch]) -> tuple[Stratum, ...]:
    """Count what batches exercise; groups and names in the order in which they are first met."""
    counts: Counter[tuple[str, str]] = Counter()
    served: Counter[str] = Counter()
    for batch in batches:
        counts.update(_of(batch))
        counts["pairs", "equal_rank"] += equal_ranks(batch, served)
    return tuple(Stratum(group=group, name=name, count=count) for (group, name), count in counts.items() if count)


def _of(batch: Batch) -> Iterator[tuple[str, str]]:
    match batch.kind:
        case BatchKind.BURST:
            yield from _burst(batch)
        case BatchKind.SEQUENCE:
            yield from _row(batch)
        case BatchKind.CLOSED:
            yield from (("load", batch.purpose.partition(":")[0]) for _ in batch.applications)
        case BatchKind.ARRIVALS:
            yield from (("load", "mix") for _ in batch.applications)
    for update in batch.updates:
        yield "update", "in_flight" if batch.kind is BatchKind.BURST else update.field


def _burst(batch: Batch) -> Iterator[tuple[str, str]]:
    members = batch.applications[: len(batch.applications) - batch.fillers]
    if len(members) == 2 and batch.purpose.startswith("pair"):
        yield from _pair(batch, members[0], members[1])
    elif len(batch.applications) > 1:
        size = len(batch.applications)
        yield "burst", next((name for most, name in _SIZES if size <= most), "33+")
        yield from (("burst", word) for word in ("long", "aborting") if word in batch.purpose)
    for one, other in combinations(batch.applications, 2):
        yield "pairs", "same_certificate" if one.certificate is other.certificate else "other_certificate"
        if one.node and other.node:
            yield "pairs", "same_node" if one.node == other.node else "cross_node"


def _pair(batch: Batch, one: PlannedApplication, other: PlannedApplication) -> Iterator[tuple[str, str]]:
    gap = other.gap_ms - one.gap_ms
    yield "gap", bin_of(gap)
    if batch.slot:
        yield "gap", "steered"
    if gap < 0:
        yield "gap", "second_first"
    if batch.relation:
        yield "relation", batch.relation
    if one.lane is not None and other.lane is not None:
        yield "pairs", "same_connection" if one.lane == other.lane else "other_connection"
    if batch.fillers:
        yield "pairs", "under_load"
    if batch.phase_ms is not None:
        yield "second", "within" if batch.purpose.endswith("within") else "across"


def _row(batch: Batch) -> Iterator[tuple[str, str]]:
    event, _, step = batch.purpose.removeprefix("sequence:after-").partition("-at-")
    if event != batch.purpose:
        yield "succession", f"{event} {step}".strip()
    elif batch.purpose in {RECOVERY, SWEEP}:
        yield "alone", batch.purpose
    elif not batch.updates:
        yield "alone", batch.purpose.partition(":")[2] or "solo"
