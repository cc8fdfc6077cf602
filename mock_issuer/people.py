"""What the issuer reads of an exported population: residents and family registers, as the documents print them."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Residency(StrEnum):
    """Why a person is, or is no longer, in the register."""

    RESIDENT = "resident"
    MOVED_OUT = "moved_out"
    DECEASED = "deceased"
    ELSEWHERE = "elsewhere"


class Seal(Struct, frozen=True, kw_only=True):
    """A seal registration (印鑑登録); the picture is a base64 PNG."""

    number: str = ""
    registered_on: str = ""
    diameter_mm: float = 15.0
    png_base64: str = ""
    cancelled_on: str | None = None


class Tax(Struct, frozen=True, kw_only=True):
    """One fiscal year's figures in yen."""

    year: int
    total_income: int
    salary_income: int
    deductions: int
    dependants: int
    taxable: int
    city_levy: int
    city_per_capita: int
    prefecture_levy: int
    prefecture_per_capita: int
    annual_tax: int
    paid: int
    unpaid: int


class Resident(Struct, frozen=True, kw_only=True):
    """One person of the register; None is unknown, "" is empty. Dates are ISO."""

    key: str
    municipality: str
    residency: Residency = Residency.RESIDENT
    household: str | None = None
    name: str | None = None
    kana: str | None = None
    former_name: str | None = None
    alias: str | None = None
    born_on: str | None = None
    sex: str | None = None
    relation: str | None = None
    householder: str | None = None
    address: str | None = None
    address_since: str | None = None
    resident_since: str | None = None
    notified_on: str | None = None
    previous_address: str | None = None
    koseki: str | None = None
    honseki: str | None = None
    hittousha: str | None = None
    nationality: str | None = None
    residence_status: str | None = None
    residence_period: str | None = None
    residence_expires_on: str | None = None
    residence_card: str | None = None
    remarks: str | None = None
    left_on: str | None = None
    restricted: bool = False
    gaiji_pending: bool = False
    koseki_access: str = "registered"
    seal: Seal | None = None
    taxes: tuple[Tax, ...] = ()

    @property
    def foreign(self) -> bool:
        """Tell whether a foreign resident (外国人住民)."""
        return bool(self.nationality)


class KosekiMember(Struct, frozen=True, kw_only=True):
    """One person's part of a 戸籍 and their addresses for the 附票, oldest first."""

    resident: str | None
    given_name: str
    born_on: str
    father: str
    mother: str
    relation: str
    events: tuple[str, ...] = ()
    removed: bool = False
    addresses: tuple[tuple[str, str], ...] = ()


class Koseki(Struct, frozen=True, kw_only=True):
    """A family register (戸籍)."""

    key: str
    honseki: str
    hittousha: str
    members: tuple[KosekiMember, ...]


class Extract(Struct, frozen=True, kw_only=True):
    """What one snapshot of the register says about an applicant: the person, the household, the 戸籍."""

    applicant: Resident
    household: tuple[Resident, ...]  # everyone now living in it, the householder first
    koseki: Koseki | None
    relatives: dict[str, Resident]  # members of the 戸籍 who are in the register, by key
    version: int  # of the register
