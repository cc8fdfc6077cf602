"""The raw material of test residents (`stock.toml`): names with their kana, fictitious places, countries."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from harness.config import load_toml

_FILE = Path(__file__).with_name("stock.toml")


class Name(NamedTuple):
    """A part of a name as written, and how it is read (ふりがな, katakana)."""

    written: str
    kana: str


class Nation(Struct, frozen=True, kw_only=True):
    """A country of foreign residents. Without own names Faker's are used, and no kana is notified."""

    name: str
    given_first: bool = False  # how the Latin name is written
    surnames: tuple[Name, ...] = ()
    male: tuple[Name, ...] = ()
    female: tuple[Name, ...] = ()


class Status(Struct, frozen=True, kw_only=True):
    """在留資格 and its 在留期間; "" for permanent residents."""

    name: str
    period: str


class Stock(Struct, frozen=True, kw_only=True):
    """Everything of stock.toml, split into names."""

    municipality: str
    surnames: tuple[Name, ...]
    male_heads: tuple[Name, ...]
    male_tails: tuple[Name, ...]
    female_heads: tuple[Name, ...]
    female_tails: tuple[Name, ...]
    variants: tuple[tuple[Name, ...], ...]  # surnames that differ by one glyph
    long_surnames: tuple[Name, ...]
    long_male: tuple[Name, ...]
    long_female: tuple[Name, ...]
    inside: tuple[tuple[Name, ...], ...]  # surname, short given name, long given name that begins with it
    towns: tuple[str, ...]
    buildings: tuple[str, ...]
    long_buildings: tuple[str, ...]
    outside: tuple[str, ...]  # municipalities other than ours
    nations: tuple[Nation, ...]
    statuses: tuple[Status, ...]


class _RawNation(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    given_first: bool = False
    surnames: str = ""
    male: str = ""
    female: str = ""


class _Raw(Struct, frozen=True, forbid_unknown_fields=True):
    municipality: str
    surnames: str
    male_heads: str
    male_tails: str
    female_heads: str
    female_tails: str
    variants: tuple[str, ...]
    long_surnames: str
    long_male: str
    long_female: str
    inside: tuple[str, ...]
    towns: str
    buildings: str
    long_buildings: str
    outside: str
    nations: tuple[_RawNation, ...]
    statuses: tuple[Status, ...]


@cache
def stock() -> Stock:
    """Return the stock, read once."""
    raw = load_toml(_FILE, _Raw)
    return Stock(
        municipality=raw.municipality,
        surnames=_names(raw.surnames),
        male_heads=_names(raw.male_heads),
        male_tails=_names(raw.male_tails),
        female_heads=_names(raw.female_heads),
        female_tails=_names(raw.female_tails),
        variants=tuple(_names(group) for group in raw.variants),
        long_surnames=_names(raw.long_surnames),
        long_male=_names(raw.long_male),
        long_female=_names(raw.long_female),
        inside=tuple(_names(group) for group in raw.inside),
        towns=_words(raw.towns),
        buildings=_words(raw.buildings),
        long_buildings=_words(raw.long_buildings),
        outside=_words(raw.outside),
        nations=tuple(_nation(nation) for nation in raw.nations),
        statuses=raw.statuses,
    )


def _nation(raw: _RawNation) -> Nation:
    return Nation(
        name=raw.name,
        given_first=raw.given_first,
        surnames=_names(raw.surnames),
        male=_names(raw.male),
        female=_names(raw.female),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\n", "|").strip("|").split("|"))


def _names(text: str) -> tuple[Name, ...]:
    """Split `written kana|written kana`. The kana is one word in katakana; a Latin name has as many words as kana."""
    return tuple(_name(entry) for entry in _words(text) if entry)


def _name(entry: str) -> Name:
    words = entry.split(" ")
    half = len(words) // 2
    return Name(" ".join(words[:half]), " ".join(words[half:]))
