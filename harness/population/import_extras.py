"""What may accompany a vendor's residents: taxes, koseki (both in our CSV form) and seals as PNG files."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from harness.errors import ConfigError
from harness.population.csv_table import Row, Table, read_table
from harness.population.import_cells import CellReader, Refusal, Rules
from harness.population.seals import encode_png
from harness.population.tables import KOSEKI_COLUMNS, TAX_COLUMNS
from harness.records.resident import Koseki, KosekiMember, Tax

_LARGEST_SEAL_BYTES = 1_000_000
_LARGEST_SEAL_PX = 2_000  # 25 mm at 2,000 dpi
_INK_BELOW = 128  # grey levels darker than this are ink


def read_taxes(file: Path, rules: Rules, known: Collection[str], refusals: list[Refusal]) -> dict[str, tuple[Tax, ...]]:
    """Return the tax figures of taxes.csv by resident key, years ascending."""
    taxes: dict[str, dict[int, Tax]] = {}
    for row, cells in _rows(read_table(file), TAX_COLUMNS, rules, refusals):
        key = cells.required("key")
        tax = Tax(**{item: cells.number(item) for item in TAX_COLUMNS[1:]})
        years = taxes.setdefault(key, {})
        if key and key not in known:
            cells.refuse("key", f"{key} is no resident of the residents' file")
        elif tax.year in years:
            cells.refuse("year", f"{tax.year} of {key} stands in an earlier line too; line {row.line} repeats it")
        years[tax.year] = tax
    return {key: tuple(years[year] for year in sorted(years)) for key, years in taxes.items()}


def read_koseki(file: Path, rules: Rules, known: Collection[str], refusals: list[Refusal]) -> dict[str, Koseki]:
    """Return the family registers of koseki.csv by key; members keep the order of the lines."""
    families: dict[str, list[tuple[str, str, KosekiMember]]] = {}
    for _, cells in _rows(read_table(file), KOSEKI_COLUMNS, rules, refusals):
        key = cells.required("koseki")
        member = _member(cells, known)
        place, head = cells.required("honseki"), cells.required("hittousha")
        members = families.setdefault(key, [])
        if members and members[0][:2] != (place, head):
            cells.refuse("honseki", f"本籍 or 筆頭者 of {key} differ from its first line")
        members.append((place, head, member))
    return {
        key: Koseki(key=key, honseki=members[0][0], hittousha=members[0][1], members=tuple(each[2] for each in members))
        for key, members in families.items()
    }


def read_seals(folder: Path, known: Collection[str], refusals: list[Refusal]) -> dict[str, str]:
    """Return the seals of a folder of KEY.png by resident key, as base64 of 1-bit PNG, black ink on white."""
    if not folder.is_dir():
        raise ConfigError(folder, "", "is no folder; give the one that holds a KEY.png per seal")
    seals = {}
    for file in sorted(folder.glob("*.png")):
        if file.stem not in known:
            refusals.append(Refusal(str(file), 0, "", f"{file.stem} is no resident of the residents' file"))
            continue
        try:
            seals[file.stem] = _picture(file)
        except ValueError as e:
            refusals.append(Refusal(str(file), 0, "", str(e)))
    return seals


def _rows(
    table: Table, columns: tuple[str, ...], rules: Rules, refusals: list[Refusal]
) -> Iterator[tuple[Row, CellReader]]:
    """Yield the rows of a table in our form; rows of a wrong length are refused."""
    missing = [column for column in columns if column not in table.heading]
    if missing:
        reason = f"lacks the columns {', '.join(missing)}; see docs/population.md for this file's columns"
        raise ConfigError(table.file, "heading", reason)
    places = {column: table.heading.index(column) for column in columns}
    for row in table.rows:
        if len(row.cells) == len(table.heading):
            yield row, CellReader(table, row, places, rules, refusals)
        else:
            reason = f"has {len(row.cells)} cells, the heading has {len(table.heading)}"
            refusals.append(Refusal(str(table.file), row.line, "", reason))


def _member(cells: CellReader, known: Collection[str]) -> KosekiMember:
    resident = cells.text("resident") or None
    if resident and resident not in known:
        cells.refuse("resident", f"{resident} is no resident of the residents' file")
    return KosekiMember(
        resident=resident,
        given_name=cells.required("given_name"),
        born_on=cells.day("born_on") or "",
        father=cells.text("father") or "",
        mother=cells.text("mother") or "",
        relation=cells.text("relation") or "",
        removed=cells.flag("removed"),
        events=tuple((cells.text("events", lines=True) or "").splitlines()),
        addresses=tuple(_addresses(cells)),
    )


def _addresses(cells: CellReader) -> Iterator[tuple[str, str]]:
    """Yield (address, day) of lines `YYYY-MM-DD address`, oldest first."""
    for line in (cells.text("addresses", lines=True) or "").splitlines():
        since, space, address = line.partition(" ")
        if space and len(since) == 10:
            yield address, since
        else:
            cells.refuse("addresses", f"{line} is no line of the form: 2024-01-31 住所")


def _picture(file: Path) -> str:
    """Return a picture file as base64 of a 1-bit PNG. Raises ValueError saying what is wrong with it."""
    content = file.read_bytes()
    if len(content) > _LARGEST_SEAL_BYTES:
        raise ValueError(f"is larger than {_LARGEST_SEAL_BYTES:,} bytes; a seal needs about 2,000")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=["PNG"])
            if max(picture.size) > _LARGEST_SEAL_PX:
                raise ValueError(f"is {picture.width} x {picture.height}; at most {_LARGEST_SEAL_PX} pixels an edge")
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombWarning) as e:
        raise ValueError(f"is no readable PNG picture ({type(e).__name__})") from None
    grey = Image.new("L", picture.size, 255)
    grey.paste(picture.convert("L"), mask=picture.convert("RGBA").getchannel("A"))
    ink = grey.point([0] * _INK_BELOW + [255] * (256 - _INK_BELOW)).convert("1", dither=Image.Dither.NONE)
    if ink.getextrema() == (255, 255):
        raise ValueError("shows no ink: black on white is expected")
    return encode_png(ink)
