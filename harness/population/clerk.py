"""The clerk who registers made-up people: one seeded source of choices, names, places and numbers."""

from __future__ import annotations

from datetime import date, timedelta

from harness.population.draft import (
    REFERENCE_DAY,
    Foreign,
    Person,
    SealState,
)
from harness.population.names import NameBook
from harness.population.places import AddressBook
from harness.population.seeded import seeded
from harness.population.stock import Name, Nation, Status, stock

# Shares among ordinary people; most stay without any of these and can get all six certificates.
_NO_SEAL_SHARE = 0.06
_CANCELLED_SEAL_SHARE = 0.03
_BLANK_FURIGANA_SHARE = 0.05
_VARIANT_SURNAME_SHARE = 0.06


class Clerk:
    """Makes up single facts; equal seeds make equal facts in equal order, whatever PYTHONHASHSEED is."""

    def __init__(self, seed: int) -> None:
        """Open the books of a seed."""
        self.random = seeded(str(seed), "people")
        self.names = NameBook(str(seed))
        self.places = AddressBook(str(seed))
        self._cards: set[str] = set()

    def chance(self, share: float) -> bool:
        """Return True in this share of calls."""
        return self.random.random() < share

    def day_of_birth(self, age: int) -> date:
        """Return a day of birth that makes someone this many full years old on the reference day."""
        birthday = REFERENCE_DAY.replace(year=REFERENCE_DAY.year - age)
        return birthday - timedelta(days=self.random.randint(0, 364))

    def day(self, first: date, last: date) -> date:
        """Return a day between two days, both included; `first` if they are the wrong way round."""
        return first + timedelta(days=self.random.randint(0, max(0, (last - first).days)))

    def surname(self) -> Name:
        """Return any surname, sometimes one with a variant glyph."""
        if self.chance(_VARIANT_SURNAME_SHARE):
            return self.random.choice(self.random.choice(stock().variants))
        return self.names.surname()

    def adult(
        self,
        *,
        sex: str = "",
        age: int = 0,
        surname: Name | None = None,
        given: Name | None = None,
        plain: bool = False,
    ) -> Person:
        """Return a Japanese adult with the usual chances of a missing seal or furigana; none of them if `plain`."""
        sex = sex or self.random.choice("男女")
        surname = surname or self.surname()
        person = Person(
            sex=sex,
            born=self.day_of_birth(age or self.random.randint(20, 88)),
            surname=surname,
            given=given or self.names.given(sex, surname),
        )
        if not plain:
            person.seal = self._seal()
            person.furigana = not self.chance(_BLANK_FURIGANA_SHARE)
        return person

    def foreigner(self, *, sex: str = "", nation: Nation | None = None, status: Status | None = None) -> Person:
        """Return a foreign resident (外国人住民), half of them with a 通称, half with a seal registered."""
        sex = sex or self.random.choice("男女")
        nation = nation or self.random.choice(stock().nations)
        person = Person(
            sex=sex,
            born=self.day_of_birth(self.random.randint(20, 60)),
            surname=Name("", ""),
            given=self.names.latin(nation, sex),
            foreign=self._stay_permit(nation, status or self.random.choice(stock().statuses)),
        )
        if self.chance(0.5):
            surname = self.names.surname()
            person.alias = f"{surname.written}\u3000{self.names.given(sex, surname).written}"
        person.seal = SealState.REGISTERED if self.chance(0.5) else SealState.NONE
        person.furigana = bool(person.given.kana)
        return person

    def _stay_permit(self, nation: Nation, status: Status) -> Foreign:
        expires = self.day(date(2028, 1, 1), date(2031, 12, 31)) if status.period else None
        return Foreign(
            nationality=nation.name, status=status.name, period=status.period, expires=expires, card=self._card()
        )

    def _card(self) -> str:
        """Return a 在留カード number in the real form, but of a series that was never issued (ZZ..ZZ)."""
        while (card := f"ZZ{self.random.randint(0, 99_999_999):08}ZZ") in self._cards:
            pass
        self._cards.add(card)
        return card

    def _seal(self) -> SealState:
        drawn = self.random.random()
        if drawn < _NO_SEAL_SHARE:
            return SealState.NONE
        return SealState.CANCELLED if drawn < _NO_SEAL_SHARE + _CANCELLED_SEAL_SHARE else SealState.REGISTERED
