"""What one register (a field of one resident) held, version by version, and when each version was legal to read.

The window rules are those of a regular register (Lamport 1986): a read may return the last version that was
complete before it, or any that was being written meanwhile.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

ALWAYS = -(2**62)  # before any instant, in ns
FOREVER = 2**62  # after any instant: the end of a change of unknown outcome


class Write(NamedTuple):
    """One change of the register. Times in ns."""

    name: str
    value: Hashable
    start_ns: int
    end_ns: int = FOREVER  # acknowledged; FOREVER: of unknown outcome, it may take effect at any later time, or never
    failed: bool = False  # the target says that it did not happen


class Slack(Struct, frozen=True, kw_only=True):
    """How much older than now a read may be."""

    reflection_ns: int = 0  # the target's documented time until a change shows
    clock_error_ns: int = 0  # bound on how far the clocks of two hosts lie apart

    def earliest_ns(self, start_ns: int) -> int:
        """Return the earliest instant whose state a read that began at `start_ns` may show."""
        return start_ns - self.reflection_ns - self.clock_error_ns

    def latest_ns(self, end_ns: int) -> int:
        """Return the latest instant whose state a read that ended at `end_ns` may show."""
        return end_ns + self.clock_error_ns


EXACT = Slack()


class ValueHistory:
    """Version 0 is `initial`, held since ever; version i came by the i-th change that did not fail, by start."""

    def __init__(self, initial: Hashable, writes: Iterable[Write]) -> None:
        """Order the changes; those that failed are only remembered."""
        ordered = sorted(writes, key=lambda w: (w.start_ns, w.end_ns))
        done = [w for w in ordered if not w.failed]
        self.writes: tuple[Write, ...] = (Write("", initial, ALWAYS, ALWAYS), *done)
        self.failed: tuple[Write, ...] = tuple(w for w in ordered if w.failed)
        self.known_order = all(a.end_ns <= b.start_ns for a, b in pairwise(self.writes))
        self._starts = [w.start_ns for w in self.writes]
        self._gone = _gone(self.writes)
        self._versions: dict[Hashable, list[int]] = {}
        for version, write in enumerate(self.writes):
            self._versions.setdefault(write.value, []).append(version)

    def __len__(self) -> int:
        """Return the number of versions."""
        return len(self.writes)

    def gone_ns(self, version: int) -> int:
        """Return the instant from which a version surely was overwritten, FOREVER for one that may still be held."""
        return self._gone[version]

    def low(self, at_ns: int) -> int:
        """Return the oldest version that may still be read at `at_ns`. Only where the order of changes is known."""
        return bisect_left(self._gone, at_ns)

    def high(self, at_ns: int) -> int:
        """Return the newest version that may already be read at `at_ns`."""
        return bisect_right(self._starts, at_ns) - 1

    def versions_of(self, value: Hashable) -> Sequence[int]:
        """Return the versions that hold `value`, oldest first."""
        return self._versions.get(value, ())

    def first_with(self, value: Hashable, from_version: int) -> int | None:
        """Return the smallest version of at least `from_version` that holds `value`."""
        versions = self.versions_of(value)
        place = bisect_left(versions, from_version)
        return versions[place] if place < len(versions) else None

    def legal(self, value: Hashable, from_ns: int, to_ns: int) -> int | None:
        """Return the smallest version that holds `value` and may be read at some instant of [from_ns, to_ns]."""
        if self.known_order:
            found = self.first_with(value, self.low(from_ns))
            return found if found is not None and self._starts[found] <= to_ns else None
        fits = (v for v in self.versions_of(value) if self._starts[v] <= to_ns and self._gone[v] >= from_ns)
        return next(fits, None)

    def all_legal(self, from_ns: int, to_ns: int) -> tuple[Hashable, ...]:
        """Return every value, each once, that may be read at some instant of [from_ns, to_ns]; the newest last."""
        held = zip(self.writes, self._gone, strict=False)
        return tuple(dict.fromkeys(w.value for w, gone_ns in held if w.start_ns <= to_ns and gone_ns >= from_ns))

    def spans(self, value: Hashable) -> list[tuple[int, int]]:
        """Return the (first, last) instants at which `value` may have been held, by version."""
        return [(self._starts[v], self._gone[v]) for v in self.versions_of(value)]


def _gone(writes: Sequence[Write]) -> list[int]:
    """Return for each version the earliest end of any change that began after it was complete."""
    starts = [w.start_ns for w in writes]
    earliest = [FOREVER] * (len(writes) + 1)  # of the ends from here on
    for place in range(len(writes) - 1, -1, -1):
        earliest[place] = min(writes[place].end_ns, earliest[place + 1])
    return [earliest[max(version + 1, bisect_left(starts, write.end_ns))] for version, write in enumerate(writes)]
