"""Exposure by kind: what customers followed, which changes and limits they met, by sweeps over sorted times."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from harness.campaign.knee import crossings, find_knee, ramp_steps
from harness.checks.history import NEVER, HistoryView, predecessors
from harness.judge.verdict import Completeness
from harness.records.history import Ending
from harness.records.plan import BatchKind
from harness.records.verdict import Count, KneeSeen, LimitCrossed

_NEAR_UPDATE_NS = 2_000_000_000  # before and after a change: what caches, links and half-written rows would show in
_RAMP = "ramp:"


class Followed(Struct, frozen=True, kw_only=True):
    """Customers who followed another at their kiosk, by how that one ended."""

    delivery: int = 0
    refusal: int = 0
    error: int = 0
    abort: int = 0

    @property
    def all(self) -> int:
        """All of them."""
        return self.delivery + self.refusal + self.error + self.abort


_AFTER = {
    Ending.DELIVERED: "delivery",
    Ending.REFUSED: "refusal",
    Ending.ABORTED: "abort",
}


def followed(view: HistoryView, void: Collection[str]) -> Followed:
    """Count applications, those of `void` batches left out, by how the one before at their kiosk ended.

    No ending is an error.
    """
    endings = view.applications.unpacked("ending")
    counts = Counter(
        _AFTER.get(endings[before], "error")
        for batch, before in zip(view.applications.strings("batch"), predecessors(view), strict=True)
        if before != NEVER and batch not in void
    )
    return Followed(**counts)


def same_second(dates: Iterable[str]) -> int:
    """Count pairs that the target dated with the same second; without a date nothing is known."""
    return sum(n * (n - 1) // 2 for date, n in Counter(dates).items() if date)


def near_updates(
    view: HistoryView, places: Iterable[int], starts: Iterable[int], ends: Iterable[int]
) -> tuple[int, int]:
    """Return (applications of changed residents within 2 s of the change, applications under way during any change).

    Asked of the applications in rows `places`, with their begins and ends in ns. O((n + m) log m).
    """
    if not len(view.updates):
        return 0, 0
    by_resident: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for update in view.updates:
        ends_ns = update.to_ns if update.to_ns != NEVER else view.last_ns
        by_resident[update.resident].append((update.from_ns, ends_ns))
    changes = {who: _merged(some) for who, some in by_resident.items()}
    every = _merged([span for some in by_resident.values() for span in some])
    residents = view.applications.strings("resident")
    near = during = 0
    for place, start, end in zip(places, starts, ends, strict=True):
        during += _meets(every, start, end)
        if (own := changes.get(residents[place])) is not None:
            near += _meets(own, start - _NEAR_UPDATE_NS, end + _NEAR_UPDATE_NS)
    return near, during


def _merged(spans: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return starts and ends of spans that do not overlap, in order."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _meets(spans: tuple[Sequence[int], Sequence[int]], start: int, end: int) -> bool:
    """Tell whether something of `spans` lies within [start, end]."""
    starts, ends = spans
    return bisect_left(ends, start) < bisect_right(starts, end)


def limits_crossed(view: HistoryView, plan: Completeness) -> tuple[LimitCrossed, ...]:
    """Count the applications that waited as long as each declared time limit, or as one that failures show."""
    if plan.time_limits_ms:
        return tuple(
            LimitCrossed(limit_ms=limit, source="declared", crossed=crossings(view, (limit,))[0])
            for limit in plan.time_limits_ms
        )
    held = {b.batch for b in view.batches if b.kind is BatchKind.CLOSED}
    crossed, limit = crossings(view, (), held)
    return () if limit is None else (LimitCrossed(limit_ms=limit, source="detected", crossed=crossed),)


def knee_seen(view: HistoryView, plan: Completeness) -> KneeSeen | None:
    """Return where the ramp showed that more people bring no more documents; None without a ramp or a knee."""
    ramps = {
        batch: int(purpose.removeprefix(_RAMP)) for batch, purpose in plan.purposes.items() if purpose.startswith(_RAMP)
    }
    steps = ramp_steps(view, ramps)
    knee = find_knee(steps)
    if knee is None:
        return None
    return KneeSeen(kiosks=knee.kiosks, per_second=knee.per_second, most_kiosks=steps[-1].kiosks)


def by_relation(view: HistoryView, plan: Completeness, void: Collection[str]) -> tuple[Count, ...]:
    """Count the pairs that were played by how the two people stand to each other."""
    played = Counter(plan.relations[b.batch] for b in view.batches if b.batch in plan.relations and b.batch not in void)
    return tuple(Count(source=relation, count=count) for relation, count in sorted(played.items()))


def in_second(view: HistoryView, plan: Completeness, void: Collection[str]) -> tuple[int, int]:
    """Count the pairs set in the target's second by what its dates say: (within one second, across its end)."""
    within = across = 0
    for batch, (one, other) in plan.pairs.items():
        if batch in void or not plan.purposes.get(batch, "").startswith("pair:second"):
            continue
        dates = [a.server_date for name in (one, other) if (a := view.of(name)) is not None and a.server_date]
        if len(dates) == 2:
            within += dates[0] == dates[1]
            across += dates[0] != dates[1]
    return within, across
