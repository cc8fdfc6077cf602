"""Sees what own documents print of the fields that changes of the register touched: which version of each."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from harness.checks.documents import OWN, Documents
from harness.checks.history import NEVER, Application, HistoryView
from harness.checks.printed import LISTED, Printed
from harness.checks.register import Register, changed
from harness.judge.documents import groups
from harness.population import Population
from harness.reading.fold import fold
from harness.reading.folded_page import FoldedPage
from harness.reading.oracle import View, expect
from harness.reading.profile import Lists, Profile
from harness.reading.wanted import Wanted
from harness.records.certificates import Certificate, Options, Scope
from harness.records.ownership import DocumentOwnership
from harness.records.reading import Reading
from harness.records.resident import Resident

_FOREVER_NS = 1 << 62  # of an application without an end
_SHORT = 2  # 妻, 子: characters that stand anywhere; only a value beside its label tells of them


class _Value(NamedTuple):
    """One value that a field had, or was to have, and how a certificate prints it."""

    value: Hashable
    wanted: tuple[Wanted, ...]
    others: frozenset[str]  # folded texts that the same certificate prints for other reasons


class PrintedFields:
    """Looks for values that fields had at any time. Pure; a document of people whom nobody changed is passed over."""

    def __init__(self, population: Population, profile: Profile, register: Register) -> None:
        """Remember the changed, and with whom they stand on one paper."""
        self._population, self._profile, self._register = population, profile, register
        self._groups = groups(population)
        self._values: dict[tuple[object, ...], tuple[_Value, ...]] = {}
        self._stated: dict[tuple[object, ...], frozenset[str]] = {}

    def of_run(self, view: HistoryView, documents: Documents, readings: Mapping[str, Reading]) -> tuple[Printed, ...]:
        """Return what all own documents of a run print of changed fields."""
        people = view.applications.strings("resident")
        concerned = {person for person in set(people) if any(self._concerns(person))}
        found: list[Printed] = []
        for delivered in view.deliveries:
            document, reading = documents.get(delivered.delivery), readings.get(delivered.digest)
            if delivered.place == NEVER or document is None or reading is None or not delivered.complete:
                continue
            if people[delivered.place] in concerned and any(p.verdict in OWN for p in document.pages):
                one = view.applications[delivered.place]
                found += (replace(p, delivery=delivered.delivery) for p in self.of_document(document, reading, one))
        return tuple(found)

    def of_document(self, document: DocumentOwnership, reading: Reading, one: Application) -> Iterator[Printed]:
        """Yield what one document prints of changed fields; `delivery` is left empty."""
        own = {page.page for page in document.pages if page.verdict in OWN and page.tier != "picture"}
        pages = [FoldedPage(page.text) for page in reading.pages if page.number in own]
        for person in self._concerns(one.resident):
            for field in self._register.text_fields(person):
                yield from self._of_field(document, pages, one, person, field)
            if not document.weak:  # a name that is not found as registered may stand there all the same
                yield from self._listing(pages, one, person)

    def _concerns(self, applicant: str) -> Iterator[str]:
        """Yield the changed who may stand on an applicant's documents."""
        mine = self._groups.get(applicant, frozenset())
        for person in sorted(self._register.touched):
            if person == applicant or mine & self._groups.get(person, frozenset()):
                yield person

    def _of_field(
        self, document: DocumentOwnership, pages: list[FoldedPage], one: Application, person: str, field: str
    ) -> Iterator[Printed]:
        values = self._values_of(one, person, field)
        items = frozenset(w.item for value in values for w in value.wanted)
        if not items:
            return
        besides = self._besides(one, person)
        told = [v for v in values if not _texts(v) & (v.others | besides)]
        seen = [v.value for v in told if _stands(v, told, pages)]
        beside = [e.value for e in document.wrong if e.item in items]
        if len(seen) > 1 and not beside:
            return  # the paper may print earlier values too, e.g. an earlier address
        if not seen and beside and self._alone(values):
            seen = [_registered(beside[0], values)]
        for value in seen:
            yield Printed(delivery="", resident=person, field=field, value=value, items=items)

    def _besides(self, one: Application, person: str) -> frozenset[str]:
        """Return what stands there rightly of others who were changed: a value that one had, another may have now."""
        states, others = self._register.states, (p for p in self._concerns(one.resident) if p != person)
        legal = ((other, state) for other in others for state in states(other, *one.span_ns(_FOREVER_NS)))
        return frozenset(text for other, state in legal for text in self._texts_of(one, other, state))

    def _texts_of(self, one: Application, person: str, state: Resident) -> frozenset[str]:
        key = (one.certificate, one.options, one.resident, person, state)
        if key not in self._stated:
            view = self._view(one.certificate, one.options, one.resident, {person: state})
            self._stated[key] = frozenset(t for w in view.wanted if w.person == person for t in w.texts)
        return self._stated[key]

    @staticmethod
    def _alone(values: tuple[_Value, ...]) -> bool:
        """Tell whether only one person's item of that name stands on the paper."""
        return len({w.person for value in values for w in value.wanted}) == 1

    def _values_of(self, one: Application, person: str, field: str) -> tuple[_Value, ...]:
        key = (one.certificate, one.options, one.resident, person, field)
        if key not in self._values:
            base = self._population.residents[person]
            history = self._register.field_history(person, field)
            distinct = dict.fromkeys(w.value for w in (*history.writes, *history.failed) if isinstance(w.value, str))
            states = {value: changed(base, field, value) for value in distinct}
            self._values[key] = tuple(self._value(one, person, field, v, state) for v, state in states.items())
        return self._values[key]

    def _value(self, one: Application, person: str, field: str, value: str, state: Resident) -> _Value:
        source = f"resident.{field}"
        view = self._view(one.certificate, one.options, one.resident, {person: state})
        here = tuple(w for w in view.wanted if w.source == source and w.person == person)
        others = frozenset(t for w in view.wanted if w not in here for t in w.texts)
        return _Value(value, here, others)

    def _view(self, certificate: Certificate, options: Options, applicant: str, states: Mapping[str, Resident]) -> View:
        told = {person: (state,) for person, state in states.items()}
        return expect(certificate, options, applicant, self._population, self._profile, told).views[0]

    def _listing(self, pages: list[FoldedPage], one: Application, person: str) -> Iterator[Printed]:
        """Yield whether a household's copy lists a member who may have left it; nothing where a name tells nothing."""
        household = self._register.household_of(one.resident)
        paper = self._profile.paper(one.certificate)
        whole = paper.lists is Lists.HOUSEHOLD and one.options.scope is Scope.ALL
        mine = person == one.resident or self._register.household_of(person)[0] != household[0]
        if not whole or mine or household[0] is None or one.resident in self._register.touched:
            return
        if len(self._register.listed_history(person, household)) < 2 or not self._register.known_order(person):
            return
        name = self._population.residents[person].name
        if not name or self._named_besides(one, person, fold(name)):
            return
        listed = any(fold(name) in page.text for page in pages)
        yield Printed(delivery="", resident=person, field=LISTED, value=listed, items=frozenset({"name", LISTED}))

    def _named_besides(self, one: Application, person: str, name: str) -> bool:
        """Tell whether a name stands on the paper even where its bearer is not listed, as a householder's does."""
        gone = changed(self._population.residents[person], "residency", "deceased")
        view = self._view(one.certificate, one.options, one.resident, {person: gone})
        return any(name in text for w in (*view.wanted, *view.forbidden) for text in w.texts)


def _texts(value: _Value) -> frozenset[str]:
    return frozenset(t for w in value.wanted for t in w.texts)


def _stands(value: _Value, all_values: list[_Value], pages: list[FoldedPage]) -> bool:
    """Tell whether a value stands on a page, and not only as a part of another value of the field."""
    days = {w.day for w in value.wanted if w.day is not None}
    if any(days & page.days for page in pages):
        return True
    texts = [t for t in _texts(value) if len(t) > _SHORT]
    longer = {t for v in all_values if v is not value for t in _texts(v)}
    return any(_free(page, text, longer) for page in pages for text in texts)


def _free(page: FoldedPage, text: str, others: set[str]) -> bool:
    covering = [s for t in others if len(t) > len(text) and text in t for s in page.occurrences(t)]
    return any(
        page.stands_free(a, b) and not any(c <= a and b <= d for c, d in covering) for a, b in page.occurrences(text)
    )


def _registered(printed: str, values: tuple[_Value, ...]) -> Hashable:
    """Return the value that what stands beside a label is, the printed text itself where it was never registered."""
    text = fold(printed)
    return next((v.value for v in values if any(text == t for t in _texts(v))), printed)
