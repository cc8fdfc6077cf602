"""Near misses: what two applications of a pair show of each other although both got their own documents.

A document or number given twice, errors of locks, who came later and was done first, waits longer than alone, waits
that cluster around a time that alone nobody waits: each says that the two met somewhere in the target.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from harness.campaign.knee import taken_ms
from harness.checks.history import NEVER, Application, Delivered, HistoryView
from harness.records.history import Ending
from harness.records.plan import Batch

# What a sign is worth in choosing where to look next: one document in both hands is a hit already.
WEIGHTS: dict[str, float] = {
    "same_document": 8.0,
    "same_number": 6.0,
    "given_elsewhere": 2.0,
    "error": 2.0,
    "overtaken": 1.0,
    "slow": 1.0,
    "mode": 1.0,
    "adjacent_numbers": 0.25,
}
_SLOW = 2.0  # times the time alone
_MODE_WIDTH = 0.05  # of a time: so close together lie waits of one mode
_MODE_SIZE = 3  # pairs
_HIT = WEIGHTS["same_number"]


class Trial(Struct, frozen=True, kw_only=True):
    """One pair as it was played."""

    batch: str
    gap_ms: float  # departures; below zero the second went first
    same_certificate: bool
    same_node: bool
    signs: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """How much this pair says that the two met."""
        return sum(WEIGHTS[sign] for sign in self.signs)

    @property
    def hit(self) -> bool:
        """Whether one of the two surely has what is the other's."""
        return any(WEIGHTS[sign] >= _HIT for sign in self.signs)


def trials_of(view: HistoryView, pairs: Mapping[str, Batch], alone_ms: Mapping[str, float]) -> tuple[Trial, ...]:
    """Return the pairs that were played, in plan order, with their signs; `alone_ms` is the time alone by certificate.

    O(n log n) in the applications of the pairs.
    """
    shared = Shared(view, {a.application for batch in pairs.values() for a in batch.applications[:2]})
    modes = _modes(view, pairs, alone_ms)
    found = (_trial(view, batch, alone_ms, shared, modes) for batch in pairs.values())
    return tuple(trial for trial in found if trial is not None)


def _trial(
    view: HistoryView,
    batch: Batch,
    alone_ms: Mapping[str, float],
    shared: Shared,
    modes: Sequence[float],
) -> Trial | None:
    one, other = (view.of(a.application) for a in batch.applications[:2])
    if one is None or other is None or NEVER in (departed_ns(one), departed_ns(other)):
        return None
    return Trial(
        batch=batch.batch,
        gap_ms=round((departed_ns(other) - departed_ns(one)) / 1e6, 3),
        same_certificate=one.certificate is other.certificate,
        same_node=bool(one.node) and one.node == other.node,
        signs=tuple(sign for sign in WEIGHTS if _shows(sign, one, other, alone_ms, shared, modes)),
    )


def departed_ns(one: Application) -> int:
    """Return when the synchronised send left, else the application; NEVER where neither did."""
    return one.left_ns if one.left_ns not in {NEVER, 0} else one.applied_ns


def _shows(
    sign: str,
    one: Application,
    other: Application,
    alone_ms: Mapping[str, float],
    shared: Shared,
    modes: Sequence[float],
) -> bool:
    both = (one, other)
    match sign:
        case "error":
            return any(a.ending in {Ending.FAILED, Ending.UNRESOLVED} for a in both)
        case "overtaken":
            first, second = sorted(both, key=departed_ns)
            return departed_ns(second) - departed_ns(first) > 0 and NEVER < second.ended_ns < first.ended_ns
        case "slow":
            return any(taken_ms(a) > _SLOW * alone_ms.get(a.certificate, math.inf) for a in both)
        case "mode":
            return any(_in_mode(taken_ms(a), modes) for a in both)
        case "adjacent_numbers":
            return shared.adjacent(one, other)
        case _:
            return sign in shared.signs(one, other)


class Shared:
    """Which of some applications hold a document or number that another resident holds, too, and which the next one."""

    def __init__(self, view: HistoryView, of: Collection[str]) -> None:
        """Look for what the applications `of` hold in all deliveries; O(n) in time, memory by what they hold."""
        self._held: dict[str, set[tuple[str, str]]] = defaultdict(set)  # application -> what it holds
        self._numbers: dict[str, set[int]] = defaultdict(set)
        residents, names = view.applications.strings("resident"), view.applications.strings("application")
        for delivered in view.deliveries:
            if delivered.place != NEVER and names[delivered.place] in of:
                self._take(names[delivered.place], delivered)
        holders: dict[tuple[str, str], set[str]] = {thing: set() for held in self._held.values() for thing in held}
        for delivered in view.deliveries:
            for thing in _things(delivered) if delivered.place != NEVER else ():
                if thing in holders:
                    holders[thing].add(residents[delivered.place])
        self._several = frozenset(thing for thing, some in holders.items() if len(some) > 1)

    def _take(self, name: str, delivered: Delivered) -> None:
        self._held[name].update(_things(delivered))
        digits = "".join(c for c in delivered.issue_number if c.isdigit())
        if digits:
            self._numbers[name].add(int(digits))

    def signs(self, one: Application, other: Application) -> frozenset[str]:
        """Return what of one is in the other's hands, too, or in a third's."""
        mine, theirs = (self._held[a.application] & self._several for a in (one, other))
        found = {sign for sign, _ in mine & theirs} if one.resident != other.resident else set()
        return frozenset(found | ({"given_elsewhere"} if mine ^ theirs else set()))

    def adjacent(self, one: Application, other: Application) -> bool:
        """Tell whether the two hold numbers that follow each other."""
        theirs = self._numbers[other.application]
        return any(number + step in theirs for number in self._numbers[one.application] for step in (1, -1))


def _things(delivered: Delivered) -> tuple[tuple[str, str], ...]:
    number = (("same_number", delivered.issue_number),) if delivered.issue_number else ()
    return (("same_document", delivered.digest), *number)


def _modes(view: HistoryView, pairs: Mapping[str, Batch], alone_ms: Mapping[str, float]) -> Sequence[float]:
    """Return, sorted, those times of pairs' applications that lie apart from the time alone and close to others'."""
    times = sorted(
        taken_ms(one)
        for batch in pairs.values()
        for a in batch.applications[:2]
        if (one := view.of(a.application)) is not None and one.ended_ns != NEVER
    )
    longest_alone = max(alone_ms.values(), default=math.inf)
    apart = [time for time in times if time > _SLOW * longest_alone]
    return [time for time in apart if _close(apart, time) >= _MODE_SIZE]


def _close(times: Sequence[float], time: float) -> int:
    return bisect_right(times, time * (1 + _MODE_WIDTH)) - bisect_left(times, time * (1 - _MODE_WIDTH))


def _in_mode(time: float, modes: Sequence[float]) -> bool:
    return _close(modes, time) > 0
