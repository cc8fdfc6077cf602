"""Reads CSV files of any size row by row: UTF-8 or CP932, with the line of every row for messages."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from harness.errors import ConfigError

Encoding = Literal["auto", "utf-8", "cp932"]

_CHUNK_BYTES = 1 << 20
_CODECS = {"utf-8": "utf-8-sig", "cp932": "cp932"}


class CsvStream:
    """A CSV file with a heading line; its rows can be walked any number of times, in bounded memory."""

    def __init__(self, file: Path, encoding: Encoding = "auto", delimiter: str = ",") -> None:
        """Find the encoding and read the heading; raise ConfigError naming file and what is wrong."""
        self.file = file
        self.encoding = _encoding(file, encoding)
        self._delimiter = delimiter
        first = next(self._records(), None)
        if first is None:
            raise ConfigError(file, "", "is empty; a heading line and one line per row are needed")
        self.heading = tuple(cell.strip() for cell in first[1])
        twice = next((name for name in self.heading if name and self.heading.count(name) > 1), "")
        if twice:
            raise ConfigError(file, f"line {first[0]}", f"the heading has two columns {twice}; rename one")

    def place(self, heading: str, asked_by: str) -> int:
        """Return the number of a column; raise ConfigError naming `asked_by` and the columns there are."""
        if heading not in self.heading:
            raise ConfigError(
                self.file, asked_by, f"there is no column {heading}; its columns are {', '.join(self.heading)}"
            )
        return self.heading.index(heading)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of the rows behind the heading, each as wide as it; raise ConfigError for other rows."""
        wide = len(self.heading)
        records = self._records()
        next(records)
        for line, cells in records:
            if len(cells) != wide:
                raise ConfigError(self.file, f"line {line}", f"has {len(cells)} cells, the heading has {wide}")
            yield line, cells

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        with self.file.open(encoding=_CODECS[self.encoding], newline="") as text:
            reader = csv.reader(text, strict=True, delimiter=self._delimiter)
            try:
                for cells in reader:
                    if cells and (len(cells) > 1 or cells[0].strip()):
                        yield reader.line_num, cells
            except csv.Error as e:
                raise ConfigError(self.file, f"line {reader.line_num}", f"is not CSV: {e}") from None


def _encoding(file: Path, wanted: Encoding) -> str:
    """Return the encoding in which every byte of the file is text; UTF-8 where both would do."""
    tried = []
    for name in ("utf-8", "cp932") if wanted == "auto" else (wanted,):
        bad = _undecodable(file, name)
        if bad is None:
            return name
        tried.append(f"{name} fails at line {bad}")
    reason = f"the text cannot be read: {' and '.join(tried)}; save the file as UTF-8 or CP932"
    raise ConfigError(file, "encoding", reason)


def _undecodable(file: Path, name: str) -> int | None:
    """Return the line at which a file is not text of an encoding, None where it is throughout."""
    decoder = codecs.getincrementaldecoder(name)()
    line = 1
    try:
        with file.open("rb") as content:
            while chunk := content.read(_CHUNK_BYTES):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as e:
                    return line + e.object.count(b"\n", 0, e.start)
                line += chunk.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return line
    except OSError as e:
        raise ConfigError(file, "", f"cannot be read: {e.strerror}; check the path") from None
    return None
