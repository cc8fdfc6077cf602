"""The baselines of everybody, ready for comparison: by application, with who has which values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time

from msgspec import Struct

from harness.baseline.comparison import telling
from harness.baseline.issued import Issued, Key, by_key, key_of, sheets_of
from harness.baseline.moment import JST, Moment
from harness.baseline.tellers import Hit, Related, Tellers
from harness.baseline.tokens import Kind, Value
from harness.baseline.volatile import Volatile
from harness.population import Population
from harness.population.items import all_items
from harness.reading.fold import fold
from harness.records.baseline import BaselineEntry, Learned
from harness.records.reading import Reading

_NOON = time(12)
_WHOLE_ITEM = 3  # characters; shorter ones stand in other words by chance


class Shelf(Struct, frozen=True):
    """Every baseline document, what is volatile on it, and whose values are whose."""

    documents: Mapping[Key, Sequence[Issued]]
    volatile: Volatile
    tellers: Tellers
    items: Mapping[str, tuple[str, ...]]  # folded register items of everybody on the shelf
    learned: Learned
    related: Related

    def known(self, resident: str, text: str) -> bool:
        """Tell whether the register holds `text` of a resident as an item or part of one, or `text` holds an item."""
        mine = self.items.get(resident, ())
        return any(text in item or (len(item) >= _WHOLE_ITEM and item in text) for item in mine)

    def foreign(self, resident: str, values: Iterable[Value]) -> tuple[Hit, ...]:
        """Return the values that are others' and not `resident`'s, neither on a baseline nor in the register."""
        mine = self.items.get(resident, ())
        strange = (v for v in values if not (v[0] is Kind.WORD and any(v[1] in item for item in mine)))
        return self.tellers.foreign(resident, strange)


def shelve(issued: Sequence[Issued], learned: Learned, items: Mapping[str, tuple[str, ...]], related: Related) -> Shelf:
    """Index documents of a baseline."""
    volatile = Volatile(learned.tokens)
    documents = by_key(issued)
    people: dict[str, set[Value]] = {}
    for key, same in documents.items():
        people.setdefault(key.resident, set()).update(_steady(key, same, volatile))
    return Shelf(documents, volatile, Tellers(people.items(), related), items, learned, related)


def _steady(key: Key, same: Sequence[Issued], volatile: Volatile) -> set[Value]:
    """Return the values that all issues of an application have: what changes between them is nobody's."""
    sets = [{v for sheet in one.pages for v in telling(key.certificate, sheet, volatile)} for one in same]
    return set.intersection(*sets) if sets else set()


def register_items(population: Population, residents: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what the register holds of residents and their families, folded; dates stay ISO and match nothing."""
    wanted = set(residents)
    groups = {g for key in wanted for g in _groups(population, key)}
    return {
        key: tuple(sorted({fold(v) for v in all_items(population, one).values() if v and len(v) > 1}))
        for key, one in population.residents.items()
        if key in wanted or groups & set(_groups(population, key))
    }


def _groups(population: Population, key: str) -> Iterator[str]:
    one = population.residents.get(key)
    if one is not None:
        yield from (g for g in (one.household, one.koseki) if g)


def from_entries(entries: Iterable[BaselineEntry], readings: Mapping[str, Reading]) -> list[Issued]:
    """Return the documents of stored entries; of one whose reading is lost nothing is returned."""
    return [
        Issued(
            key=key_of(entry.resident, entry.certificate, entry.options),
            application=application,
            delivery="",
            digest=digest,
            moment=_noon_of(day),
            pages=sheets_of(readings[digest]),
        )
        for entry in entries
        for application, digest, day in zip(entry.applications, entry.digests, entry.issued_on, strict=True)
        if digest in readings
    ]


def _noon_of(day: str) -> Moment:
    at = datetime.combine(date.fromisoformat(day), _NOON, JST)
    return Moment(at, at)
