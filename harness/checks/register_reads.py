"""Judges every read of one register: legal, or which anomaly of freshness; exact, in O((n + m) log n).

Regular reads are judged one by one; atomic adds that who reads later never reads an older version.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from harness.checks.value_history import EXACT, Slack, ValueHistory
from harness.checks.zones import ReadAt, contradictions
from harness.records.findings import Anomaly


class Read(NamedTuple):
    """Somebody saw a value of the register. Times in ns."""

    name: str
    start_ns: int
    end_ns: int
    value: Hashable


class Judged(NamedTuple):
    """What a read shows."""

    read: Read
    anomaly: Anomaly | None = None  # None: it may be so
    version: int = -1  # read; of an inversion the older one that was read; -1: none
    behind: int = 0  # STALE: versions that should have been seen
    late_ns: int = 0  # STALE: how long ago, at the start of the read, its version was surely overwritten
    newer: int = -1  # NEW-OLD INVERSION: a version that was held in between, and
    other: Read | None = None  # the earlier read that saw it or a later one; None: its change alone says so


def judge_reads(history: ValueHistory, reads: Iterable[Read], slack: Slack = EXACT) -> list[Judged]:
    """Return one judgement per read, by start.

    Reads that end before another starts must not see a newer version than that one. The smallest version that
    fits is taken for each read, which never forbids anything later: so values that come back are judged exactly.
    Where the order of the changes is not known, only values that one change alone brought tell of inversions.
    """
    ordered = sorted(reads, key=lambda r: (r.start_ns, r.end_ns))
    return (_in_order if history.known_order else _in_no_order)(history, ordered, slack)


def _in_no_order(history: ValueHistory, ordered: Sequence[Read], slack: Slack) -> list[Judged]:
    judged = [_alone(history, read, slack) for read in ordered]
    legal = [place for place, one in enumerate(judged) if one.anomaly is None]
    reads = [ReadAt(ordered[place].start_ns, ordered[place].end_ns, judged[place].version) for place in legal]
    for late, newer, earlier in contradictions(history, reads, slack):
        other = ordered[legal[earlier]] if earlier >= 0 else None
        judged[legal[late]] = _inverted(judged[legal[late]], newer, other)
    return judged


def _in_order(history: ValueHistory, ordered: Sequence[Read], slack: Slack) -> list[Judged]:
    judged: list[Judged] = []
    under_way: list[tuple[int, int, int]] = []  # (end, place, version)
    newest, seen_by = 0, -1
    for place, read in enumerate(ordered):
        while under_way and under_way[0][0] + slack.clock_error_ns < read.start_ns:
            _, earlier, version = heapq.heappop(under_way)
            if version > newest:
                newest, seen_by = version, earlier
        one = _alone(history, read, slack)
        if one.anomaly is None and one.version < newest:
            later = history.first_with(read.value, newest)
            fits = later is not None and later <= history.high(slack.latest_ns(read.end_ns))
            if fits and later is not None:
                one = one._replace(version=later)
            else:
                one = _inverted(one, one.version + 1, ordered[seen_by])
        if one.anomaly is None:
            heapq.heappush(under_way, (read.end_ns, place, one.version))
        judged.append(one)
    return judged


def _inverted(one: Judged, newer: int, other: Read | None) -> Judged:
    return one._replace(anomaly=Anomaly.NEW_OLD_INVERSION, newer=newer, other=other)


def _alone(history: ValueHistory, read: Read, slack: Slack) -> Judged:
    """Judge a read as if there were no other."""
    from_ns, to_ns = slack.earliest_ns(read.start_ns), slack.latest_ns(read.end_ns)
    version = history.legal(read.value, from_ns, to_ns)
    if version is not None:
        return Judged(read, None, version)
    versions = history.versions_of(read.value)
    gone = [v for v in versions if history.gone_ns(v) < from_ns]
    if gone:
        last = gone[-1]
        behind = sum(1 for v in range(last + 1, len(history)) if history.writes[v].end_ns < from_ns)
        return Judged(read, Anomaly.STALE, last, behind, read.start_ns - history.gone_ns(last))
    if versions:
        return Judged(read, Anomaly.FUTURE, versions[0])
    aborted = any(write.value == read.value for write in history.failed)
    return Judged(read, Anomaly.ABORTED_READ if aborted else Anomaly.GARBAGE)
