"""Reads of a register whose changes came in no known order: do several of them contradict each other?

A value that was brought once tells which change a read saw. From the first end to the last start of what brought and
read it, its zone, nothing else was held: zones overlap, or hold a whole other change, only where no order explains them
(Gibbons and Korach 1997, Testing Shared Memories). O((n + m) log n).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.checks.value_history import FOREVER, Slack, ValueHistory


class ReadAt(NamedTuple):
    """A read that is legal by itself. Times in ns."""

    start_ns: int
    end_ns: int
    version: int  # that it saw


class Contradiction(NamedTuple):
    """A read that saw a version again of which an earlier one had shown that it was overwritten."""

    late: int  # position of the read
    newer: int  # version that was held in between
    earlier: int  # position of a read that saw it; -1: its change alone says so


class _Zone(NamedTuple):
    first_end_ns: int
    last_start_ns: int
    version: int
    last: int  # position of the read that starts last; -1: the change does
    seen_ns: int  # end of the read that ends first
    seen_by: int  # its position; -1: there is none


def contradictions(history: ValueHistory, reads: Sequence[ReadAt], slack: Slack) -> Iterator[Contradiction]:
    """Yield at most one contradiction per version, told of the last read that saw it.

    Values that several changes brought tell nothing of which was read, and contradict nothing themselves.
    """
    seen: dict[int, list[int]] = {}
    for position, read in enumerate(reads):
        if len(history.versions_of(history.writes[read.version].value)) == 1:
            seen.setdefault(read.version, []).append(position)
    zones = [_zone(history, version, reads, seen.get(version, ()), slack) for version in range(len(history))]
    forward = sorted(zone for zone in zones if zone.first_end_ns < zone.last_start_ns)
    points = sorted((z for z in zones if z.last_start_ns <= z.first_end_ns < FOREVER), key=lambda z: z.last_start_ns)
    found = {one.late: one for one in (*_cut(forward, points), *_overlapping(forward))}
    yield from found.values()


def _zone(
    history: ValueHistory, version: int, reads: Sequence[ReadAt], positions: Sequence[int], slack: Slack
) -> _Zone:
    write = history.writes[version]
    seen_ns, seen_by = min(((slack.latest_ns(reads[p].end_ns), p) for p in positions), default=(FOREVER, -1))
    starts = [(write.start_ns, -1), *((slack.earliest_ns(reads[p].start_ns), p) for p in positions)]
    last_start_ns, last = max(starts)
    return _Zone(min(write.end_ns, seen_ns), last_start_ns, version, last, seen_ns, seen_by)


def _again(late: _Zone, other: _Zone) -> Contradiction:
    return Contradiction(late.last, other.version, other.seen_by if other.seen_ns < late.last_start_ns else -1)


def _overlapping(forward: Sequence[_Zone]) -> Iterator[Contradiction]:
    """Of two zones that overlap, the one that lasts longer was seen again."""
    longest: _Zone | None = None
    for zone in forward:
        if longest is not None and zone.first_end_ns < longest.last_start_ns:
            late, other = (zone, longest) if zone.last_start_ns > longest.last_start_ns else (longest, zone)
            yield _again(late, other)
        if longest is None or zone.last_start_ns > longest.last_start_ns:
            longest = zone


def _cut(forward: Sequence[_Zone], points: Sequence[_Zone]) -> Iterator[Contradiction]:
    """Yield zones within which the whole of something else happened; `points` by `last_start_ns`."""
    starts = [point.last_start_ns for point in points]
    soonest = list(points)  # from each on, the one that ends first
    for place in range(len(points) - 2, -1, -1):
        soonest[place] = min(points[place], soonest[place + 1])
    for zone in forward:
        place = bisect_right(starts, zone.first_end_ns)
        if place < len(points) and soonest[place].first_end_ns < zone.last_start_ns:
            yield _again(zone, soonest[place])
