"""People while they are being made up: mutable drafts that become frozen residents and koseki at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from harness.population.stock import Name
from harness.records.resident import KosekiAccess, Residency

# The population is described as of this day. Fixed, so that one seed always gives the same bytes.
REFERENCE_DAY = date(2026, 4, 1)

# Nobody is between these ages on the reference day: whoever is under 15 (and gets nothing at a kiosk) stays so
# for five years of real time, and whoever is not never was.
YOUNGEST_ADULT = 16
OLDEST_CHILD = 9


class SealState(Enum):
    """Whether a person has a seal registered."""

    REGISTERED = 1
    CANCELLED = 2
    NONE = 3


@dataclass(slots=True, frozen=True)
class Stay:
    """An address and the day from which it was someone's (住所を定めた年月日)."""

    address: str
    since: date


@dataclass(slots=True, frozen=True)
class Home:
    """Where a household lived, oldest stay first; stays before `arrived` were outside the municipality."""

    stays: tuple[Stay, ...]
    arrived: date  # 住民となった年月日 of whoever was born before
    notified: date  # 届出日 of the last stay

    def stays_of(self, born: date) -> tuple[Stay, ...]:
        """Return the stays of someone born on a day: nobody lives anywhere before birth."""
        current = [stay for stay in self.stays if stay.since <= born]
        later = tuple(stay for stay in self.stays if stay.since > born)
        return (Stay(current[-1].address, born), *later) if current else later


@dataclass(slots=True, frozen=True)
class Foreign:
    """What a register holds of a foreign resident (外国人住民)."""

    nationality: str
    status: str
    period: str
    expires: date | None
    card: str


@dataclass(slots=True, eq=False)
class Person:
    """One person, of the population or only named in someone's koseki."""

    sex: str  # 男 / 女
    born: date
    surname: Name
    given: Name
    relation: str = "世帯主"
    father: str = ""
    mother: str = ""
    rank: str = ""  # 続柄 to the parents: 長男, 二女
    birth_entry: str = ""  # 出生 as every koseki that ever held this person says it
    former_surname: str = ""  # 旧氏
    alias: str = ""  # 通称
    foreign: Foreign | None = None
    residency: Residency = Residency.RESIDENT
    left_on: date | None = None
    home: Home | None = None
    restricted: bool = False
    gaiji_pending: bool = False
    access: KosekiAccess = KosekiAccess.REGISTERED
    seal: SealState = SealState.REGISTERED
    furigana: bool = True
    traits: list[str] = field(default_factory=list)
    lookalike: Person | None = None
    koseki: KosekiDraft | None = None
    key: str = ""  # "" as long as not in the population

    @property
    def name(self) -> str:
        """Name as registered: surname, ideographic space, given name; a foreign resident's Latin name as it is."""
        return f"{self.surname.written}\u3000{self.given.written}" if self.surname.written else self.given.written

    @property
    def kana(self) -> str:
        """Kana of the name, written like the name."""
        return f"{self.surname.kana}\u3000{self.given.kana}" if self.surname.kana else self.given.kana

    @property
    def age(self) -> int:
        """Age in full years on the reference day."""
        had_birthday = (self.born.month, self.born.day) <= (REFERENCE_DAY.month, REFERENCE_DAY.day)
        return REFERENCE_DAY.year - self.born.year - (0 if had_birthday else 1)


@dataclass(slots=True, eq=False)
class Entry:
    """One person's place in a koseki."""

    person: Person
    events: list[str]
    removed: bool = False


@dataclass(slots=True, eq=False)
class KosekiDraft:
    """A family register: who heads it (筆頭者), where it is kept, who is entered."""

    head: Person
    honseki: str
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Household:
    """People at one address, the householder first. `registered` is false for people living elsewhere."""

    members: list[Person]
    registered: bool = True

    @property
    def head(self) -> Person:
        """The householder (世帯主)."""
        return self.members[0]
