"""The target's own log against the journal, both ways: which row is which application, and what has no counterpart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

from msgspec import Struct

from harness.checks.history import NEVER, Application, HistoryView
from harness.records.attached import LogKind, LogRow
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import Ending

_NEAR_NS = 60_000_000_000  # beside the time of an application: a server's clock, once corrected, is nearer


class Log(Struct, frozen=True, kw_only=True):
    """What was attached."""

    kind: LogKind
    rows: tuple[LogRow, ...]


class Matched(Struct, frozen=True, kw_only=True):
    """Which row belongs to which application."""

    rows_of: Mapping[int, tuple[LogRow, ...]]  # row of the application → rows of the log
    ours: tuple[LogRow, ...]  # issues for cards of the run that are of no application
    others: int  # rows of people who are not of the run
    clock_ahead_ns: int | None  # the server's clock against ours, median over the rows; None: no times to compare


def match(view: HistoryView, log: Log, wall_minus_monotonic_ns: int, numbers: Mapping[str, int]) -> Matched:
    """Match rows with applications: by request id, by issue number, else by card, certificate and time.

    `numbers` gives for issue numbers the application's row. A row by card alone is taken where it lies within a
    minute of the application's time, in order; of an issue log each application takes one.
    """
    sure, left = _by_ids(view, log.rows, numbers)
    ahead_ns = _clock_ahead_ns(view, sure, wall_minus_monotonic_ns)
    anchor_ns = wall_minus_monotonic_ns + (ahead_ns or 0)
    from_ns = _first_ns(view) + anchor_ns - _NEAR_NS if ahead_ns is not None else 0
    unmatched = [row for row in left if row.ours and not 0 < row.at_wall_ns < from_ns]
    late = _by_time(view, unmatched, set(sure), anchor_ns, once=log.kind is LogKind.ISSUE)
    taken = {id(row) for rows in late.values() for row in rows}
    for place, rows in late.items():
        sure.setdefault(place, []).extend(rows)
    return Matched(
        rows_of={place: tuple(rows) for place, rows in sure.items()},
        ours=tuple(row for row in unmatched if id(row) not in taken and row.issued),
        others=sum(1 for row in left if not row.ours),
        clock_ahead_ns=ahead_ns,
    )


def _by_ids(
    view: HistoryView, rows: Iterable[LogRow], numbers: Mapping[str, int]
) -> tuple[dict[int, list[LogRow]], list[LogRow]]:
    requests = {r: p for p, r in enumerate(view.applications.strings("request_id")) if r}
    found: dict[int, list[LogRow]] = {}
    left: list[LogRow] = []
    for row in rows:
        place = requests.get(row.request_id, NEVER) if row.request_id else NEVER
        if place == NEVER and row.issue_number:
            place = numbers.get(row.issue_number, NEVER)
        if place == NEVER:
            left.append(row)
        else:
            found.setdefault(place, []).append(row)
    return found, left


def _clock_ahead_ns(view: HistoryView, found: Mapping[int, Sequence[LogRow]], anchor_ns: int) -> int | None:
    """Return the median distance of the rows' times from the middle of their applications."""
    apart = []
    for place, rows in found.items():
        start_ns, end_ns = view.applications[place].span_ns(view.last_ns)
        middle_ns = (start_ns + end_ns) // 2 + anchor_ns
        apart += [row.at_wall_ns - middle_ns for row in rows if row.at_wall_ns]
    return round(median(apart)) if apart else None


def _first_ns(view: HistoryView) -> int:
    """Return when the first application began: by a clock that is known, nothing was issued for the run before."""
    return min(view.applications.integers("started_ns"), default=0)


def _by_time(
    view: HistoryView, rows: Sequence[LogRow], taken: set[int], anchor_ns: int, *, once: bool
) -> dict[int, list[LogRow]]:
    """Match rows of cards with applications in time; `anchor_ns` is the server's wall clock minus ours."""
    free: dict[str, list[tuple[int, int]]] = {}
    for place, (card, start_ns) in enumerate(
        zip(view.applications.strings("card"), view.applications.integers("started_ns"), strict=True)
    ):
        if place not in taken:
            free.setdefault(card, []).append((start_ns + anchor_ns, place))
    for of_card in free.values():
        of_card.sort()
    found: dict[int, list[LogRow]] = {}
    for row in sorted(rows, key=lambda r: (r.at_wall_ns, r.line)):
        nearest = _nearest(view, row, free.get(row.card, []), anchor_ns, once=once)
        if nearest is not None:
            found.setdefault(nearest, []).append(row)
    return found


def _nearest(view: HistoryView, row: LogRow, free: list[tuple[int, int]], anchor_ns: int, *, once: bool) -> int | None:
    """Take the application that a row can be of: the first still free whose time the row lies in or near."""
    for number, (start_ns, place) in enumerate(free):
        one = view.applications[place]
        end_ns = one.span_ns(view.last_ns)[1] + anchor_ns
        in_time = not row.at_wall_ns or start_ns - _NEAR_NS <= row.at_wall_ns <= end_ns + _NEAR_NS
        if in_time and row.certificate in {None, one.certificate}:
            if once:
                del free[number]
            return place
    return None


def check_log(view: HistoryView, log: Log, matched: Matched, told: frozenset[str]) -> Iterator[Finding]:
    """Yield ORPHAN for every issue of the log that nobody received, DUPLICATE where it issued more than was asked for.

    `told` are applications of which the same is said already. What the harness broke off itself is no finding.
    """
    if log.kind is not LogKind.ISSUE:
        return
    for place, rows in matched.rows_of.items():
        issued = [row for row in rows if row.issued]
        one = view.applications[place]
        if not issued or one.application in told or one.ending is None:
            continue
        received = any(d.complete for d in view.deliveries_to(place))
        gave_up = one.ending is Ending.ABORTED and not one.cancellation_accepted  # may have left before it came
        if not received and not gave_up:
            yield _finding(one, Anomaly.ORPHAN, issued)
        elif len({row.issue_number for row in issued if row.issue_number}) > max(1, one.options.copies):
            yield _finding(one, Anomaly.DUPLICATE, issued)
    for row in matched.ours:
        yield _finding(None, Anomaly.ORPHAN, [row])


def not_logged(view: HistoryView, matched: Matched) -> tuple[str, ...]:
    """Return the applications whose documents arrived and of which the log knows nothing."""
    names = view.applications.strings("application")
    came = {d.place for d in view.deliveries if d.complete and d.place != NEVER}
    return tuple(names[place] for place in sorted(came) if place not in matched.rows_of)


def nodes_of(matched: Matched) -> dict[int, str]:
    """Return the node that served each application, as the log says; the last where it names several."""
    nodes = {place: [row.node for row in rows if row.node] for place, rows in matched.rows_of.items()}
    return {place: named[-1] for place, named in nodes.items() if named}


def _finding(one: Application | None, anomaly: Anomaly, rows: Sequence[LogRow]) -> Finding:
    evidence = tuple(
        Evidence(
            kind="server log", item="state", value=f"line {row.line}: {row.issue_number or row.request_id or row.state}"
        )
        for row in rows
    )
    return Finding(
        finding="",
        property=Property.EXACTLY_ONCE,
        anomaly=anomaly,
        severity=Severity.DEFECT,
        application=one.application if one else "",
        victim=one.resident if one else "",
        evidence=evidence,
    )
