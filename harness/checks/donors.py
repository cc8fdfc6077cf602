"""Finds for every document with somebody else's items the application that it belonged to (donor)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from harness.checks.documents import Documents, foreign_pages, foreign_weights, is_own, issue_numbers
from harness.checks.history import NEVER, Application, Delivered, HistoryView, overlap
from harness.records.certificates import Certificate
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership

# Where the reader names nobody as listed: family members share most items, so that any of them may have applied.
_NEARLY_HEAVIEST = 0.5


class Donor(Struct, frozen=True, kw_only=True):
    """Whose document reached the wrong person, and how that is known."""

    resident: str
    application: str = ""  # "" where none of theirs fits
    how: str = "items"  # "same bytes" | "issue number" | "nearest in time" | "items"
    evidence: tuple[Evidence, ...] = ()


Donors = dict[str, Donor]  # by delivery id


def trace_donors(view: HistoryView, documents: Documents) -> Donors:
    """Name the donor of every delivery on whose pages somebody else stands.

    The same bytes in several hands have one donor. In this order of trust: who else received these bytes as their
    own; whose issue number is printed (their own document's, the reported or the ledger's); which application of
    the people printed is nearest in time; who is printed most. One pass over the history.
    """
    papers: dict[str, list[_Wrong]] = {}
    for row, name in enumerate(view.deliveries.strings("delivery")):
        document = documents.get(name)
        if document is not None and not is_own(document) and foreign_pages(document):
            delivered = view.deliveries[row]
            applicant = view.applications[delivered.place] if delivered.place != NEVER else None
            papers.setdefault(delivered.digest, []).append(_Wrong(delivered, document, applicant))
    if not papers:
        return {}
    search = _Search(view, documents, papers)
    donors: Donors = {}
    for wrongs in papers.values():
        if (donor := search.donor(wrongs)) is not None:
            donors.update((wrong.delivered.delivery, donor) for wrong in wrongs)
    return donors


class _Wrong(NamedTuple):
    """One hand-over of a document to somebody whose it is not."""

    delivered: Delivered
    document: DocumentOwnership
    applicant: Application | None

    def people(self) -> dict[str, float]:
        """Return who may have applied for the document, with their weights.

        Of those listed, only people to whom a text is put down: relatives and namesakes who merely share the
        items of somebody printed are not printed themselves.
        """
        applicant = self.applicant.resident if self.applicant else ""
        weights = foreign_weights(self.document, applicant)
        listed = {r: weights[r] for r in self.document.listed if r in weights}
        heaviest = max(weights.values(), default=0.0)
        people = listed or {r: bits for r, bits in weights.items() if bits >= heaviest * _NEARLY_HEAVIEST}
        owners = {item.owner for page in foreign_pages(self.document) for item in page.evidence}
        return {r: bits for r, bits in people.items() if r in owners} or people


class _Search:
    """Indexes of just those bytes, numbers and people that foreign documents carry."""

    def __init__(self, view: HistoryView, documents: Documents, papers: dict[str, list[_Wrong]]) -> None:
        self.view = view
        self.horizon_ns = view.last_ns
        wrongs = [wrong for several in papers.values() for wrong in several]
        self.owners: dict[str, list[int]] = {digest: [] for digest in papers}
        self.by_number: dict[str, list[int]] = {n: [] for w in wrongs for n in issue_numbers(w.document)}
        self.by_person: dict[str, list[int]] = {p: [] for w in wrongs for p in w.people()}
        by_request = self._index_applications()
        self._index_deliveries(documents)
        self._index_ledger(by_request)

    def _index_applications(self) -> dict[str, int]:
        by_request: dict[str, int] = {}
        columns = (self.view.applications.strings(f) for f in ("resident", "request_id"))
        for place, (resident, request_id) in enumerate(zip(*columns, strict=True)):
            if resident in self.by_person:
                self.by_person[resident].append(place)
            if request_id:
                by_request[request_id] = place
        return by_request

    def _index_deliveries(self, documents: Documents) -> None:
        """Only documents that are their applicant's own say whose bytes and numbers are."""
        for delivered in self.view.deliveries:
            document = documents.get(delivered.delivery)
            if delivered.place == NEVER or document is None or not is_own(document):
                continue
            if delivered.digest in self.owners:
                self.owners[delivered.digest].append(delivered.place)
            for number in {*issue_numbers(document), delivered.issue_number}:
                if number in self.by_number:
                    self.by_number[number].append(delivered.place)

    def _index_ledger(self, by_request: dict[str, int]) -> None:
        for entry in self.view.ledger.values():
            place = by_request.get(entry.request_id, NEVER)
            for number in entry.issue_numbers:
                if number in self.by_number and place != NEVER and place not in self.by_number[number]:
                    self.by_number[number].append(place)

    def donor(self, wrongs: list[_Wrong]) -> Donor | None:
        """Return the one donor of the same bytes in all these hands; None where nobody is printed."""
        people: dict[str, float] = {}
        for wrong in wrongs:
            for resident, bits in wrong.people().items():
                people[resident] = max(bits, people.get(resident, 0.0))
        return self._by_bytes(wrongs) or self._by_number(wrongs, people) or self._by_time(wrongs, people)

    def _by_bytes(self, wrongs: list[_Wrong]) -> Donor | None:
        for place in self.owners[wrongs[0].delivered.digest]:
            donor = self.view.applications[place]
            seen = Evidence(kind="same bytes", value=wrongs[0].delivered.digest, owner=donor.resident)
            return self._donor(donor, "same bytes", seen)
        return None

    def _by_number(self, wrongs: list[_Wrong], people: dict[str, float]) -> Donor | None:
        """A number is enough alone only where it is one application's: numbers may have been given twice."""
        victims = {w.delivered.application for w in wrongs}
        for page in foreign_pages(wrongs[0].document):
            candidates = [self.view.applications[p] for p in self.by_number.get(page.issue_number, ())]
            candidates = [c for c in candidates if c.application not in victims]
            printed = [c for c in candidates if c.resident in people]
            if printed or len(candidates) == 1:
                donor = (printed or candidates)[0]
                seen = Evidence(kind="issue number", page=page.page, value=page.issue_number, owner=donor.resident)
                return self._donor(donor, "issue number", seen)
        return None

    def _by_time(self, wrongs: list[_Wrong], people: dict[str, float]) -> Donor | None:
        if not people:
            return None
        kinds = {p.certificate for w in wrongs for p in foreign_pages(w.document) if p.certificate is not None}
        candidates = list(self._candidates(wrongs, people))
        if not candidates:
            return Donor(resident=max(people, key=lambda resident: (people[resident], resident)))
        nearest = min(candidates, key=lambda c: self._rank(c, wrongs, kinds))
        return self._donor(nearest, "nearest in time")

    def _candidates(self, wrongs: list[_Wrong], people: Iterable[str]) -> Iterator[Application]:
        """Yield applications of the people printed that had begun before the document came."""
        victims = {w.delivered.application for w in wrongs}
        first_ns = min(w.delivered.at_ns for w in wrongs)
        for place in (place for person in people for place in self.by_person[person]):
            one = self.view.applications[place]
            if one.started_ns <= first_ns and one.application not in victims:
                yield one

    def _rank(
        self, donor: Application, wrongs: list[_Wrong], kinds: set[Certificate]
    ) -> tuple[bool, tuple[int, int], str]:
        distance = min(self._distance_ns(donor, w) for w in wrongs)
        return bool(kinds) and donor.certificate not in kinds, distance, donor.application

    def _distance_ns(self, donor: Application, wrong: _Wrong) -> tuple[int, int]:
        """Return (gap between the two applications, 0 where they overlap; distance of their starts)."""
        victim = wrong.applicant
        if victim is None:
            return 0, abs(wrong.delivered.at_ns - donor.started_ns)
        apart = abs(donor.started_ns - victim.started_ns)
        if overlap(donor, victim, self.horizon_ns):
            return 0, apart
        if donor.started_ns > victim.started_ns:
            return donor.started_ns - victim.ended_ns, apart
        return victim.started_ns - donor.ended_ns, apart

    @staticmethod
    def _donor(donor: Application, how: str, *evidence: Evidence) -> Donor:
        return Donor(resident=donor.resident, application=donor.application, how=how, evidence=evidence)
