"""Who stands how to whom: the people whose documents a mix-up would be hardest to tell, found in the population."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from harness.records.plan import Relation
from harness.records.resident import Resident


class Relations:
    """Finds partners of a resident. Deterministic; people in the order given."""

    def __init__(self, people: Iterable[Resident]) -> None:
        """Index `people`; nobody else is anybody's partner."""
        self._everybody = {r.key: r for r in people}
        self._groups: dict[tuple[Relation, str], list[str]] = defaultdict(list)
        for person in self._everybody.values():
            for name in _names(person):
                self._groups[name].append(person.key)
        alike: dict[tuple[str, str], list[str]] = defaultdict(list)
        for person in self._everybody.values():
            if person.name and person.born_on:
                alike[person.name, person.born_on].append(person.key)
        self._namesakes = {key: group for group in alike.values() if len(group) > 1 for key in group}

    def partners(self, key: str, relation: Relation) -> tuple[str, ...]:
        """Return who stands to `key` in `relation`, which is not that of strangers."""
        if relation is Relation.SELF:
            return (key,)
        near = {k: None for name in _names(self._everybody[key]) if name[0] is relation for k in self._groups[name]}
        near.pop(key, None)
        return tuple(near)

    def namesakes(self, key: str) -> tuple[str, ...]:
        """Return who has the name and birthday of `key`: who looks people up by these takes one for the other."""
        return tuple(k for k in self._namesakes.get(key, ()) if k != key)

    def near(self, key: str) -> frozenset[str]:
        """Return everybody who is no stranger to `key`, and `key`."""
        return frozenset({key, *(k for name in _names(self._everybody[key]) for k in self._groups[name])})


def _names(person: Resident) -> Iterable[tuple[Relation, str]]:
    """Yield what one must share with this person to stand in a relation; `=`, `#` and `@` keep kinds of keys apart."""
    if person.household:
        yield Relation.HOUSEHOLD, f"@{person.household}"
    yield Relation.LOOKALIKES, f"#{person.lookalike_of or person.key}"
    if person.name:
        yield Relation.SAME_BIRTHDAY, f"={person.name}"
    if person.born_on:
        yield Relation.SAME_BIRTHDAY, f"+{person.born_on}"
