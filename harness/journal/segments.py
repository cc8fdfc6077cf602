"""Journal segments: one append-only file per writing process, JSON Lines framed by length, checksum and sequence.

A line is `LLLLLLLL CCCCCCCC SSSSSSSS {json}\\n`: hexadecimal length of the JSON, CRC-32 of what follows the
checksum, ordinal of the record in its segment from 0. A last line that is torn was never acknowledged and is
left out; anything else that does not fit means that the segment is damaged.
"""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from harness.errors import RunDamaged
from harness.journal.append import AppendFile
from harness.journal.run_folder import RunFolder
from harness.records.history import (
    JOURNAL_VERSION,
    HistoryRecord,
    SegmentClosed,
    SegmentOpened,
)

_HEAD = 27  # three fields of 8 hexadecimal digits, each followed by a space
_FRAME = re.compile(rb"([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8}) ")
_MAX_JSON = 16 * 1024 * 1024  # no record comes near; a larger length is damage
_decoder = msgspec.json.Decoder(HistoryRecord)
_encoder = msgspec.json.Encoder()


class Entry(Struct, frozen=True, kw_only=True):
    """One record and where it stands."""

    writer: str
    sequence: int
    record: HistoryRecord


class SegmentState(Struct, frozen=True, kw_only=True):
    """What is known of a segment after reading it to its end."""

    writer: str
    records: int
    closed: bool  # ended in order, and nothing follows the closing record
    torn_bytes: int  # bytes of a last line that was never acknowledged


class SegmentWriter:
    """Writes one segment. Not shared between processes; safe between threads and greenlets of one."""

    def __init__(self, folder: RunFolder, writer: str, run: str) -> None:
        """Create `segments/<writer>.journal` and write its opening record."""
        self.writer = writer
        self.records = 0
        self._file = AppendFile(folder.segment(writer))
        self.append(
            SegmentOpened(
                version=JOURNAL_VERSION,
                run=run,
                writer=writer,
                host=os.uname().nodename,
                pid=os.getpid(),
                monotonic_ns=time.monotonic_ns(),
                wall_ns=time.time_ns(),
            )
        )

    def append(self, record: HistoryRecord) -> None:
        """Acknowledge `record` by returning. Raises DiskFull; then nothing of it is on the disk."""
        self._file.append(frame(self.records, record))
        self.records += 1

    def close(self) -> None:
        """Write the closing record, flush and close. A full disk leaves the segment unclosed."""
        if not self._file.path.exists():
            return
        self.append(SegmentClosed(records=self.records, at_ns=time.monotonic_ns()))
        self._file.close()

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None) -> None:
        """Close in order, unless an exception escapes: then the segment must not look complete."""
        if kind is None:
            self.close()


def frame(sequence: int, record: HistoryRecord) -> bytes:
    """Return a record's line: length of its JSON, CRC-32 of what follows, sequence number (hexadecimal), JSON."""
    body = b"%08x %s" % (sequence, _encoder.encode(record))
    return b"%08x %08x %s\n" % (len(body) - 9, zlib.crc32(body), body)


class SegmentTail:
    """Follows a growing segment; each `poll` returns the records that came since the one before."""

    def __init__(self, path: Path) -> None:
        """Start at the beginning of `path`, which may not exist yet."""
        self.path = path
        self.writer = path.stem
        self.sequence = 0
        self.torn_bytes = 0
        self._offset = 0

    def poll(self, at_most: int = 4 * 1024 * 1024) -> list[Entry]:
        """Return the whole records within the next `at_most` bytes; raise RunDamaged where one does not fit."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                block = file.read(at_most)
        except FileNotFoundError:
            return []
        entries: list[Entry] = []
        start = 0
        while (end := block.find(b"\n", start)) >= 0:
            entries.append(self._entry(block[start:end]))
            start = end + 1
        if not entries and len(block) == at_most:
            if at_most > _MAX_JSON:
                raise RunDamaged(f"{self.path}: no end of record within {at_most} bytes from byte {self._offset}")
            return self.poll(2 * _MAX_JSON)
        self._offset += start
        self.torn_bytes = len(block) - start
        return entries

    def _entry(self, line: bytes) -> Entry:
        head = _FRAME.match(line)
        if head is None:
            raise self._damaged("is not framed as a record")
        length, checksum, sequence = (int(field, 16) for field in head.groups())
        body = line[18:]
        if length != len(line) - _HEAD or checksum != zlib.crc32(body):
            raise self._damaged("does not agree with its checksum")
        if sequence != self.sequence:
            raise self._damaged(f"has sequence {sequence}")
        try:
            record = _decoder.decode(body[9:])
        except msgspec.DecodeError as e:
            raise self._damaged(f"is unknown to this version of honnin ({e})") from None
        self.sequence += 1
        return Entry(writer=self.writer, sequence=sequence, record=record)

    def _damaged(self, what: str) -> RunDamaged:
        return RunDamaged(f"{self.path}: record {self.sequence} {what}; restore the run folder from its copy")


def read_segment(path: Path) -> Iterator[Entry]:
    """Yield a segment's records in order; raise RunDamaged."""
    tail = SegmentTail(path)
    while entries := tail.poll():
        yield from entries


def read_history(folder: RunFolder) -> Iterator[Entry]:
    """Yield all records of a run, segment after segment in the order of writers' names; raise RunDamaged."""
    for path in folder.segments():
        yield from read_segment(path)


def inspect_segments(folder: RunFolder) -> tuple[SegmentState, ...]:
    """Read every segment to its end and return their states, in the order of writers' names; raise RunDamaged."""
    return tuple(_inspect(path) for path in folder.segments())


def _inspect(path: Path) -> SegmentState:
    tail = SegmentTail(path)
    last: HistoryRecord | None = None
    while entries := tail.poll():
        last = entries[-1].record
    closed = isinstance(last, SegmentClosed) and last.records == tail.sequence - 1 and tail.torn_bytes == 0
    return SegmentState(writer=tail.writer, records=tail.sequence, closed=closed, torn_bytes=tail.torn_bytes)
