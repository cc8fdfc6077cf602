"""The mapping of a comparison (TOML): which columns of either extract are the key and the items, and how they write."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from harness.config import load_toml
from harness.csv_stream import CsvStream, Encoding
from harness.errors import ConfigError, UsageError


class Rule(StrEnum):
    """What counts as the same writing of a value. Surrounding spaces and the composition of characters never count."""

    EXACT = "exact"
    WIDTH = "width"  # full-width and half-width forms of letters, digits, kana and spaces are the same
    DIGITS = "digits"  # only digits count: 2026-01-02 is 20260102


class Side(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One extract."""

    encoding: Encoding = "auto"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    key: tuple[str, ...] = ()  # headings that together name a person
    items: dict[str, str] = field(default_factory=dict)  # item → heading
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # item → as written here → as compared
    taken: str = ""  # ISO time of the extract


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """MAPPING.toml; without one, the first column is the key and all columns of the same heading are items."""

    a: Side = Side()
    b: Side = Side()
    rules: dict[str, Rule] = field(default_factory=dict)  # item → what counts; else exact
    key_rule: Rule = Rule.EXACT
    key_without_zeros: bool = False  # 00123 is 123


class Columns(Struct, frozen=True, kw_only=True):
    """Where things stand in one extract. `items` are in the order of the comparison."""

    key: tuple[int, ...]
    items: tuple[int, ...]


def load_mapping(file: Path | None) -> Mapping:
    """Read a mapping; raise ConfigError naming file, key and what is allowed."""
    mapping = load_toml(file, Mapping) if file is not None else Mapping()
    for name, side in (("a", mapping.a), ("b", mapping.b)):
        if side.taken:
            check_time(side.taken, f"{file}: {name}.taken")
    return mapping


def check_time(text: str, place: str) -> None:
    """Raise UsageError where a text is no ISO time."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{place}: {text!r} is no time; write it as 2026-11-20T18:00") from None


def with_options(mapping: Mapping, keys: tuple[str, ...], taken_a: str, taken_b: str) -> Mapping:
    """Return the mapping with what the command line says instead."""
    for option, text in (("--taken-a", taken_a), ("--taken-b", taken_b)):
        if text:
            check_time(text, option)
    a = replace(mapping.a, key=keys or mapping.a.key, taken=taken_a or mapping.a.taken)
    b = replace(mapping.b, key=keys or mapping.b.key, taken=taken_b or mapping.b.taken)
    return replace(mapping, a=a, b=b)


def columns_of(a: CsvStream, b: CsvStream, mapping: Mapping) -> tuple[tuple[str, ...], Columns, Columns]:
    """Return the items compared and where they stand on both sides; raise ConfigError naming what is missing."""
    keys_a, keys_b = mapping.a.key or a.heading[:1], mapping.b.key or b.heading[:1]
    if len(keys_a) != len(keys_b):
        raise ConfigError(b.file, "key", f"{len(keys_b)} columns, and {len(keys_a)} in {a.file}; name as many")
    named = {**dict.fromkeys(mapping.a.items), **dict.fromkeys(mapping.b.items)}
    common = [h for h in a.heading if h and h in b.heading and h not in {*keys_a, *keys_b}]
    items = tuple(named) or tuple(common)
    if not items:
        reason = f"has no column in common with {a.file} besides the key; name items in a mapping file"
        raise ConfigError(b.file, "heading", reason)
    return items, _places(a, mapping.a, keys_a, items, "a"), _places(b, mapping.b, keys_b, items, "b")


def _places(stream: CsvStream, side: Side, keys: tuple[str, ...], items: tuple[str, ...], name: str) -> Columns:
    return Columns(
        key=tuple(stream.place(k, f"{name}.key") for k in keys),
        items=tuple(stream.place(side.items.get(i, i), f"{name}.items.{i}") for i in items),
    )
