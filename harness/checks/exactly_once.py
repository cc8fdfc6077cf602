"""Property X: charged or acknowledged if and only if delivered, once, to the kiosk that asked."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from harness.checks.documents import Documents, no_document
from harness.checks.donors import Donors
from harness.checks.history import NEVER, Application, Delivered, HistoryView, deaths_in_play
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import Ending, SettledAs

# An unplanned death of the target is noticed by a probe some time after it began to break answers off.
_DEATH_NOTICED_WITHIN_NS = 30_000_000_000

_NOT_HANDED_OUT = frozenset({Ending.FAILED, Ending.UNRESOLVED, Ending.ABORTED, Ending.REFUSED})


def check_exactly_once(view: HistoryView, documents: Documents, donors: Donors) -> tuple[Finding, ...]:
    """Return the findings of property X.

    What the harness itself broke off (an abort on purpose, an interrupted run) is no loss. Idempotent
    retries (the same copy of the same application with the same number or the same bytes) are no duplicates.
    """
    judge = _ExactlyOnce(view, documents, donors, deaths_in_play(view))
    findings: list[Finding] = []
    ordinary = _Ordinary(view, documents)
    for place in range(len(view.applications)):
        if not ordinary.is_one(place):
            findings += judge.of_application(place, view.applications[place])
    findings += judge.orphans()
    findings += judge.late_crossings()
    findings += judge.shared_own_documents()
    return tuple(findings)


class _Ordinary:
    """Tells applications of one copy delivered once, in time: nearly all, and nothing is to be said of them."""

    def __init__(self, view: HistoryView, documents: Documents) -> None:
        applications, deliveries = view.applications, view.deliveries
        self._endings, self._options = applications.unpacked("ending"), applications.unpacked("options")
        self._requests, self._ledger = applications.strings("request_id"), view.ledger
        self._rows_of, self._documents = view.deliveries_of.of, documents
        self._names, self._copies = deliveries.strings("delivery"), deliveries.unpacked("copy")
        self._complete, self._late = deliveries.unpacked("complete"), deliveries.unpacked("late")

    def is_one(self, place: int) -> bool:
        """Tell whether the application of a row is such."""
        rows = self._rows_of(place)
        if self._endings[place] is not Ending.DELIVERED or len(rows) != 1 or self._options[place].copies != 1:
            return False
        row = rows[0]
        if not self._complete[row] or self._late[row] or self._copies[row] != 1:
            return False
        entry = self._ledger.get(self._requests[place]) if self._ledger else None
        if entry is not None and len(entry.issue_numbers) > 1:
            return False
        judgement = self._documents.judgement(self._names[row])
        return judgement is None or not judgement.no_document


class _ExactlyOnce(Struct, frozen=True):
    view: HistoryView
    documents: Documents
    donors: Donors
    deaths: tuple[tuple[int, str], ...]

    def of_application(self, place: int, one: Application) -> Iterator[Finding]:
        got = [d for d in self.view.deliveries_to(place) if d.complete]
        in_time = [d for d in got if not d.late]
        if one.ending is Ending.DELIVERED:
            yield from self._too_few(one, in_time)
        elif one.ending is not None and (not got or self._in_part(one, in_time)):
            yield from self._not_all_came(one)
            yield from self._came_all_the_same(one, [d for d in got if d.late])
        elif one.ending in {Ending.FAILED, Ending.REFUSED}:
            yield from self._came_all_the_same(one, got)
        yield from self._duplicates(one, got)

    def _too_few(self, one: Application, in_time: list[Delivered]) -> Iterator[Finding]:
        """What is no PDF at all is no copy, whatever the target calls it."""
        judged = [(d, self.documents.get(d.delivery)) for d in in_time]
        none = [(d, document) for d, document in judged if document is not None and no_document(document)]
        came = {d.copy for d, document in judged if document is None or not no_document(document)}
        if len(came) < one.options.copies:
            copies = Evidence(kind="copies", value=f"{len(came)} of {one.options.copies}")
            why = (Evidence(kind="unread", value=f"{document.status}: {document.reason}") for _, document in none)
            yield _finding(one, Anomaly.LOST, copies, *why, delivered=none[0][0] if none else None)

    @staticmethod
    def _in_part(one: Application, in_time: list[Delivered]) -> bool:
        """Whether some of the copies came, in time, before the target reported an error on a further one."""
        return one.ending is Ending.FAILED and 0 < len({d.copy for d in in_time}) < one.options.copies

    def _not_all_came(self, one: Application) -> Iterator[Finding]:
        """Nothing, or less than was asked for, reached the applicant: does anybody hold it as issued or paid?"""
        if self._broken_off_by_us(one):
            return
        issued = self._held_as_issued(one)
        severity = Severity.REVIEW if self._target_was_dying(one) else Severity.DEFECT
        ended = one.ending in {Ending.FAILED, Ending.REFUSED}
        if one.charged and (ended or (issued and one.ending is Ending.UNRESOLVED)):
            fee = Evidence(kind="fee", value=one.code)
            yield _finding(one, Anomaly.CHARGED_NOT_PRINTED, fee, *issued, severity=severity)
        elif issued:
            yield _finding(one, Anomaly.LOST, *issued, severity=severity)

    def _target_was_dying(self, one: Application) -> bool:
        """An unplanned death is the environment's until a restart is part of the plan: for a person to judge."""
        return any(one.ended_ns >= at_ns - _DEATH_NOTICED_WITHIN_NS for at_ns, _ in self.deaths)

    def _held_as_issued(self, one: Application) -> list[Evidence]:
        issued: list[Evidence] = []
        if one.acknowledged:
            issued.append(Evidence(kind="acknowledged", value=one.request_id))
        entry = self.view.ledger.get(one.request_id) if one.request_id else None
        if entry is not None and entry.state == "issued":
            issued.append(Evidence(kind="ledger", item="state", value=f"{entry.request_id} {entry.state}"))
        elif one.settled is SettledAs.ISSUED:
            issued.append(Evidence(kind="settlement", value=f"issued, by {one.settled_by}"))
        return issued

    def _broken_off_by_us(self, one: Application) -> bool:
        """Whether the document may have been on its way when we, not the target, gave up."""
        if one.ending is Ending.ABORTED:
            return not one.cancellation_accepted
        return any(at_ns <= one.ended_ns for at_ns, _ in self.view.interruptions) and not self._resumed_before(one)

    def _resumed_before(self, one: Application) -> bool:
        last_stop = max((at for at, _ in self.view.interruptions if at <= one.ended_ns), default=0)
        return any(last_stop <= at <= one.started_ns for at in self.view.resumed_ns)

    def _came_all_the_same(self, one: Application, got: list[Delivered]) -> Iterator[Finding]:
        """The target said that nothing was issued, and a document came: late, or everything before the error."""
        for delivered in got:
            severity = Severity.DEFECT if delivered.late or one.ending is Ending.REFUSED else Severity.REVIEW
            what = Evidence(kind="delivery", value=f"{one.ending} {one.code}".strip())
            yield _finding(one, Anomaly.ORPHAN, what, delivered=delivered, severity=severity)

    def _duplicates(self, one: Application, got: list[Delivered]) -> Iterator[Finding]:
        first: dict[int, Delivered] = {}
        for delivered in got:
            earlier = first.setdefault(delivered.copy, delivered)
            if earlier is delivered or self._same_issue(earlier, delivered):
                continue
            what = Evidence(kind="copy", value=f"copy {delivered.copy} also came as {earlier.delivery}")
            yield _finding(one, Anomaly.DUPLICATE, what, delivered=delivered)
        beyond = sorted(copy for copy in first if copy > one.options.copies)
        for copy in beyond:
            what = Evidence(kind="copies", value=f"copy {copy} of {one.options.copies} asked for")
            yield _finding(one, Anomaly.DUPLICATE, what, delivered=first[copy])
        entry = self.view.ledger.get(one.request_id) if one.request_id else None
        if entry is not None and len(set(entry.issue_numbers)) > max(1, one.options.copies):
            yield _finding(one, Anomaly.DUPLICATE, Evidence(kind="ledger", value=" ".join(entry.issue_numbers)))

    def _same_issue(self, a: Delivered, b: Delivered) -> bool:
        if a.digest == b.digest:
            return True
        numbers = self._numbers(a)
        return bool(numbers) and numbers == self._numbers(b)

    def _numbers(self, delivered: Delivered) -> tuple[str, ...]:
        printed = self.documents.numbers(delivered.delivery)
        return printed or ((delivered.issue_number,) if delivered.issue_number else ())

    def orphans(self) -> Iterator[Finding]:
        """Documents that came for an application nobody knows."""
        for row, place in enumerate(self.view.deliveries.integers("place")):
            if place == NEVER:
                delivered = self.view.deliveries[row]
                whose = Evidence(kind="delivery", value=delivered.request_id, owner=self._owner(delivered))
                yield _finding(None, Anomaly.ORPHAN, whose, delivered=delivered)

    def _owner(self, delivered: Delivered) -> str:
        donor = self.donors.get(delivered.delivery)
        return donor.resident if donor else ""

    def late_crossings(self) -> Iterator[Finding]:
        """Documents of an application that had already ended without one, in another person's hands."""
        names = self.view.deliveries.strings("delivery") if self.donors else ()
        for row in (row for row, name in enumerate(names) if name in self.donors):
            delivered = self.view.deliveries[row]
            donor = self.donors.get(delivered.delivery)
            origin = self.view.of(donor.application) if donor and donor.application else None
            if donor is None or origin is None or delivered.place == NEVER or origin.ending not in _NOT_HANDED_OUT:
                continue
            if origin.ended_ns <= delivered.at_ns and origin.resident != self._resident(delivered):
                how = Evidence(kind=donor.how, value=f"{origin.application} had ended: {origin.ending}")
                found = _finding(
                    self.view.applications[delivered.place],
                    Anomaly.LATE_CROSS,
                    how,
                    delivered=delivered,
                    severity=Severity.GRAVE,
                    donor=origin,
                )
                yield found

    def _resident(self, delivered: Delivered) -> str:
        return self.view.applications.strings("resident")[delivered.place]

    def shared_own_documents(self) -> Iterator[Finding]:
        """The same bytes for two people, each entitled to all that is on them, without a number that would tell."""
        first: dict[str, int] = {}
        columns = (self.view.deliveries.column(field) for field in ("delivery", "place", "digest"))
        for row, (name, place, digest) in enumerate(zip(*columns, strict=True)):
            judgement = self.documents.judgement(name)
            if place == NEVER or judgement is None or not judgement.own or self.documents.numbers(name):
                continue
            if first.setdefault(digest, row) == row:
                continue
            delivered, earlier = self.view.deliveries[row], self.view.deliveries[first[digest]]
            if self._resident(earlier) != self._resident(delivered):
                what = Evidence(kind="same bytes", value=delivered.digest, owner=self._resident(earlier))
                one = self.view.applications[delivered.place]
                yield _finding(one, Anomaly.DUPLICATE, what, delivered=delivered, severity=Severity.REVIEW)


def _finding(
    one: Application | None,
    anomaly: Anomaly,
    *evidence: Evidence,
    delivered: Delivered | None = None,
    severity: Severity = Severity.DEFECT,
    donor: Application | None = None,
) -> Finding:
    return Finding(
        finding="",
        property=Property.EXACTLY_ONCE,
        anomaly=anomaly,
        severity=severity,
        application=one.application if one else "",
        delivery=delivered.delivery if delivered else "",
        digest=delivered.digest if delivered else "",
        victim=one.resident if one else "",
        donor=donor.resident if donor else "",
        donor_application=donor.application if donor else "",
        evidence=evidence,
    )
