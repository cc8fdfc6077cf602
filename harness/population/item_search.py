"""Searches every resident's expected text for everyone else's items, in one pass each (Aho-Corasick)."""

from __future__ import annotations

from collections.abc import Iterator

from ahocorasick_rs import AhoCorasick, Implementation
from msgspec import Struct

from harness.population.items import fold, koseki_text
from harness.population.model import Population
from harness.records.resident import Koseki, Resident

# Items that name a person or a place of one; dates, figures and sexes are nobody's own. Given names and parts of
# kana are no patterns: they stand inside half of all names.
_OWN_KINDS = ("name", "kana", "alias", "address", "previous_address", "honseki", "residence_card")
_SHORTEST = 3  # characters: 林 一 or a two-character alias would be found everywhere


class Contained(Struct, frozen=True, kw_only=True):
    """Someone's item stands inside a longer one of another resident (村上博 in 村上博美)."""

    resident: str
    owner: str
    kind: str
    text: str


class Mention(Struct, frozen=True, kw_only=True):
    """Someone's name or address rightly stands in a koseki that is not theirs (a spouse in the parents' koseki)."""

    koseki: str
    owner: str
    kind: str
    text: str


class _Hit(Struct, frozen=True):
    text: str
    start: int
    end: int


class ItemSearch:
    """All residents' items, ready to be found."""

    def __init__(self, population: Population) -> None:
        """Index the items of a population; about 10 MB for 10,000 residents."""
        self._population = population
        self._owners: dict[str, dict[str, str]] = {}  # text → resident key → kind
        for resident in population.residents.values():
            for kind, text in _own_items(resident):
                if len(text) >= _SHORTEST:
                    self._owners.setdefault(text, {}).setdefault(resident.key, kind)
        self._texts = list(self._owners)
        # the DFA form would take 2 GB for 100,000 residents
        self._automaton = AhoCorasick(self._texts, implementation=Implementation.ContiguousNFA)

    @property
    def patterns(self) -> int:
        """Number of distinct texts searched for."""
        return len(self._texts)

    def shared(self) -> dict[str, int]:
        """Return for every kind how many texts belong to people of more than one household."""
        counts = dict.fromkeys(_OWN_KINDS, 0)
        for owners in self._owners.values():
            if len({self._home(key) for key in owners}) > 1:
                counts[next(iter(owners.values()))] += 1
        return counts

    def contained(self) -> tuple[Contained, ...]:
        """Return the items of others that stand inside a resident's own, longest hits only."""
        return tuple(found for resident in self._population.residents.values() for found in self._contained(resident))

    def mentions(self) -> tuple[Mention, ...]:
        """Return the items of people who stand in a koseki, in its events, without being entered in it."""
        return tuple(found for family in self._population.koseki.values() for found in self._mentions(family))

    def _contained(self, resident: Resident) -> Iterator[Contained]:
        lines = [text for _, text in _own_items(resident)]
        own = set(lines)
        for hit in self._hits("\n".join(dict.fromkeys(lines)), whole_lines=False):
            owners = self._owners[hit.text]
            if hit.text not in own and resident.key not in owners:
                key, kind = next(iter(owners.items()))
                yield Contained(resident=resident.key, owner=key, kind=kind, text=hit.text)

    def _mentions(self, family: Koseki) -> Iterator[Mention]:
        entered = {member.resident for member in family.members}
        seen: set[str] = set()
        for hit in self._hits(koseki_text(family), whole_lines=True):
            owners = self._owners[hit.text]
            if hit.text not in seen and not entered & owners.keys():
                seen.add(hit.text)
                key, kind = next(iter(owners.items()))
                yield Mention(koseki=family.key, owner=key, kind=kind, text=hit.text)

    def _hits(self, text: str, *, whole_lines: bool) -> Iterator[_Hit]:
        """Yield hits that lie in no longer hit; without `whole_lines`, hits that are a whole line do not exist."""
        reached = -1
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        for pattern, start, end in sorted(found, key=lambda each: (each[1], -each[2])):
            if end <= reached or (not whole_lines and _is_line(text, start, end)):
                continue  # inside a longer hit that began earlier or at the same place
            reached = end
            yield _Hit(self._texts[pattern], start, end)

    def _home(self, key: str) -> str:
        return self._population.residents[key].household or key


def _own_items(resident: Resident) -> list[tuple[str, str]]:
    values = ((kind, getattr(resident, kind)) for kind in _OWN_KINDS)
    return [(kind, fold(value)) for kind, value in values if value]


def _is_line(text: str, start: int, end: int) -> bool:
    return (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n")
