"""Finds for every document with somebody else's items the application that it belonged to (donor)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from harness.checks.documents import Documents, foreign_pages, foreign_weights, is_own, issue_numbers
from harness.checks.history import NEVER, Application, Delivered, HistoryView, overlap
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership

# A household copy names several people with like weight; whoever of them applied is the donor.
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

    In this order of trust: the same bytes, the same issue number (printed, reported or in the ledger), the
    application nearest in time of the people printed, the heaviest person printed. One pass over the history.
    """
    foreign = [d for d in view.deliveries if (o := documents.get(d.delivery)) and foreign_pages(o)]
    if not foreign:
        return {}
    search = _Search(view, documents, foreign)
    found = ((d.delivery, search.donor(d, documents[d.delivery])) for d in foreign)
    return {delivery: donor for delivery, donor in found if donor is not None}


class _Search:
    """Indexes of just those bytes, numbers and people that foreign documents carry."""

    def __init__(self, view: HistoryView, documents: Documents, foreign: Iterable[Delivered]) -> None:
        self.view = view
        self.horizon_ns = view.last_ns
        digests: set[str] = set()
        numbers: set[str] = set()
        people: set[str] = set()
        for delivered in foreign:
            document = documents[delivered.delivery]
            digests.add(delivered.digest)
            numbers.update(issue_numbers(document))
            people.update(foreign_weights(document, ""))
        self.by_digest: dict[str, list[Delivered]] = {d: [] for d in digests}
        self.by_number: dict[str, list[int]] = {n: [] for n in numbers}
        self.by_person: dict[str, list[int]] = {p: [] for p in people}
        self._index(documents)

    def _index(self, documents: Documents) -> None:
        by_request: dict[str, int] = {}
        for place, one in enumerate(self.view.applications):
            if one.resident in self.by_person:
                self.by_person[one.resident].append(place)
            if one.request_id:
                by_request[one.request_id] = place
        for delivered in self.view.deliveries:
            if delivered.place == NEVER:
                continue
            if delivered.digest in self.by_digest:
                self.by_digest[delivered.digest].append(delivered)
            self._index_numbers(delivered, documents.get(delivered.delivery))
        for entry in self.view.ledger.values():
            place = by_request.get(entry.request_id, NEVER)
            for number in entry.issue_numbers:
                if number in self.by_number and place != NEVER:
                    self.by_number[number].append(place)

    def _index_numbers(self, delivered: Delivered, document: DocumentOwnership | None) -> None:
        """Only documents that are their applicant's own say whose a number is."""
        if document is None or not is_own(document):
            return
        for number in {*issue_numbers(document), delivered.issue_number}:
            if number in self.by_number:
                self.by_number[number].append(delivered.place)

    def donor(self, delivered: Delivered, document: DocumentOwnership) -> Donor | None:
        """Return the donor of one delivery; None where its pages name nobody."""
        victim = self.view.applications[delivered.place] if delivered.place != NEVER else None
        weights = foreign_weights(document, victim.resident if victim else "")
        return (
            self._by_bytes(delivered, victim, weights)
            or self._by_number(document, victim, weights)
            or self._by_time(delivered, document, victim, weights)
        )

    def _by_bytes(self, delivered: Delivered, victim: Application | None, weights: dict[str, float]) -> Donor | None:
        for other in self.by_digest[delivered.digest]:
            donor = self.view.applications[other.place]
            if donor.resident in weights and (victim is None or donor.resident != victim.resident):
                seen = Evidence(kind="same bytes", value=delivered.digest, owner=donor.resident)
                return self._donor(donor, "same bytes", seen)
        return None

    def _by_number(
        self, document: DocumentOwnership, victim: Application | None, weights: dict[str, float]
    ) -> Donor | None:
        for page in foreign_pages(document):
            for place in self.by_number.get(page.issue_number, ()):
                donor = self.view.applications[place]
                if donor.resident in weights and (victim is None or donor.application != victim.application):
                    seen = Evidence(kind="issue number", page=page.page, value=page.issue_number, owner=donor.resident)
                    return self._donor(donor, "issue number", seen)
        return None

    def _by_time(
        self,
        delivered: Delivered,
        document: DocumentOwnership,
        victim: Application | None,
        weights: dict[str, float],
    ) -> Donor | None:
        if not weights:
            return None
        heaviest = max(weights.values())
        people = [p for p, bits in weights.items() if bits >= heaviest * _NEARLY_HEAVIEST]
        kinds = {p.certificate for p in foreign_pages(document)} - {None}
        best: tuple[tuple[object, ...], Application] | None = None
        for place in (place for person in people for place in self.by_person.get(person, ())):
            donor = self.view.applications[place]
            if donor.started_ns > delivered.at_ns or (victim and donor.application == victim.application):
                continue
            other_kind = bool(kinds) and donor.certificate not in kinds
            rank = (other_kind, self._distance_ns(donor, victim, delivered.at_ns), donor.application)
            if best is None or rank < best[0]:
                best = (rank, donor)
        if best is None:
            return Donor(resident=people[0])
        return self._donor(best[1], "nearest in time")

    def _distance_ns(self, donor: Application, victim: Application | None, at_ns: int) -> tuple[int, int]:
        """Return (gap between the two applications, 0 where they overlap; distance of their starts)."""
        if victim is None:
            return (0, abs(at_ns - donor.started_ns))
        apart = abs(donor.started_ns - victim.started_ns)
        if overlap(donor, victim, self.horizon_ns):
            return (0, apart)
        if donor.started_ns > victim.started_ns:
            return (donor.started_ns - victim.ended_ns, apart)
        return (victim.started_ns - donor.ended_ns, apart)

    @staticmethod
    def _donor(donor: Application, how: str, *evidence: Evidence) -> Donor:
        return Donor(resident=donor.resident, application=donor.application, how=how, evidence=evidence)
