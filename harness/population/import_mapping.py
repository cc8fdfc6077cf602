"""The mapping file of an import (TOML): which column of theirs is which item of ours, and how they write values."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from harness.config import load_toml
from harness.errors import ConfigError
from harness.population.csv_table import Encoding, Table
from harness.population.tables import RESIDENT_COLUMNS, UNKNOWN

REQUIRED = ("key", "cards", "name")

# Headings that are understood without a mapping, besides our own column names.
HEADINGS: dict[str, tuple[str, ...]] = {
    "key": ("住民番号", "整理番号"),
    "cards": ("シリアル番号", "カードシリアル番号", "card", "serial"),
    "municipality": ("市区町村",),
    "household": ("世帯番号",),
    "name": ("氏名",),
    "kana": ("ふりがな", "フリガナ", "氏名カナ"),
    "former_name": ("旧氏",),
    "alias": ("通称",),
    "born_on": ("生年月日",),
    "sex": ("性別",),
    "relation": ("続柄",),
    "householder": ("世帯主", "世帯主氏名"),
    "address": ("住所",),
    "address_since": ("住所を定めた年月日", "住定日"),
    "resident_since": ("住民となった年月日", "住民日"),
    "notified_on": ("届出日", "届出年月日"),
    "previous_address": ("転入前住所", "前住所"),
    "koseki": ("戸籍番号",),
    "honseki": ("本籍",),
    "hittousha": ("筆頭者", "筆頭者氏名"),
    "nationality": ("国籍・地域", "国籍"),
    "residence_status": ("在留資格",),
    "residence_period": ("在留期間",),
    "residence_expires_on": ("在留期間満了日", "満了日"),
    "residence_card": ("在留カード番号",),
    "remarks": ("備考",),
    "residency": ("住民状態",),
    "left_on": ("異動日",),
    "restricted": ("支援措置",),
    "gaiji_pending": ("外字登録中",),
    "seal_number": ("印鑑登録番号",),
    "seal_registered_on": ("印鑑登録日",),
    "seal_cancelled_on": ("廃印日",),
}


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """MAPPING.toml. Everything has a default; docs/population.md explains each key with an example."""

    encoding: Encoding = "auto"
    municipality: str = ""  # for all residents, where no column gives it
    unknown: tuple[str, ...] = (UNKNOWN,)  # cells that mean: not known
    columns: dict[str, str] = msgspec.field(default_factory=dict)  # our item → their heading
    values: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)  # our item → their value → ours
    gaiji: dict[str, str] = msgspec.field(default_factory=dict)  # "U+E123" → character(s) to put in its place
    gaiji_font: str = ""  # TrueType file, by the mapping; its private-use characters are kept as they are


def load_mapping(file: Path | None) -> Mapping:
    """Read a mapping file, or return the default one.

    Raises ConfigError naming file, key and what is allowed.
    """
    if file is None:
        return Mapping()
    mapping = load_toml(file, Mapping)
    for place, items in (("columns", mapping.columns), ("values", mapping.values)):
        for item in items:
            if item not in RESIDENT_COLUMNS:
                raise ConfigError(file, f"{place}.{item}", f"no such item. Allowed here: {', '.join(RESIDENT_COLUMNS)}")
    for code in mapping.gaiji:
        if not _is_private(code):
            raise ConfigError(file, f"gaiji.{code}", 'write private-use characters as "U+E000", U+E000 to U+F8FF')
    return mapping


def gaiji_table(mapping: Mapping) -> dict[int, str]:
    """Return the mapping's gaiji as a table for `str.translate`."""
    return {int(code[2:], 16): text for code, text in mapping.gaiji.items()}


def places_of(table: Table, mapping: Mapping, source: Path | None) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the column number of every item that the table has, and the headings that nothing was read from.

    Raises ConfigError for a mapped heading that the table lacks, or a required item that no column gives.
    """
    places: dict[str, int] = {}
    for item in RESIDENT_COLUMNS:
        mapped = mapping.columns.get(item)
        known = (mapped,) if mapped else (item, *HEADINGS.get(item, ()))
        found = next((heading for heading in known if heading in table.heading), None)
        if found is not None:
            places[item] = table.heading.index(found)
        elif mapped:
            reason = f"{table.file} has no column {mapped}; its columns are {', '.join(table.heading)}"
            raise ConfigError(source or table.file, f"columns.{item}", reason)
    missing = [item for item in REQUIRED if item not in places]
    if missing:
        reason = (
            f"no column gives {', '.join(missing)}; columns are {', '.join(table.heading)}. "
            f'Name them in a mapping file: [columns] {missing[0]} = "their heading"'
        )
        raise ConfigError(table.file, "heading", reason)
    used = set(places.values())
    return places, tuple(name for place, name in enumerate(table.heading) if place not in used)


def _is_private(code: str) -> bool:
    try:
        return code.startswith("U+") and 0xE000 <= int(code[2:], 16) <= 0xF8FF
    except ValueError:
        return False
