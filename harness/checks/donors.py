"""Finds for every document with somebody else's items the application that it belonged to (donor)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from harness.checks.documents import Documents, foreign_pages, foreign_weights, issue_numbers
from harness.checks.history import NEVER, Application, Delivered, HistoryView, overlap
from harness.records.certificates import Certificate
from harness.records.findings import POSSIBLE_OWNER, Evidence
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

    The same bytes in several hands have one donor. In this order of trust: to whom the target gave the number
    printed (by its ledger, else as reported beside their own document); who received these bytes as their own; on
    whose own document the same number stands; which application of the people printed is nearest in time; who is
    printed most. Whom that does not tell apart (they share the paper) the evidence names as possible owners. One pass
    over the history.
    """
    papers: dict[str, list[_Wrong]] = {}
    for row, name in enumerate(view.deliveries.strings("delivery")):
        judgement = documents.judgement(name)
        if judgement is not None and judgement.foreign and not judgement.own:
            delivered = view.deliveries[row]
            applicant = view.applications[delivered.place] if delivered.place != NEVER else None
            papers.setdefault(delivered.digest, []).append(_Wrong(delivered, documents[name], applicant))
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
        self.given: dict[str, list[int]] = {n: [] for w in wrongs for n in issue_numbers(w.document)}  # by the target
        self.printed: dict[str, list[int]] = {number: [] for number in self.given}
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
        columns = (self.view.deliveries.column(f) for f in ("delivery", "place", "digest", "issue_number"))
        for name, place, digest, reported in zip(*columns, strict=True):
            judgement = documents.judgement(name)
            if place == NEVER or judgement is None or not judgement.own:
                continue
            if digest in self.owners:
                self.owners[digest].append(place)
            if reported in self.given:
                self.given[reported].append(place)
            for number in documents.numbers(name):
                if number in self.printed:
                    self.printed[number].append(place)

    def _index_ledger(self, by_request: dict[str, int]) -> None:
        """The ledger has the last word on a number: what is reported beside a document may be read off its paper."""
        entered: dict[str, list[int]] = {}
        for entry in self.view.ledger.values():
            place = by_request.get(entry.request_id, NEVER)
            for number in entry.issue_numbers:
                if number in self.given and place != NEVER:
                    entered.setdefault(number, []).append(place)
        self.given.update(entered)

    def donor(self, wrongs: list[_Wrong]) -> Donor | None:
        """Return the one donor of the same bytes in all these hands; None where nobody is printed."""
        people: dict[str, float] = {}
        for wrong in wrongs:
            for resident, bits in wrong.people().items():
                people[resident] = max(bits, people.get(resident, 0.0))
        holders = self.owners[wrongs[0].delivered.digest]
        given = {place for number in issue_numbers(wrongs[0].document) for place in self.given[number]}
        return (
            self._by_bytes(wrongs, [place for place in holders if place in given])
            or self._by_number(wrongs, people, self.given)
            or self._by_bytes(wrongs, holders)
            or self._by_number(wrongs, people, self.printed)
            or self._by_time(wrongs, people)
        )

    def _by_bytes(self, wrongs: list[_Wrong], holders: list[int]) -> Donor | None:
        if not holders:
            return None
        candidates = [self.view.applications[place] for place in holders]
        seen = Evidence(kind="same bytes", value=wrongs[0].delivered.digest, owner=candidates[0].resident)
        return _one_of(candidates, "same bytes", seen)

    def _by_number(
        self, wrongs: list[_Wrong], people: dict[str, float], by_number: dict[str, list[int]]
    ) -> Donor | None:
        """A number is enough alone only where it is one application's: numbers may have been given twice."""
        victims = {w.delivered.application for w in wrongs}
        for page in foreign_pages(wrongs[0].document):
            candidates = [self.view.applications[p] for p in by_number.get(page.issue_number, ())]
            candidates = [c for c in candidates if c.application not in victims]
            printed = [c for c in candidates if c.resident in people]
            if printed or len({c.application for c in candidates}) == 1:
                chosen = printed or candidates
                number = page.issue_number
                seen = Evidence(kind="issue number", page=page.page, value=number, owner=chosen[0].resident)
                return _one_of(chosen, "issue number", seen)
        return None

    def _by_time(self, wrongs: list[_Wrong], people: dict[str, float]) -> Donor | None:
        if not people:
            return None
        kinds = {p.certificate for w in wrongs for p in foreign_pages(w.document) if p.certificate is not None}
        candidates = list(self._candidates(wrongs, people))
        if not candidates:
            most = max(people, key=lambda resident: (people[resident], resident))
            return Donor(resident=most, evidence=possible_owners(people, most))
        candidates.sort(key=lambda c: self._rank(c, wrongs, kinds))
        alike = [c for c in candidates if (c.certificate in kinds) == (candidates[0].certificate in kinds)]
        return _one_of(alike, "nearest in time")

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


def _one_of(candidates: Sequence[Application], how: str, *seen: Evidence) -> Donor:
    """Return the first as the donor; the others are as likely."""
    donor = candidates[0]
    others = possible_owners((c.resident for c in candidates), donor.resident)
    return Donor(resident=donor.resident, application=donor.application, how=how, evidence=(*seen, *others))


def possible_owners(residents: Iterable[str], donor: str) -> tuple[Evidence, ...]:
    """Return evidence that names the others, each once, who may be the donor just as well as `donor`."""
    return tuple(Evidence(kind=POSSIBLE_OWNER, owner=r) for r in dict.fromkeys(residents) if r != donor)
