"""Documents in other hands than they were issued for, told by bytes and numbers alone, whatever their pages say.

What cannot be read may be anybody's; a household copy fits every member of the household.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from harness.checks.documents import Documents, foreign_weights, is_own, issue_numbers
from harness.checks.donors import possible_owners
from harness.checks.history import NEVER, Application, Delivered, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.ownership import DocumentOwnership
from harness.records.reading import ReadingStatus


def in_other_hands(view: HistoryView, documents: Documents) -> Iterator[Finding]:
    """Yield a misdelivery for the same unread bytes with two people, and for a number that the ledger gave another.

    Also for what is left of a household copy, the applicant not on it, where another member holds its bytes or number.
    """
    yield from _unread_shared(view, documents)
    by_ledger = tuple(_anothers_number(view, documents)) if view.ledger else ()
    yield from by_ledger
    yield from _of_another_member(view, documents, {f.delivery for f in by_ledger})


def _unread_shared(view: HistoryView, documents: Documents) -> Iterator[Finding]:
    """The same bytes handed to two people are somebody else's for one of them, read or not."""
    first: dict[str, int] = {}
    people, places = view.applications.unpacked("resident"), view.deliveries.integers("place")
    columns = (view.deliveries.column(field) for field in ("digest", "complete", "bytes"))
    for row, (digest, complete, size) in enumerate(zip(*columns, strict=True)):
        if places[row] == NEVER or not complete or size == 0:
            continue
        place = places[first.setdefault(digest, row)]
        if people[place] == people[places[row]]:
            continue
        delivered, earlier = view.deliveries[row], view.deliveries[first[digest]]
        document = documents.get(delivered.delivery)
        if document is not None and _tells_enough(document):
            continue
        seen = Evidence(kind="same bytes", value=delivered.digest, owner=people[earlier.place])
        yield _misdelivery(delivered, view.applications[delivered.place], view.applications[earlier.place], seen)


def _tells_enough(document: DocumentOwnership) -> bool:
    """Whether the pages say whose it is, or it is no document at all: an error page is the same for everybody."""
    return document.status is ReadingStatus.NOT_PDF or is_own(document) or bool(foreign_weights(document, ""))


def _of_another_member(view: HistoryView, documents: Documents, told: AbstractSet[str]) -> Iterator[Finding]:
    """Pages may be lost on which the applicant stood; unless somebody who stands there holds the same document.

    Nothing of the deliveries `told` of already.
    """
    doubtful = _without_applicant(view, documents)
    found: dict[str, list[tuple[Delivered, Application, Evidence]]] = {}
    for theirs in view.deliveries if doubtful else ():
        document = documents.get(theirs.delivery)
        if theirs.place == NEVER or document is None or not is_own(document):
            continue
        donor = view.applications[theirs.place]
        for kind, mark in _marks(theirs, document):
            for mine in doubtful.get(mark, ()):
                if donor.resident in documents[mine.delivery].listed and mine.delivery not in told:
                    seen = Evidence(kind=kind, value=mark, owner=donor.resident)
                    found.setdefault(mine.delivery, []).append((mine, donor, seen))
    for (mine, donor, seen), *more in found.values():
        others = possible_owners((other.resident for _, other, _ in more), donor.resident)
        yield _misdelivery(mine, view.applications[mine.place], donor, seen, *others)


def _without_applicant(view: HistoryView, documents: Documents) -> dict[str, list[Delivered]]:
    """Return by bytes and numbers the own documents that list people, but not the applicant."""
    found: dict[str, list[Delivered]] = {}
    people = view.applications.unpacked("resident")
    deliveries = zip(view.deliveries.strings("delivery"), view.deliveries.integers("place"), strict=True)
    for row, (name, place) in enumerate(deliveries):
        judgement = documents.judgement(name)
        if judgement is None or not judgement.own or place == NEVER:
            continue
        listed = judgement.document.listed
        if listed and people[place] not in listed:
            delivered = view.deliveries[row]
            for _, mark in _marks(delivered, documents[name]):
                found.setdefault(mark, []).append(delivered)
    return found


def _marks(delivered: Delivered, document: DocumentOwnership) -> Iterator[tuple[str, str]]:
    yield "same bytes", delivered.digest
    for number in issue_numbers(document):
        yield "issue number", number


def _anothers_number(view: HistoryView, documents: Documents) -> Iterator[Finding]:
    """A document whose pages fit the applicant, but whose number the target itself gave to another's application."""
    owners = _numbers_of_ledger(view)
    people, deliveries = view.applications.unpacked("resident"), view.deliveries
    columns = zip(deliveries.strings("delivery"), deliveries.integers("place"), strict=True)
    for row, (name, place) in enumerate(columns):
        judgement = documents.judgement(name)
        if place == NEVER or judgement is None or not judgement.own:
            continue
        for number in documents.numbers(name):
            places = owners.get(number, ())
            others = [p for p in places if people[p] != people[place]]
            if others and place not in places:
                seen = Evidence(kind="ledger", item="issue_number", value=number, owner=people[others[0]])
                applicant, donor = view.applications[place], view.applications[others[0]]
                yield _misdelivery(deliveries[row], applicant, donor, seen)
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


def _misdelivery(delivered: Delivered, victim: Application, donor: Application, *seen: Evidence) -> Finding:
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
        evidence=seen,
    )
