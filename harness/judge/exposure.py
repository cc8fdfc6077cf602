"""What was exercised, as counts, by sweeping over the times of the applications. Exposure, not trials."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.checks.documents import Documents
from harness.checks.history import NEVER, HistoryView
from harness.judge.bursts import gap_classes
from harness.judge.fault_exposure import faults_met
from harness.judge.generator import spreads_ms
from harness.judge.ranks import turns
from harness.judge.strata import by_relation, followed, in_second, knee_seen, limits_crossed, near_updates, same_second
from harness.judge.verdict import Completeness
from harness.records.verdict import Exposure, NodeBuild

_SECOND_NS = 1_000_000_000
_STEERED = frozenset({"near_miss", "hit", "solo_latency"})
_MS_NS = 1_000_000


_NO_PLAN = Completeness(phases=(), batches={})


class _Spans(NamedTuple):
    """When applications surely were under way; in ns, one of each per application that counts."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def of(self, rows: Sequence[int]) -> _Spans:
        """Return some of them."""
        return _Spans(self.starts[rows], self.ends[rows])


def measure_exposure(view: HistoryView, documents: Documents, plan: Completeness = _NO_PLAN) -> Exposure:
    """Count bursts, pairs, successions and waits in O(n log n); void batches count only as such.

    `plan` tells, as decided, how far apart bursts were planned and what batches are for.
    """
    void = {b.batch for b in view.batches if b.void}
    applications = view.applications
    counted = array("q", (p for p, batch in enumerate(applications.strings("batch")) if batch not in void))
    spans = _spans(view, counted)
    overlapping, most = _overlaps(spans)
    same_node, some_node = _node_overlaps(view, counted, spans)
    departures = _departures(view, void)
    several = {batch for batch, left in view.releases if batch not in void and len(left) > 1}
    spreads = [spread for batch, spread in spreads_ms(view).items() if batch in several]
    gaps = gap_classes(view, plan.spans_ms)
    overlapped = sum(gap.overlapped for gap in gaps)
    after, dates = followed(view, void), applications.strings("server_date")
    near, during = near_updates(view, counted, spans.starts.data, spans.ends.data)
    within, across = in_second(view, plan, void)
    return Exposure(
        applications=len(applications),
        residents=len(set(applications.strings("resident"))),
        delivered=sum(view.deliveries.column("complete")),
        pages=sum(len(j.document.pages) for j in documents.judgements()),
        bursts=overlapped,
        bursts_apart=sum(gap.bursts for gap in gaps) - overlapped,
        void_batches=len(void),
        overlapping_pairs=overlapping,
        same_second_pairs=_same_second_pairs(view, counted),
        pairs_under_1_ms=_pairs_within(departures, _MS_NS),
        pairs_under_10_ms=_pairs_within(departures, 10 * _MS_NS),
        pairs_under_100_ms=_pairs_within(departures, 100 * _MS_NS),
        same_server_second_pairs=same_second(dates[place] for place in counted),
        within_second_pairs=within,
        across_second_pairs=across,
        same_certificate_pairs=_alike(applications.unpacked("certificate"), counted, spans),
        steered_pairs=sum(1 for d in view.decisions.values() if d.why in _STEERED),
        same_kiosk_successions=after.all,
        after_refusal_or_error=after.all - after.delivery,
        after_refusal=after.refusal,
        after_error=after.error,
        after_abort=after.abort,
        same_node_pairs=same_node,
        cross_node_pairs=some_node - same_node,
        equal_rank_pairs=_equal_ranks(view, counted, spans),
        most_in_flight=most,
        updates=len(view.updates),
        reads_near_update=near,
        during_update=during,
        longest_wait_ms=_longest_wait_ns(view) / _MS_NS,
        median_spread_ms=median(spreads) if spreads else 0.0,
        gaps=gaps,
        limits=limits_crossed(view, plan),
        knee=knee_seen(view, plan),
        relations=by_relation(view, plan, void),
        faults=faults_met(view, spans.starts, spans.ends),
    )


def _longest_wait_ns(view: HistoryView) -> int:
    """Return the longest wait for a document; see Application.waited_ns."""
    columns = (view.applications.integers(field) for field in ("collect_from_ns", "collect_to_ns"))
    waits = (end - start for start, end in zip(*columns, strict=True) if NEVER not in (start, end))
    return max(waits, default=0)


def _spans(view: HistoryView, places: Sequence[int]) -> _Spans:
    """Return applications' times narrowed by what their clocks leave open: what overlaps surely did.

    One without an end runs to the end of the history.
    """
    columns = (view.applications.integers(field) for field in ("started_ns", "ended_ns", "error_ns"))
    starts, ends, errors = (np.array(column, dtype=np.int64)[places] for column in columns)
    starts += errors
    return _Spans(starts, np.maximum(starts, np.where(ends == NEVER, view.last_ns, ends) - errors))


def _overlaps(spans: _Spans) -> tuple[int, int]:
    """Return (pairs of overlapping spans, most spans open at once)."""
    if not len(spans.starts):
        return 0, 0
    starts, ends = np.sort(spans.starts), np.sort(spans.ends)
    others = np.arange(len(starts)) - np.searchsorted(ends, starts)  # begun before, and not ended before it begins
    return int(others.sum()), int(others.max()) + 1


def _node_overlaps(view: HistoryView, places: Sequence[int], spans: _Spans) -> tuple[int, int]:
    """Return overlapping pairs on one node, and of all applications whose node is known."""
    nodes = view.applications.unpacked("node")
    known = array("q", (row for row, place in enumerate(places) if nodes[place]))
    same = _alike(nodes, array("q", (places[row] for row in known)), spans.of(known))
    return same, _overlaps(spans.of(known))[0]


def _equal_ranks(view: HistoryView, places: Sequence[int], spans: _Spans) -> int:
    """Return overlapping pairs of which each is the n-th of its node in this run, by departure, on different nodes."""
    rows = len(view.applications)
    starts, ends = np.full(rows, np.iinfo(np.int64).max), np.full(rows, -1)  # nobody overlaps one that does not count
    starts[places], ends[places] = spans.starts, spans.ends
    pairs = 0
    for one, other in combinations(turns(view).values(), 2):
        both = min(len(one), len(other))
        mine, theirs = one[:both], other[:both]
        pairs += int(((starts[mine] < ends[theirs]) & (starts[theirs] < ends[mine])).sum())
    return pairs


def _alike(of: Sequence[str], places: Iterable[int], spans: _Spans) -> int:
    """Return overlapping pairs of which both have the same value in the column `of`."""
    groups: dict[str, array[int]] = defaultdict(lambda: array("q"))
    for row, place in enumerate(places):
        groups[of[place]].append(row)
    return sum(_overlaps(spans.of(rows))[0] for rows in groups.values())


def _same_second_pairs(view: HistoryView, places: Sequence[int]) -> int:
    anchors = {s.writer: s.wall_minus_monotonic_ns for s in view.segments}
    starts, writers = view.applications.integers("started_ns"), view.applications.unpacked("writer")
    errors = view.applications.integers("error_ns")
    walls = ((starts[p] + anchors.get(writers[p], 0), errors[p]) for p in places)
    seconds = Counter(
        ns // _SECOND_NS for ns, error_ns in walls if (ns - error_ns) // _SECOND_NS == (ns + error_ns) // _SECOND_NS
    )
    return sum(n * (n - 1) // 2 for n in seconds.values())


def _departures(view: HistoryView, void: set[str]) -> list[tuple[int, int]]:
    """Return the departures of bursts that are not void, in order, with the bound that each is known to."""
    return sorted(
        (ns, view.release_errors_ns.get(batch, 0))
        for batch, left in view.releases
        if batch not in void
        for ns in left
        if ns > 0
    )


def _pairs_within(departures: Sequence[tuple[int, int]], within_ns: int) -> int:
    """Return the pairs of departures that surely were less than `within_ns` apart, whatever their clocks' errors."""
    known = [(ns, error_ns) for ns, error_ns in departures if 2 * error_ns < within_ns]
    apart_ns = within_ns - 2 * max((error_ns for _, error_ns in known), default=0)
    instants = [ns for ns, _ in known]
    return sum(place - bisect_left(instants, ns - apart_ns + 1) for place, ns in enumerate(instants))


def node_builds(view: HistoryView, declared: Iterable[tuple[str, str]]) -> tuple[NodeBuild, ...]:
    """Return every build seen on every node, measured where the target reports it, else as declared."""
    counts = Counter(n for n in view.applications.strings("node") if n)
    facts = {(f.node, f.build): f.source for f in view.nodes if f.source == "measured"}
    measured = {node for node, _ in facts}
    for node, build in [*((f.node, f.build) for f in view.nodes), *declared]:
        if node not in measured:
            facts.setdefault((node, build), "declared")
    for node in counts:
        if not any(node == known for known, _ in facts):
            facts[node, ""] = "unknown"
    return tuple(
        NodeBuild(node=node, build=build, source=source, applications=counts[node])
        for (node, build), source in sorted(facts.items())
    )
