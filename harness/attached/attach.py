"""Reads a log against a run and writes what belongs to the run's time into the run folder, sealed by digest."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.attached.mapping import Mapping, places_of
from harness.csv_stream import CsvStream
from harness.errors import ConfigError, RunDamaged, UsageError
from harness.journal import RunFolder
from harness.journal.run_folder import write_whole
from harness.records.attached import ATTACHED_VERSION, AttachedHeader, LogRow

_MARGIN_NS = 600_000_000_000  # ten minutes: the server's clock may differ, and rows may be written late


class Attached(Struct, frozen=True, kw_only=True):
    """One attached log."""

    header: AttachedHeader
    rows: tuple[LogRow, ...]


class Known(Struct, frozen=True, kw_only=True):
    """What of the run decides which rows are kept."""

    cards: Collection[str]  # serials
    from_wall_ns: int
    to_wall_ns: int


def attach(folder: RunFolder, log: Path, mapping: Mapping, known: Known) -> AttachedHeader:
    """Read `log`, write `attached/<n>.jsonl`; return its header.

    Other people's serials are not kept. Raises ConfigError naming file and line, UsageError where this very log is
    attached already or holds no row of the run's time, DiskFull.
    """
    stream = CsvStream(log, mapping.encoding, mapping.delimiter)
    digest = _sha256(log)
    before = attached_files(folder)
    if any(read_attached(file).header.digest == digest for file in before):
        raise UsageError(f"{log}: is attached to {folder.path} already; nothing was changed")
    places = places_of(stream, mapping)
    reader = _Reader(stream, places, mapping, known)
    kept = tuple(reader.kept())
    if not kept:
        raise UsageError(
            f"{log}: none of its {reader.rows} rows is of the run's time; check that it is this run's log, "
            "its column of times, and time_zone in the mapping"
        )
    header = AttachedHeader(
        version=ATTACHED_VERSION,
        file=log.name,
        digest=digest,
        previous=_sha256(before[-1] if before else folder.manifest),
        encoding=stream.encoding,
        kind=mapping.kind,
        columns={name: stream.heading[place] for name, place in places.items()},
        rows=reader.rows,
        outside=reader.rows - len(kept),
        kept=len(kept),
        attached_wall_ns=time.time_ns(),
    )
    _write(folder, len(before) + 1, header, kept)
    return header


def attached_files(folder: RunFolder) -> list[Path]:
    """Return the attachments of a run, in the order they were attached."""
    return sorted((folder.path / "attached").glob("*.jsonl"))


def read_attached(file: Path) -> Attached:
    """Read one attachment; raise RunDamaged where it is not whole."""
    try:
        first, *lines = file.read_bytes().splitlines()
        header = msgspec.json.decode(first, type=AttachedHeader)
        rows = tuple(msgspec.json.decode(line, type=LogRow) for line in lines)
    except (OSError, ValueError, msgspec.DecodeError) as e:
        raise RunDamaged(f"{file}: {e}; restore the run folder from its copy") from None
    if header.version != ATTACHED_VERSION or header.kept != len(rows):
        raise RunDamaged(f"{file}: holds {len(rows)} rows, its header says {header.kept}; restore the run folder")
    return Attached(header=header, rows=rows)


def read_all(folder: RunFolder) -> tuple[Attached, ...]:
    """Read every attachment; raise RunDamaged where one is damaged or the chain of digests is broken."""
    files = attached_files(folder)
    logs = tuple(read_attached(file) for file in files)
    for file, log, before in zip(files, logs, [folder.manifest, *files], strict=False):
        if log.header.previous != _sha256(before):
            raise RunDamaged(f"{file}: was attached after another state of {before.name}; restore the run folder")
    return logs


class _Reader:
    """Walks through a log once."""

    def __init__(self, stream: CsvStream, places: dict[str, int], mapping: Mapping, known: Known) -> None:
        self._stream, self._places, self._mapping, self._known = stream, places, mapping, known
        self._issued = frozenset(mapping.issued)
        self.rows = 0

    def kept(self) -> Iterator[LogRow]:
        for line, cells in self._stream.rows():
            self.rows += 1
            row = self._row(line, {name: cells[place].strip() for name, place in self._places.items()})
            if not row.at_wall_ns or self._in_time(row.at_wall_ns):
                yield row

    def _row(self, line: int, told: dict[str, str]) -> LogRow:
        card = told.get("card", "")
        ours = card in self._known.cards
        return LogRow(
            line=line,
            issued="state" not in told or told["state"] in self._issued,
            request_id=told.get("request_id", ""),
            card=card if ours else "",
            ours=ours,
            certificate=self._mapping.certificate(told.get("certificate", "")),
            issue_number=told.get("issue_number", ""),
            node=told.get("node", ""),
            state=told.get("state", ""),
            at_wall_ns=self._wall_ns(line, told["at"]) if told.get("at") else 0,
        )

    def _in_time(self, wall_ns: int) -> bool:
        return self._known.from_wall_ns - _MARGIN_NS <= wall_ns <= self._known.to_wall_ns + _MARGIN_NS

    def _wall_ns(self, line: int, text: str) -> int:
        form = self._mapping.time_format
        try:
            at = datetime.strptime(text, form) if form else datetime.fromisoformat(text.replace("/", "-"))
            if at.tzinfo is None:
                at = at.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00{self._mapping.time_zone}").tzinfo)
        except ValueError:
            expected = (
                f"time_format {form}" if form else "ISO form (2026-11-22 10:15:00); give time_format in a mapping"
            )
            raise ConfigError(self._stream.file, f"line {line}", f"{text!r} is no time in {expected}") from None
        return round(at.timestamp() * 1e9)


def _write(folder: RunFolder, number: int, header: AttachedHeader, rows: Collection[LogRow]) -> None:
    place = folder.path / "attached"
    place.mkdir(mode=0o700, exist_ok=True)
    encode = msgspec.json.Encoder().encode
    lines = b"".join(encode(record) + b"\n" for record in (header, *rows))
    write_whole(place / f"{number:03d}.jsonl", lines)


def _sha256(file: Path) -> str:
    with file.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()
