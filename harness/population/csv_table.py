"""Reads a CSV file of somebody else's making: UTF-8 or CP932, with the line of every row kept for messages."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Literal, NamedTuple

from harness.errors import ConfigError

Encoding = Literal["auto", "utf-8", "cp932"]

# Python reads the bytes A0 FD FE FF, which CP932 does not define, as these characters.
_UNDEFINED = re.compile("[\uf8f0-\uf8f3]")
_LARGEST_BYTES = 500_000_000  # a million residents; more is a wrong file


class Row(NamedTuple):
    """One row: the line of the file at which it begins, and its cells."""

    line: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    """A CSV file: the heading and the rows after it. Rows may have too few or too many cells."""

    file: Path
    heading: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str


def read_table(file: Path, encoding: Encoding = "auto") -> Table:
    """Read a CSV file with a heading line; blank lines are skipped.

    "auto" takes UTF-8 (with or without byte order mark) where the bytes allow it, else CP932 with its user-defined
    characters as private-use ones (F040 → U+E000). Raises ConfigError naming file and line.
    """
    text, used = _decode(file, encoding)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as e:
        raise ConfigError(file, f"line {reader.line_num}", f"is not CSV: {e}") from None
    if not rows:
        raise ConfigError(file, "", "is empty; a heading line and one line per row are needed")
    heading = tuple(cell.strip() for cell in rows[0].cells)
    twice = next((name for name in heading if name and heading.count(name) > 1), "")
    if twice:
        raise ConfigError(file, f"line {rows[0].line}", f"the heading has two columns {twice}; rename one")
    return Table(file, heading, tuple(rows[1:]), used)


def _decode(file: Path, encoding: Encoding) -> tuple[str, str]:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise ConfigError(file, "", f"is larger than {_LARGEST_BYTES:,} bytes; is it the right file?")
        content = file.read_bytes()
    except OSError as e:
        raise ConfigError(file, "", f"cannot be read: {e.strerror}; check the path") from None
    errors = []
    for codec in ("utf-8-sig", "cp932") if encoding == "auto" else (encoding.replace("utf-8", "utf-8-sig"),):
        name = codec.removesuffix("-sig")
        try:
            text = content.decode(codec)
        except UnicodeDecodeError as e:
            errors.append((name, content.count(b"\n", 0, e.start) + 1))
            continue
        undefined = _UNDEFINED.search(text) if name == "cp932" else None
        if undefined is None:
            return text, name
        errors.append((name, text.count("\n", 0, undefined.start()) + 1))
    tried = " and ".join(f"{codec} fails at line {line}" for codec, line in errors)
    raise ConfigError(file, "encoding", f"the text cannot be read: {tried}; save the file as UTF-8 or CP932")
