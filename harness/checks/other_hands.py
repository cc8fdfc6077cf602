"""Documents in other hands than they were issued for, told by bytes and numbers alone, whatever their pages say.

What cannot be read may be anybody's; a household copy fits every member of the household.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.documents import Documents, foreign_weights, is_own, issue_numbers
from harness.checks.history import NEVER, Application, Delivered, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.ownership import DocumentOwnership
from harness.records.reading import ReadingStatus


def in_other_hands(view: HistoryView, documents: Documents) -> Iterator[Finding]:
    """Yield a misdelivery for the same unread bytes with two people, and for a number that the ledger gave another."""
    yield from _unread_shared(view, documents)
    if view.ledger:
        yield from _anothers_number(view, documents)


def _unread_shared(view: HistoryView, documents: Documents) -> Iterator[Finding]:
    """The same bytes handed to two people are somebody else's for one of them, read or not."""
    first: dict[str, Delivered] = {}
    people = view.applications.strings("resident")
    for delivered in view.deliveries:
        if delivered.place == NEVER or not delivered.complete or delivered.bytes == 0:
            continue
        earlier = first.setdefault(delivered.digest, delivered)
        document = documents.get(delivered.delivery)
        if people[earlier.place] == people[delivered.place] or (document is not None and _tells_enough(document)):
            continue
        seen = Evidence(kind="same bytes", value=delivered.digest, owner=people[earlier.place])
        yield _misdelivery(delivered, view.applications[delivered.place], view.applications[earlier.place], seen)


def _tells_enough(document: DocumentOwnership) -> bool:
    """Whether the pages say whose it is, or it is no document at all: an error page is the same for everybody."""
    return document.status is ReadingStatus.NOT_PDF or is_own(document) or bool(foreign_weights(document, ""))


def _anothers_number(view: HistoryView, documents: Documents) -> Iterator[Finding]:
    """A document whose pages fit the applicant, but whose number the target itself gave to another's application."""
    owners = _numbers_of_ledger(view)
    for delivered in view.deliveries:
        document = documents.get(delivered.delivery)
        if delivered.place == NEVER or document is None or not is_own(document):
            continue
        applicant = view.applications[delivered.place]
        for number in issue_numbers(document):
            places = owners.get(number, ())
            others = [p for p in places if view.applications[p].resident != applicant.resident]
            if others and delivered.place not in places:
                donor = view.applications[others[0]]
                seen = Evidence(kind="ledger", item="issue_number", value=number, owner=donor.resident)
                yield _misdelivery(delivered, applicant, donor, seen)
                break


def _numbers_of_ledger(view: HistoryView) -> dict[str, list[int]]:
    """Return for every number in the ledger the rows of our applications that it was given to."""
    by_request = {r: p for p, r in enumerate(view.applications.strings("request_id")) if r}
    owners: dict[str, list[int]] = {}
    for entry in view.ledger.values():
        if entry.request_id in by_request:
            for number in entry.issue_numbers:
                owners.setdefault(number, []).append(by_request[entry.request_id])
    return owners


def _misdelivery(delivered: Delivered, victim: Application, donor: Application, seen: Evidence) -> Finding:
    return Finding(
        finding="",
        property=Property.OWNERSHIP,
        anomaly=Anomaly.MISDELIVERY,
        severity=Severity.GRAVE,
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        victim=victim.resident,
        donor=donor.resident,
        donor_application=donor.application,
        evidence=(seen,),
    )
