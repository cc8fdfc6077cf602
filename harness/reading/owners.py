"""Finds in one pass over a page every text that belongs to anyone in the population, and says to whom.

A text weighs log2(residents / owners) bits: an address of one household much, a name that many bear little. Given
names, birth dates and small figures are no patterns: they are on too many papers to speak for anybody.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from harness.reading.dates import Day, find_dates, parse_iso
from harness.reading.fold import fold, forget_folded
from harness.reading.packed_texts import Notes
from harness.reading.renderings import address_forms, kana_forms, parts
from harness.reading.sources import PopulationView
from harness.reading.text_search import TextSearch
from harness.records.resident import Koseki, Resident

# Names and addresses are rare in the world, not only among a vendor's 60 test residents: with fewer residents than
# this, texts are weighed as if there were this many.
_RESIDENTS_AT_LEAST = 1024
_LEAST_NAME = 2
_LEAST_ADDRESS = 5
_LEAST_EVENT_PART = 8  # an address or a name with its 本籍, not a word of the form
KOSEKI_ROLES = frozenset({"father", "mother", "events", "addresses"})  # printed on 戸籍 and 附票 only
_ROLES = {
    role: number
    for number, role in enumerate(
        (
            "name", "alias", "householder", "hittousha", "address", "previous_address", "honseki", "kana",
            "residence_card", "seal_number", "father", "mother", "events", "addresses",
        )
    )
}  # fmt: skip
_BY_NUMBER = tuple(_ROLES)
_ROLE_BITS = 4
_REMEMBERED = 20_000  # texts whose owners are at hand as records
_HOUSEHOLDS = 64  # a household's members follow each other, and have the same addresses
_COMMON_SHARE = 0.05  # a text that more of the residents share belongs to the form, not to a person


class Owner(NamedTuple):
    """Somebody a text belongs to."""

    resident: str
    role: str  # the item: name, kana, address, householder, ...


class Hit(Struct, frozen=True):
    """One text of the population found on a page, by places in the folded text."""

    start: int
    end: int
    text: int  # number of the text in the index


class OwnerIndex:
    """All texts of all residents with their owners, packed; it cannot be pickled, but forked processes share it.

    100,000 residents have 2,000,000 texts, which take 200 MB; building takes about 20 µs a text.
    """

    def __init__(self, population: PopulationView, states: Iterable[Resident] = ()) -> None:
        """Index the population, and further `states` of residents that updates may bring about."""
        self.residents = len(population.residents)
        self._people = max(self.residents, _RESIDENTS_AT_LEAST)
        # the population's own strings: new ones among the texts would keep the texts' memory from being freed
        self._keys = {key: number for number, key in enumerate(population.residents)}
        texts, values = Notes(), Notes()
        for resident in itertools.chain(population.residents.values(), states):
            number = self._numbered(resident.key)
            for text, role in _texts(resident):
                texts.note(text, number | _ROLES[role])
            for source, value in _values(resident):
                values.note(_value(source, value), number)
        for koseki in population.koseki.values():
            for text, owner in _koseki_texts(koseki):
                texts.note(text, self._numbered(owner.resident) | _ROLES[owner.role])
        self._texts = texts.packed(most=int(max(20, self._people * _COMMON_SHARE)), kind_bits=_ROLE_BITS)
        self._values = values.packed()
        self._names = tuple(self._keys)
        forget_folded()
        self._search = TextSearch(self._texts)
        self.characters = self._texts.characters()
        # the people of one document, and of those before it, are asked for again and again
        self.text = lru_cache(_REMEMBERED)(self._texts.text)
        self.owners = lru_cache(_REMEMBERED)(self._owners)
        self.owners_of = lru_cache(_REMEMBERED)(self._owners_of)

    def find(self, folded: str) -> list[Hit]:
        """Return all hits in a folded text, overlapping ones included."""
        found = sorted(self._search.find(folded), key=_by_end)
        return [Hit(start, end, text) for start, end, text in found]

    text: Callable[[int], str]
    """Return a text by its number."""
    owners: Callable[[int], tuple[Owner, ...]]
    """Return the owners of a text by its number."""
    owners_of: Callable[[str], tuple[Owner, ...]]
    """Return the owners of exactly this folded text."""

    def bits(self, owners: Sequence[Owner]) -> float:
        """Return the weight of a text with these owners."""
        people = len({o.resident for o in owners})
        return math.log2(self._people / people) if people else 0.0

    def having(self, source: str, value: str | Day) -> tuple[str, ...]:
        """Return the residents whose item `source` is this folded text or day: for attribution, never as proof."""
        place = self._values.place(_value(source, value))
        return () if place is None else tuple(self._names[n >> _ROLE_BITS] for n in self._values.numbers(place))

    def _numbered(self, key: str) -> int:
        """Return a resident's number, with room for a role."""
        return self._keys.setdefault(key, len(self._keys)) << _ROLE_BITS

    def _owners(self, number: int) -> tuple[Owner, ...]:
        role = (1 << _ROLE_BITS) - 1
        return tuple(Owner(self._names[n >> _ROLE_BITS], _BY_NUMBER[n & role]) for n in self._texts.numbers(number))

    def _owners_of(self, folded: str) -> tuple[Owner, ...]:
        number = self._texts.place(folded)
        return () if number is None else self._owners(number)


def _by_end(found: tuple[int, int, int]) -> tuple[int, int]:
    return found[1], found[0]


def _texts(resident: Resident) -> Iterator[tuple[str, str]]:
    """Yield (folded text, item) of everything that can speak for a resident."""
    names = {
        "name": resident.name,
        "alias": resident.alias,
        "householder": resident.householder,
        "hittousha": resident.hittousha,
    }
    for role, name in names.items():
        if name and len(folded := fold(name)) >= _LEAST_NAME:
            yield folded, role
    addresses = {
        "address": resident.address,
        "previous_address": resident.previous_address,
        "honseki": resident.honseki,
    }
    for role, address in addresses.items():
        if address:
            yield from ((form, role) for form in _address_forms(address, resident.municipality))
    if resident.kana:
        yield from ((form, "kana") for form in kana_forms(fold(resident.kana)) if len(form) > _LEAST_NAME)
    if resident.residence_card:
        yield fold(resident.residence_card), "residence_card"
    if resident.seal is not None and len(resident.seal.number) > 3:
        yield fold(resident.seal.number), "seal_number"


@lru_cache(_HOUSEHOLDS)
def _address_forms(address: str, municipality: str) -> tuple[str, ...]:
    return tuple(form for form in address_forms(address, municipality) if len(form) >= _LEAST_ADDRESS)


def _koseki_texts(koseki: Koseki) -> Iterator[tuple[str, Owner]]:
    """Yield what a family register prints of members who live here; everything else in it belongs to all of them."""
    keys = [m.resident for m in koseki.members if m.resident]
    for member in koseki.members:
        own = [member.resident] if member.resident else keys
        for role, name in (("father", member.father), ("mother", member.mother)):
            if name and len(folded := fold(name)) > _LEAST_NAME:
                yield from ((folded, Owner(key, role)) for key in own)
        for part in (fold(p) for event in member.events for p in parts(event)):
            if len(part) >= _LEAST_EVENT_PART and not ("年" in part and find_dates(part)):
                yield from ((part, Owner(key, "events")) for key in own)
        for address, _since in member.addresses:
            yield from ((fold(address), Owner(key, "addresses")) for key in own)
    for key in keys:
        yield fold(koseki.honseki), Owner(key, "honseki")
        yield fold(koseki.hittousha), Owner(key, "hittousha")


def _values(resident: Resident) -> Iterator[tuple[str, str | Day]]:
    """Yield (source, value) of the items that are no patterns."""
    for field in ("born_on", "address_since", "resident_since", "notified_on"):
        if day := parse_iso(getattr(resident, field) or ""):
            yield f"resident.{field}", day
    for field in ("former_name", "remarks"):
        if text := fold(getattr(resident, field) or ""):
            yield f"resident.{field}", text
    for tax in resident.taxes:
        for field in ("total_income", "salary_income", "taxable", "annual_tax", "city_levy", "prefecture_levy"):
            yield f"tax.{field}", str(getattr(tax, field))


def _value(source: str, value: str | Day) -> str:
    """Return one text for an item and its value; a day and its notation stay apart."""
    return f"{source} {value}"
