"""Exports a population for other systems: CSV with seals as PNG files, or JSON Lines with its JSON Schema."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec.structs import replace

from harness.errors import UsageError
from harness.population.folder import GAIJI, KOSEKI, RESIDENTS
from harness.population.model import Population
from harness.population.tables import (
    KOSEKI_COLUMNS,
    KOSEKI_TABLE,
    RESIDENT_COLUMNS,
    RESIDENTS_TABLE,
    SEALS,
    TAX_COLUMNS,
    TAXES_TABLE,
    koseki_rows,
    resident_row,
    tax_rows,
)
from harness.population.whole_folder import write_file, write_folder
from harness.records.resident import Koseki, Resident

MARKER = "README.txt"  # by it an export is known, so that another one may replace it
_BYTE_ORDER_MARK = "\ufeff".encode()

_README = """\
Export of a honnin test population. All people and places are fictitious.
municipality: {municipality}    residents: {residents}    digest: {digest}
Columns and fields: docs/population.md of honnin. Text is UTF-8. There is no 個人番号 (My Number) in it.
"""


class Form(StrEnum):
    """What to export to."""

    CSV = "csv"
    JSON_LINES = "jsonl"


def export(population: Population, folder: Path, form: Form, *, bom: bool = False, overwrite: bool = False) -> None:
    """Write an export folder, whole or not at all.

    CSV: residents.csv, taxes.csv, koseki.csv (UTF-8, CRLF, with a byte order mark if `bom`, which Excel wants) and
    seals/KEY.png. JSON Lines: residents.jsonl, koseki.jsonl and schema.json. gaiji.ttf in both, if there are any.
    Raises UsageError where the folder may not be written.
    """
    write = _write_csv if form is Form.CSV else _write_json_lines
    write_folder(folder, lambda part: write(population, part, bom), marker=MARKER, overwrite=overwrite)


def with_serials(population: Population, serials: Mapping[str, str]) -> Population:
    """Return the population with one card serial (decimal) for everybody in `serials`, by resident key.

    Raises UsageError where `serials` lacks a resident: the cards then belong to another population.
    """
    lacking = next((key for key in population.residents if key not in serials), None)
    if lacking is not None:
        raise UsageError(f"resident {lacking} has no card there; complete the folder with `honnin cards make`")
    people = {key: replace(one, cards=(serials[key],)) for key, one in population.residents.items()}
    return dataclasses.replace(population, residents=people)


def json_schema() -> bytes:
    """Return the JSON Schema of the lines of residents.jsonl and koseki.jsonl."""
    _, components = msgspec.json.schema_components((Resident, Koseki), ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "honnin test population: a line of residents.jsonl is a Resident, one of koseki.jsonl a Koseki",
        "anyOf": [{"$ref": "#/$defs/Resident"}, {"$ref": "#/$defs/Koseki"}],
        "$defs": components,
    }
    return msgspec.json.format(msgspec.json.encode(schema)) + b"\n"


def _write_json_lines(population: Population, part: Path, _: bool) -> None:
    write_file(part / RESIDENTS, population.resident_lines())
    write_file(part / KOSEKI, population.koseki_lines())
    write_file(part / "schema.json", [json_schema()])
    _write_rest(population, part)


def _write_csv(population: Population, part: Path, bom: bool) -> None:
    people = [population.residents[key] for key in sorted(population.residents)]
    families = [population.koseki[key] for key in sorted(population.koseki)]
    mark = _BYTE_ORDER_MARK if bom else b""
    _write_table(part / RESIDENTS_TABLE, mark, RESIDENT_COLUMNS, (resident_row(person) for person in people))
    _write_table(part / TAXES_TABLE, mark, TAX_COLUMNS, (row for person in people for row in tax_rows(person)))
    _write_table(part / KOSEKI_TABLE, mark, KOSEKI_COLUMNS, (row for family in families for row in koseki_rows(family)))
    (part / SEALS).mkdir()
    for person in people:
        if person.seal is not None and person.seal.png_base64:
            (part / SEALS / f"{person.key}.png").write_bytes(base64.b64decode(person.seal.png_base64))
    _write_rest(population, part)


def _write_table(path: Path, mark: bytes, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    write_file(path, (mark, *_csv_lines([columns]), *_csv_lines(rows)))


def _csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # RFC 4180: CRLF, quotes where needed
    for row in rows:
        writer.writerow(row)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _write_rest(population: Population, part: Path) -> None:
    if population.gaiji_font:
        write_file(part / GAIJI, [population.gaiji_font])
    text = _README.format(
        municipality=population.municipality, residents=len(population.residents), digest=population.digest
    )
    write_file(part / MARKER, [text.encode()])
