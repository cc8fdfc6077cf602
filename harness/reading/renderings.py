"""The forms in which a registered value may stand on paper, and all texts that a person's record explains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from msgspec.structs import replace

from harness.reading.dates import find_dates, number, parse_iso, wareki
from harness.reading.fold import fold
from harness.reading.profile import Format
from harness.reading.sources import Person, values
from harness.reading.wanted import Wanted
from harness.records.resident import Koseki, KosekiMember, Resident

_TO_HIRAGANA = {c: c - 0x60 for c in range(0x30A1, 0x30F7)}
_TO_KATAKANA = {c: c + 0x60 for c in range(0x3041, 0x3097)}
_PREFECTURE = re.compile(r"^.{2,3}?[都道府県]")
_BRACKETED = re.compile(r"【[^】]*】")
_CHOME = re.compile(r"([一二三四五六七八九十]{1,3})丁目")
_HOUSE = re.compile(r"(\d+)丁目(\d+)(?:番地?(?:の)?(\d+)?号?)?")
_LOT = re.compile(r"(?<=丁目)(\d+)()(?!\d|番)|(\d+)番地?の?(\d+)?号?(?!室)")
_DIGITS = re.compile(r"(?<![\d-])\d{1,4}(?=丁目|番|号)|(?<=番地の)\d{1,4}")  # house numbers, not those of flats
_KANJI = "〇一二三四五六七八九"
_HOUSEHOLDS = 1_000  # whose addresses are asked for again and again
_LEAST_STREET = 3  # characters of an address after the municipality; fewer are too common to look for
_LEAST_PART = 2  # shorter parts of an event prove nothing


def renderings(base: Wanted, value: str, municipality: str) -> Iterator[Wanted]:
    """Yield what to look for: one item, or several for a value whose parts are printed apart."""
    if base.format is Format.DATE:
        day = parse_iso(value)
        yield replace(base, day=day) if day else replace(base, texts=(fold(value),))
    elif base.format is Format.PARTS:
        for part in parts(value):
            yield from (_part(base, word) for word in part.split(" ") if word)
    elif base.format is Format.FISCAL_YEAR:
        yield replace(base, texts=fiscal_years(value))
    elif base.format is Format.NUMBER:
        yield replace(base, texts=numbers(value))
    elif base.format is Format.KANA:
        yield replace(base, texts=kana_forms(fold(value)))
    elif base.format is Format.ADDRESS:
        yield replace(base, texts=address_notations(value, municipality))
    else:
        yield replace(base, texts=(fold(value),))


def parts(value: str) -> list[str]:
    """Return the values in a line of 身分事項, its bracketed labels dropped: 【出生日】平成2年1月2日 【届出人】父."""
    return [p.strip() for p in _BRACKETED.split(value) if p.strip()]


def fiscal_years(value: str) -> tuple[str, ...]:
    """Return 令和8年度 and 2026年度 for 2026."""
    era, _, _ = wareki((int(value), 12, 31)).partition("年")
    return f"{era}年度", f"{value}年度"


def numbers(value: str) -> tuple[str, ...]:
    """Return 1234567 and 1,234,567."""
    plain = fold(value)
    return (plain, f"{int(plain):,}") if plain.isdecimal() else (plain,)


def kana_forms(folded: str) -> tuple[str, ...]:
    """Return a reading in both syllabaries: registers hold katakana where papers print hiragana."""
    return tuple(dict.fromkeys((folded, folded.translate(_TO_HIRAGANA), folded.translate(_TO_KATAKANA))))


def address_forms(value: str, municipality: str) -> tuple[str, ...]:
    """Return the address in full, without the prefecture, and without the municipality of the issuer.

    Each with its house number as registered, in digits (一丁目 → 1丁目), and with hyphens (1-2-3).
    """
    full = fold(value)
    town = fold(municipality)
    begins = [full, _PREFECTURE.sub("", full)]
    if town and full.startswith(town) and len(full) > len(town) + _LEAST_STREET:
        begins.append(full[len(town) :])
    return tuple(dict.fromkeys(form for begin in begins for form in (begin, *_numbered(begin))))


@lru_cache(_HOUSEHOLDS)
def address_notations(value: str, municipality: str) -> tuple[str, ...]:
    """Return `address_forms` and what else vendors print: 2丁目11-8, 二丁目11-8, 二丁目十一番八号, 二丁目一一番八号.

    For comparing with one address; an index of all residents' addresses would grow by half.
    """
    forms = address_forms(value, municipality)
    changes = (_half_hyphened, partial(_in_kanji, written=_counted), partial(_in_kanji, written=_spelt))
    return tuple(dict.fromkeys((*forms, *(change(form) for form in forms for change in changes))))


def _half_hyphened(address: str) -> str:
    return _LOT.sub(_hyphened, address)


def _in_kanji(address: str, written: Callable[[str], str]) -> str:
    return _DIGITS.sub(lambda m: written(m.group()), address)


def _counted(digits: str) -> str:
    """Return 十一 for 11, 千二百三 for 1203."""
    out = ""
    for place, digit in enumerate(reversed(digits.lstrip("0"))):
        if digit != "0":
            out = ("" if place and digit == "1" else _KANJI[int(digit)]) + ("", "十", "百", "千")[place] + out
    return out


def _spelt(digits: str) -> str:
    """Return 一一 for 11, 一二〇三 for 1203."""
    return "".join(_KANJI[int(digit)] for digit in digits)


def _numbered(address: str) -> tuple[str, str]:
    """Return an address with its 丁目 in digits, and with hyphens instead of 丁目, 番, 番地 and 号."""
    digits = _CHOME.sub(lambda m: f"{number(m[1])}丁目", address)
    return digits, _HOUSE.sub(_hyphened, digits)


def _hyphened(house: re.Match[str]) -> str:
    return "-".join(part for part in house.groups() if part)


def texts_of(person: Person, *, with_koseki: bool) -> Iterator[str]:
    """Yield every folded text that the person's own records explain, in every form; dates and figures excepted."""
    if person.resident is not None:
        yield from _resident_texts(person.resident)
    if with_koseki and person.koseki is not None:
        yield from _koseki_texts(person.koseki)
    if with_koseki and person.member is not None:
        yield from member_texts(person.member)
        yield from (fold(name) for name in values(person, "member.name") or ())


def _resident_texts(resident: Resident) -> Iterator[str]:
    for name in (resident.name, resident.former_name, resident.alias, resident.hittousha, resident.householder):
        if name:
            yield fold(name)
    for address in (resident.address, resident.previous_address, resident.honseki):
        if address:
            yield from address_notations(address, resident.municipality)
    if resident.kana:
        yield from kana_forms(fold(resident.kana))
    others = (resident.nationality, resident.residence_status, resident.residence_card, resident.remarks)
    seal = resident.seal.number if resident.seal else ""
    yield from (fold(t) for t in (*others, seal) if t)


def _koseki_texts(koseki: Koseki) -> Iterator[str]:
    yield fold(koseki.honseki)
    yield fold(koseki.hittousha)


def member_texts(member: KosekiMember) -> Iterator[str]:
    """Yield a koseki member's texts: parents, events whole and in parts, addresses."""
    for name in (member.given_name, member.father, member.mother):
        if name:
            yield fold(name)
    for event in member.events:
        yield fold(event)
        for part in parts(event):
            yield fold(part)
            yield from (fold(word) for word in part.split(" ") if word)
    for address, _since in member.addresses:
        yield fold(address)


def _part(base: Wanted, part: str) -> Wanted:
    text = fold(part)
    dates = find_dates(text)
    if dates and dates[0][0] == 0 and dates[0][1] == len(text):
        return replace(base, day=dates[0][2])
    return replace(base, texts=(text,) if len(text) >= _LEAST_PART else ())
