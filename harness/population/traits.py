"""What a resident exercises, named: derived from the finished record, so that no recipe can forget or misstate one."""

from __future__ import annotations

from datetime import date

from harness.population.draft import REFERENCE_DAY, YOUNGEST_ADULT
from harness.records.resident import KosekiAccess, Residency, Resident

_LONG_NAME = 9  # characters of a Japanese name, space included
_LONG_LATIN_NAME = 24
_LONG_ADDRESS = 40
_MANY_MEMBERS = 5  # a household certificate lists at most four persons a sheet
_VARIANT_GLYPHS = frozenset("髙﨑嵜邉邊齋斉齊𠮷")


def traits_of(resident: Resident, members: int) -> tuple[str, ...]:
    """Return the derived traits of a resident whose household has so many members, in fixed order."""
    named = {**_name_traits(resident), **_state_traits(resident), **_household_traits(resident, members)}
    return tuple(trait for trait, holds in named.items() if holds)


def _name_traits(resident: Resident) -> dict[str, bool]:
    name = resident.name or ""
    foreign = bool(resident.nationality)
    return {
        "variant": any(char in _VARIANT_GLYPHS for char in name) or _has_selector(name),
        "non_bmp": any(0x10000 <= ord(char) < 0xE0000 for char in name),
        "variation_selector": _has_selector(name),
        "gaiji": any(0xE000 <= ord(char) <= 0xF8FF for char in name),
        "long_name": len(name) > (_LONG_LATIN_NAME if foreign else _LONG_NAME),
        "long_address": len(resident.address or "") > _LONG_ADDRESS,
        "former_name": bool(resident.former_name),
        "furigana_blank": resident.kana == "",
        "foreign": foreign,
        "alias": bool(resident.alias),
    }


def _state_traits(resident: Resident) -> dict[str, bool]:
    registered = resident.residency is Residency.RESIDENT
    adult = not is_under(resident, YOUNGEST_ADULT, REFERENCE_DAY)
    return {
        "under_15": not adult,
        "no_seal": registered and adult and resident.seal is None,
        "seal_cancelled": resident.seal is not None and resident.seal.cancelled_on is not None,
        "moved_out": resident.residency is Residency.MOVED_OUT,
        "deceased": resident.residency is Residency.DECEASED,
        "elsewhere": resident.residency is Residency.ELSEWHERE,
        "access_none": resident.koseki_access is KosekiAccess.NONE,
        "access_pending": resident.koseki_access is KosekiAccess.PENDING,
        "restricted": resident.restricted,
        "gaiji_pending": resident.gaiji_pending,
    }


def _household_traits(resident: Resident, members: int) -> dict[str, bool]:
    return {
        "not_householder": resident.residency is Residency.RESIDENT and resident.relation not in {None, "", "世帯主"},
        "household_of_many": members >= _MANY_MEMBERS,
        "not_hittousha": bool(resident.koseki and resident.hittousha) and resident.hittousha != resident.name,
    }


def is_under(resident: Resident, years: int, on: date) -> bool:
    """Return whether someone has not reached an age in years on a day; False where the birthday is unknown."""
    if not resident.born_on:
        return False
    born = date.fromisoformat(resident.born_on)
    return (on.year - born.year) - ((on.month, on.day) < (born.month, born.day)) < years


def _has_selector(text: str) -> bool:
    return any(0xE0100 <= ord(char) <= 0xE01EF for char in text)
