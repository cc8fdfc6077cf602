"""Reads an import file to its end before anything is made: a wrong line is told by its number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from harness.errors import ConfigError
from harness.imported.records import (
    IMPORT_VERSION,
    AnyLine,
    Applied,
    Changed,
    Header,
    Instant,
    LedgerEnd,
    Listed,
    Received,
    decode,
    instant_ns,
)
from harness.records.resident import Resident

T = TypeVar("T")
_INSTANTS = ("started", "ended", "received", "applied", "at")


class Import(Struct, frozen=True, kw_only=True):
    """A whole file, in its order."""

    file: Path
    header: Header
    applications: tuple[Applied, ...]
    documents: tuple[Received, ...]
    updates: tuple[Changed, ...]
    ledger: tuple[Listed, ...]
    ledger_end: LedgerEnd | None


def read_import(file: Path, residents: frozenset[str]) -> Import:
    """Read and check an import file.

    Raises ConfigError naming file and line: for what is no line of the format, an instant without an offset, an id
    that occurs twice, a resident outside the population, a document that is not there.
    """
    lines = list(_lines(file))
    if not lines or not isinstance(lines[0][1], Header):
        raise ConfigError(file, "line 1", 'must be the header: {"t":"header","version":1,"recorder":"..."}')
    header = lines[0][1]
    if header.version != IMPORT_VERSION:
        raise ConfigError(file, "line 1", f"is version {header.version}; this honnin reads {IMPORT_VERSION}")
    _check(file, lines[1:], residents)
    rest = [line for _, line in lines[1:]]
    return Import(
        file=file,
        header=header,
        applications=_all(rest, Applied),
        documents=_all(rest, Received),
        updates=_all(rest, Changed),
        ledger=_all(rest, Listed),
        ledger_end=next(iter(reversed(_all(rest, LedgerEnd))), None),
    )


def _all(lines: list[AnyLine], kind: type[T]) -> tuple[T, ...]:
    return tuple(line for line in lines if isinstance(line, kind))


def _lines(file: Path) -> Iterator[tuple[int, AnyLine]]:
    try:
        with file.open("rb") as text:
            for number, line in enumerate(text, 1):
                if line.strip():
                    yield number, _line(file, number, line)
    except OSError as e:
        raise ConfigError(file, "", f"cannot be read ({e.strerror}); check the path and who may read it") from None


def _line(file: Path, number: int, text: bytes) -> AnyLine:
    try:
        line: AnyLine = decode(text)
        for name in _INSTANTS:
            instant: Instant | None = getattr(line, name, None)
            if instant is not None and not isinstance(line, Listed):
                instant_ns(instant)
    except (ValueError, msgspec.DecodeError) as e:
        raise ConfigError(file, f"line {number}", str(e)) from None
    return line


def _check(file: Path, lines: list[tuple[int, AnyLine]], residents: frozenset[str]) -> None:
    seen: set[tuple[type, str]] = set()
    asked = {line.id for _, line in lines if isinstance(line, Applied)}
    for number, line in lines:
        if isinstance(line, Header):
            raise ConfigError(file, f"line {number}", "is a second header; a file holds one history")
        if isinstance(line, (Applied, Changed)):
            if line.resident not in residents:
                raise ConfigError(file, f"line {number}", f"resident {line.resident} is not in the population")
            if line.ended is not None and instant_ns(line.ended) < instant_ns(line.started):
                raise ConfigError(file, f"line {number}", f"{line.id} ended before it started; correct its instants")
        if isinstance(line, (Applied, Changed, Received)) and line.id:
            if (type(line), line.id) in seen:
                raise ConfigError(file, f"line {number}", f"the id {line.id} occurs twice; give every one its own")
            seen.add((type(line), line.id))
        if isinstance(line, Changed) and line.field not in {"seal", *Resident.__struct_fields__}:
            raise ConfigError(file, f"line {number}", f"residents have no field {line.field}; see docs/import.md")
        if isinstance(line, Received):
            _check_document(file, number, line, asked)


def _check_document(file: Path, number: int, line: Received, asked: set[str]) -> None:
    if line.application and line.application not in asked:
        reason = f'application {line.application} is in no line; leave it out ("") if it is nobody\'s'
        raise ConfigError(file, f"line {number}", reason)
    if not (file.parent / line.file).is_file():
        raise ConfigError(file, f"line {number}", f"there is no file {line.file} beside the import file")
