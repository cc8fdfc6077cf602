"""Tells before any run which test data could not be told apart, and by what deliberate look-alikes differ.

Two residents whom no printed item of a certificate parts would make a misdelivery between them invisible.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from msgspec import Struct

from harness.population.engraving import engraved_inks
from harness.population.item_search import Contained, ItemSearch, Mention
from harness.population.items import Item, all_items, fold, fold_weakly, items_of
from harness.population.model import Population
from harness.population.seal_likeness import CLOSEST_ALLOWED, alike_pairs
from harness.records.certificates import Certificate

# Pairs of one name that are compared item by item; only a population of thousands of one name has more.
_MOST_PAIRS = 200_000


class Inseparable(Struct, frozen=True, kw_only=True):
    """Two residents whose certificates of one kind nothing known parts."""

    one: str
    other: str
    certificate: Certificate
    weakly: bool  # something parts them, but only a variation selector, which most producers drop
    unknown: tuple[str, ...]  # items that might part them, if they were known


class Lookalike(Struct, frozen=True, kw_only=True):
    """A deliberate look-alike and the items that part it from its model."""

    resident: str
    of: str
    differs: tuple[str, ...]


class AlikeSeals(Struct, frozen=True, kw_only=True):
    """Two seals that correlate as much as two prints of one seal might."""

    one: str
    other: str
    correlation: float


class Distinction(Struct, frozen=True, kw_only=True):
    """How well the residents of a population can be told apart on paper."""

    residents: int
    items: int  # distinct texts searched for
    inseparable: tuple[Inseparable, ...]
    alike_seals: tuple[AlikeSeals, ...]
    lookalikes: tuple[Lookalike, ...]
    contained: tuple[Contained, ...]
    mentions: tuple[Mention, ...]
    shared: dict[str, int]  # kind of item → texts that people of several households have
    unchecked_pairs: int  # pairs of one name left out for their number

    @property
    def clear(self) -> bool:
        """Whether everyone can be told from everyone else."""
        return not (self.inseparable or self.alike_seals or self.unchecked_pairs) and all(
            lookalike.differs for lookalike in self.lookalikes
        )


def compare_residents(population: Population) -> Distinction:
    """Tell who could not be told apart; see `harness.population.distinguish`."""
    search = ItemSearch(population)
    pairs = list(_pairs_of_one_name(population))
    return Distinction(
        residents=len(population.residents),
        items=search.patterns,
        inseparable=tuple(
            found for one, other in islice(pairs, _MOST_PAIRS) for found in _inseparable(population, one, other)
        ),
        alike_seals=_alike_seals(population),
        lookalikes=_lookalikes(population),
        contained=search.contained(),
        mentions=search.mentions(),
        shared=search.shared(),
        unchecked_pairs=max(0, len(pairs) - _MOST_PAIRS),
    )


def differing_items(population: Population, one: str, other: str) -> tuple[str, ...]:
    """Return the kinds of printed items that are known of both residents and differ."""
    mine, theirs = (all_items(population, population.residents[key]) for key in (one, other))
    return tuple(
        kind for kind in mine if kind in theirs and _parts(Item(kind, mine[kind]), Item(kind, theirs[kind]), weak=False)
    )


def _pairs_of_one_name(population: Population) -> Iterator[tuple[str, str]]:
    """Yield pairs of residents with the same name, variation selectors and spaces apart."""
    names: dict[str, list[str]] = {}
    for key, resident in population.residents.items():
        names.setdefault(fold_weakly(resident.name or ""), []).append(key)
    for keys in names.values():
        yield from islice(combinations(keys, 2), _MOST_PAIRS + 1)


def _inseparable(population: Population, one: str, other: str) -> Iterator[Inseparable]:
    """Yield the certificates that nothing known parts, though both people can have them."""
    mine, theirs = (items_of(population, population.residents[key]) for key in (one, other))
    for certificate in Certificate:
        if certificate not in mine or certificate not in theirs:
            continue
        pairs = list(_paired(mine[certificate], theirs[certificate]))
        if any(_parts(a, b, weak=True) for a, b in pairs):
            continue
        yield Inseparable(
            one=one,
            other=other,
            certificate=certificate,
            weakly=any(_parts(a, b, weak=False) for a, b in pairs),
            unknown=tuple(a.kind for a, b in pairs if a.value is None or b.value is None),
        )


def _paired(mine: tuple[Item, ...], theirs: tuple[Item, ...]) -> Iterator[tuple[Item, Item]]:
    """Yield the items of both by kind; one that only one of them prints is empty for the other."""
    by_kind = {item.kind: item for item in theirs}
    for item in mine:
        yield item, by_kind.pop(item.kind, Item(item.kind, ""))
    yield from ((Item(kind, ""), item) for kind, item in by_kind.items())


def _parts(one: Item, other: Item, *, weak: bool) -> bool:
    """Return whether an item is known of both and differs."""
    if one.value is None or other.value is None:
        return False
    same = fold_weakly if weak else fold
    return same(one.value) != same(other.value)


def _lookalikes(population: Population) -> tuple[Lookalike, ...]:
    return tuple(
        Lookalike(
            resident=key,
            of=resident.lookalike_of,
            differs=differing_items(population, key, resident.lookalike_of),
        )
        for key, resident in population.residents.items()
        if resident.lookalike_of is not None
    )


def _alike_seals(population: Population) -> tuple[AlikeSeals, ...]:
    people = population.residents.items()
    owners = [(key, person.seal.png_base64) for key, person in people if person.seal and person.seal.png_base64]
    pairs = alike_pairs(engraved_inks([picture for _, picture in owners]), CLOSEST_ALLOWED)
    return tuple(
        AlikeSeals(one=owners[pair.first][0], other=owners[pair.second][0], correlation=round(pair.correlation, 4))
        for pair in pairs
    )
