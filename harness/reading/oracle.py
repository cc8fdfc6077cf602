"""The register oracle: what a certificate must say, what it must not say, and whom it may list.

It knows the population and the document profile, nothing of the system under test. Items unknown of imported
residents are not asserted and are listed as lost coverage.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from harness.errors import UsageError
from harness.reading.fold import fold
from harness.reading.profile import Item, Lists, Paper, Per, Profile, When, Who
from harness.reading.renderings import renderings, texts_of
from harness.reading.sources import Person, PopulationView, tax_of, values
from harness.reading.wanted import Wanted
from harness.records.certificates import Certificate, Options, Scope, TaxKind
from harness.records.resident import Resident

# Register states of several changed people multiply; beyond this many the newest ones are kept.
_MOST_VIEWS = 64


class View(Struct, frozen=True, kw_only=True):
    """The expectation under one state of the register."""

    persons: tuple[str, ...]  # resident keys that must be listed, in order; nobody else may be
    wanted: tuple[Wanted, ...]
    forbidden: tuple[Wanted, ...]
    empty: tuple[Wanted, ...]  # the register holds nothing: no value may stand beside their labels
    own_texts: frozenset[str]  # folded: every text that, here, says nothing of anybody else
    names: tuple[tuple[str, str], ...]  # (resident, folded full name) of the people listed


class Expectation(Struct, frozen=True, kw_only=True):
    """What one application's document must be. Any one of `views`, in full, is right."""

    certificate: Certificate
    options: Options
    applicant: str
    views: tuple[View, ...]  # one per acceptable state of the register, the newest last
    unknown: tuple[str, ...] = ()  # "R00001.kana": not asserted, lost coverage
    seal: str = ""  # resident whose seal impression must be printed; "" for none


def expect(
    certificate: Certificate,
    options: Options,
    applicant: str,
    population: PopulationView,
    profile: Profile,
    states: Mapping[str, Sequence[Resident]] | None = None,
) -> Expectation:
    """Return what the document of this application must be.

    `states` gives, for residents that changed during the run, every state that is acceptable (the newest last);
    everyone else is as in `population`. Raises UsageError for an unknown applicant, or a certificate that the profile
    lacks.
    """
    paper = profile.paper(certificate)
    if applicant not in population.residents:
        raise UsageError(f"resident {applicant} is not in the population; was the plan made for another one?")
    unknown: dict[str, None] = {}
    views = dict.fromkeys(
        _Clerk(population, profile, paper, options, applicant, changed, unknown).view()
        for changed in _combinations(states or {})
    )
    has_seal = paper.seal and population.residents[applicant].seal is not None
    return Expectation(
        certificate=certificate,
        options=options,
        applicant=applicant,
        views=tuple(views),
        unknown=tuple(unknown),
        seal=applicant if has_seal else "",
    )


def _combinations(states: Mapping[str, Sequence[Resident]]) -> list[dict[str, Resident]]:
    """Return every combination of the changed people's states, the newest last; what is changed back is no new one."""
    known = {key: tuple(dict.fromkeys(of_one[::-1])) for key, of_one in states.items() if of_one}
    newest_first = itertools.islice(itertools.product(*known.values()), _MOST_VIEWS)
    return [dict(zip(known, chosen, strict=True)) for chosen in newest_first][::-1]


class _Clerk:
    """Writes down one view: looks up who is listed and what the paper prints of them."""

    def __init__(
        self,
        population: PopulationView,
        profile: Profile,
        paper: Paper,
        options: Options,
        applicant: str,
        changed: Mapping[str, Resident],
        unknown: dict[str, None],
    ) -> None:
        self._population = population
        self._profile = profile
        self._paper = paper
        self._options = options
        self._changed = changed
        self._unknown = unknown
        self._applicant = self._resident(applicant)

    def view(self) -> View:
        """Return what the certificate says under this state of the register."""
        listed, chosen = self._listed(), _chosen(self._options)
        applicant = self._person(self._applicant)
        wanted: list[Wanted] = []
        forbidden: list[Wanted] = []
        empty: list[Wanted] = []
        for use in self._paper.items:
            item = self._profile.items[use.item]
            people = listed if use.per is Per.PERSON else [applicant]
            into = wanted if use.when in chosen else forbidden
            for person in people:
                found = self._values(use.item, item, person)
                if found is None:
                    continue
                base = self._base(use.item, item, use.per, person)
                if not found and item.source:
                    empty.append(base)
                into.extend(self._wanted(base, item, person, found))
        everyone = listed if any(p.key == applicant.key for p in listed) else [*listed, applicant]
        own = frozenset(t for p in everyone for t in texts_of(p, with_koseki=self._paper.lists is Lists.KOSEKI))
        return View(
            persons=tuple(p.key for p in listed if p.key),
            wanted=tuple(wanted),
            forbidden=tuple(forbidden),
            empty=tuple(empty),
            own_texts=own,
            names=tuple(_names(everyone)),
        )

    def _values(self, name: str, item: Item, person: Person) -> tuple[str, ...] | None:
        """Return an item's values, () where the register holds none, None where it is unknown or not this person's."""
        if item.who is not Who.ANYONE and person.resident is not None:
            foreign = bool(person.resident.nationality)
            if foreign is not (item.who is Who.FOREIGN):
                return None
        found = values(person, item.source) if item.source else ()
        if found is None:
            self._unknown[f"{person.key}.{name}"] = None
        return found

    def _base(self, name: str, item: Item, per: Per, person: Person) -> Wanted:
        return Wanted(
            item=name,
            source=item.source,
            format=item.format,
            per=per,
            person=person.key,
            labels=self._labels(name),
            identity=item.identity,
        )

    def _wanted(self, base: Wanted, item: Item, person: Person, found: Sequence[str]) -> Iterator[Wanted]:
        if not item.source:
            yield base
        municipality = person.resident.municipality if person.resident else self._applicant.municipality
        for value in found:
            for wanted in renderings(base, value, municipality):
                more = tuple(fold(form) for form in item.forms.get(value, ()))
                yield replace(wanted, texts=wanted.texts + more) if more else wanted

    def _labels(self, name: str) -> tuple[str, ...]:
        return tuple(fold(label) for label in self._profile.items[name].labels)

    def _listed(self) -> list[Person]:
        if self._paper.lists is Lists.KOSEKI:
            return self._koseki_members()
        if self._paper.lists is Lists.HOLDER or self._options.scope is Scope.SELF:
            return [self._person(self._applicant)]
        members = self._household()
        if self._options.scope is Scope.SOME:
            members = [m for m in members if m.key in self._options.persons]
        return [self._person(m) for m in members]

    def _household(self) -> list[Resident]:
        applicant = self._applicant
        if applicant.household is None:
            return [applicant]
        now = [self._resident(m.key) for m in self._population.household(applicant.household)]
        same = [m for m in now if m.household == applicant.household and m.residency == applicant.residency]
        return same or [applicant]

    def _koseki_members(self) -> list[Person]:
        koseki = self._population.koseki.get(self._applicant.koseki or "")
        if koseki is None:
            return [self._person(self._applicant)]
        chosen = {self._applicant.key} if self._options.scope is Scope.SELF else set(self._options.persons)
        every = self._options.scope is Scope.ALL
        return [
            Person(
                key=m.resident or "",
                resident=self._resident(m.resident) if m.resident else None,
                koseki=koseki,
                member=m,
            )
            for m in koseki.members
            if every or m.resident in chosen
        ]

    def _person(self, resident: Resident) -> Person:
        koseki = self._population.koseki.get(resident.koseki or "")
        member = next((m for m in koseki.members if m.resident == resident.key), None) if koseki else None
        tax = tax_of(resident, self._options)
        return Person(key=resident.key, resident=resident, koseki=koseki, member=member, tax=tax)

    def _resident(self, key: str) -> Resident:
        return self._changed.get(key) or self._population.residents[key]


@lru_cache(maxsize=1_000)
def _chosen(options: Options) -> frozenset[When]:
    chosen = {
        When.ALWAYS: True,
        When.HONSEKI: options.honseki,
        When.RELATION: options.relation,
        When.MY_NUMBER: options.my_number,
        When.KAZEI: options.tax_kind is TaxKind.KAZEI,
        When.NOZEI: options.tax_kind is TaxKind.NOZEI,
    }
    return frozenset(when for when, is_chosen in chosen.items() if is_chosen)


def _names(people: Sequence[Person]) -> Iterator[tuple[str, str]]:
    for person in people:
        if person.resident is None:
            continue
        for name in (person.resident.name, person.resident.alias):
            if name:
                yield person.key, fold(name)
