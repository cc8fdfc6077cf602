"""Names that no two people of one population share, unless a look-alike is asked for."""

from __future__ import annotations

from faker import Faker

from harness.population.seeded import seeded
from harness.population.stock import Name, Nation, stock

# One name in so many is one of Faker's everyday names, the others are composed: Faker knows 50 surnames
# and 51 given names, too few to keep 10,000 people apart.
_EVERYDAY_SHARE = 0.2
_TRIES = 300


class NameBook:
    """Draws names and remembers which are taken; variant glyphs count as the same name."""

    def __init__(self, seed: str) -> None:
        """Start an empty book; equal seeds draw equal names."""
        self._random = seeded(seed, "names")
        self._japanese = Faker("ja_JP")
        self._english = Faker("en_US")
        self._japanese.seed_instance(f"{seed}:ja_JP")
        self._english.seed_instance(f"{seed}:en_US")
        self._taken: set[str] = set()
        self._plain = {variant.written: group[0].written for group in stock().variants for variant in group}

    def surname(self) -> Name:
        """Return any surname."""
        if self._random.random() < _EVERYDAY_SHARE:
            written, kana, _ = self._japanese.last_name_pair()
            return Name(written, kana)
        return self._random.choice(stock().surnames)

    def given(self, sex: str, surname: Name, head: Name | None = None) -> Name:
        """Return a given name that makes a full name nobody has; with `head`, one that begins with it.

        Raises RuntimeError when the stock cannot make another one.
        """
        for attempt in range(2 * _TRIES):
            name = self._given(sex, head, middle=attempt >= _TRIES)
            if self.take(surname, name):
                return name
        raise RuntimeError(f"no unused given name left for {surname.written}; make a smaller population")

    def take(self, surname: Name, given: Name) -> bool:
        """Note a full name as taken; return whether it was free."""
        name = self._plain.get(surname.written, surname.written) + given.written
        if name in self._taken:
            return False
        self._taken.add(name)
        return True

    def head(self, sex: str) -> Name:
        """Return the first part of a composed given name, for siblings who share it."""
        return self._random.choice(stock().male_heads if sex == "男" else stock().female_heads)

    def _given(self, sex: str, head: Name | None, *, middle: bool) -> Name:
        male = sex == "男"
        if head is None and not middle and self._random.random() < _EVERYDAY_SHARE:
            fake = self._japanese
            written, kana, _ = fake.first_name_male_pair() if male else fake.first_name_female_pair()
            return Name(written, kana)
        tails = stock().male_tails if male else stock().female_tails
        first = head or self.head(sex)
        if middle:  # names of two parts are used up: a middle one, as in 真由美
            more = self.head(sex)
            first = Name(first.written + more.written, first.kana + more.kana)
        last = self._random.choice(tails)
        while last.written[0] == first.written[-1]:
            last = self._random.choice(tails)
        return Name(first.written + last.written, first.kana + last.kana)

    def latin(self, nation: Nation, sex: str) -> Name:
        """Return a foreign resident's full name in Latin capitals, as on the 在留カード, and its kana ("" if none)."""
        for attempt in range(2 * _TRIES):
            name = self._latin(nation, sex, middles=(attempt > _TRIES // 10) + (attempt >= _TRIES))
            if self.take(Name("", ""), name):
                return name
        raise RuntimeError(f"no unused Latin name left for {nation.name}; make a smaller population")

    def _latin(self, nation: Nation, sex: str, *, middles: int) -> Name:
        male = sex == "男"
        if not nation.surnames:
            fake = self._english
            first = fake.first_name_male() if male else fake.first_name_female()
            return Name(f"{first} {fake.last_name()}".upper(), "")
        surname = self._random.choice(nation.surnames)
        given = self._random.choice(nation.male if male else nation.female)
        for _ in range(middles):  # the short lists are used up: a second given name, a third
            more = self._random.choice(nation.male if male else nation.female)
            given = Name(f"{given.written} {more.written}", f"{given.kana} {more.kana}")
        parts = (given, surname) if nation.given_first else (surname, given)
        return Name(" ".join(part.written for part in parts), "\u3000".join(part.kana for part in parts))
