"""The plan file: a header, then one batch per line; written piece by piece, and read as far as it is looked at.

A plan may have a million applications: whoever compiles, writes or plays it holds a batch of it at a time.
"""

from __future__ import annotations

import operator
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, overload

import msgspec
from msgspec import Struct

from harness.errors import ConfigError, DiskFull
from harness.journal.append import NO_SPACE
from harness.journal.run_folder import write_pieces
from harness.records.plan import PLAN_VERSION, Batch, Phase, PlanHeader


class _Beginning(Struct, frozen=True):
    """What of a batch is read to know whose line it is."""

    phase: str


class _Source:
    """An open file, closed with the last that reads from it; `path` is for messages."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._descriptor, self.path = file.fileno(), path
        weakref.finalize(self, file.close)

    def read(self, begin: int, length: int) -> bytes:
        return os.pread(self._descriptor, length, begin)


class _Lines:
    """Where the lines of some batches lie in a file."""

    def __init__(self) -> None:
        self.begins, self.lengths, self.numbers = array("q"), array("q"), array("q")
        self.phases: list[str] = []
        self._known: dict[str, str] = {}

    def add(self, phase: str, begin: int, length: int, number: int) -> None:
        self.begins.append(begin)
        self.lengths.append(length)
        self.numbers.append(number)
        self.phases.append(self._known.setdefault(phase, phase))


class PlannedBatches(Sequence[Batch]):  # noqa: PLW1641  as a list has no hash
    """Batches in the order they are to be played, each decoded anew whenever it is looked at."""

    def __init__(self, source: _Source, lines: _Lines) -> None:
        """Read these lines."""
        self._source, self._lines = source, lines
        self._decode = msgspec.json.Decoder(Batch).decode

    def of(self, *phases: str) -> PlannedBatches:
        """Return the batches of one phase, or of several."""
        lines, own, wanted = self._lines, _Lines(), frozenset(phases)
        for place, name in enumerate(lines.phases):
            if name in wanted:
                own.add(name, lines.begins[place], lines.lengths[place], lines.numbers[place])
        return PlannedBatches(self._source, own)

    def __len__(self) -> int:
        """Count without reading."""
        return len(self._lines.begins)

    @overload
    def __getitem__(self, place: int) -> Batch: ...

    @overload
    def __getitem__(self, place: slice) -> list[Batch]: ...

    def __getitem__(self, place: int | slice) -> Batch | list[Batch]:
        """Read one, or some; raise ConfigError naming the line that is no batch."""
        if isinstance(place, slice):
            return [self[p] for p in range(*place.indices(len(self)))]
        lines = self._lines
        try:
            return self._decode(self._source.read(lines.begins[place], lines.lengths[place]))
        except msgspec.DecodeError as e:
            raise _broken(self._source.path, lines.numbers[place], e) from None

    def __eq__(self, other: object) -> bool:
        """Compare with any sequence of batches."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))

    def __iter__(self) -> Iterator[Batch]:
        """Read one after the other; raise ConfigError naming the line that is no batch."""
        return map(self.__getitem__, range(len(self)))


def _broken(path: Path, number: int, why: object) -> ConfigError:
    return ConfigError(path, f"line {number}", f"{why}; restore it from its copy, or compile the plan again")


def put_aside(batches: Iterable[Batch]) -> PlannedBatches:
    """Keep batches on the disk as they are compiled, in a file without a name, not in memory; raise DiskFull."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  read from for as long as anybody looks at the batches
    lines = _Lines()
    kept = PlannedBatches(_Source(file, Path("plan")), lines)
    try:
        _fill(file, lines, batches)
    except OSError as e:
        if e.errno not in NO_SPACE:
            raise
        raise DiskFull(f"{tempfile.gettempdir()}: no space left; free space on this disk, then go on") from None
    return kept


def _fill(file: BinaryIO, lines: _Lines, batches: Iterable[Batch]) -> None:
    encode, begin = msgspec.json.Encoder().encode, 0
    for number, batch in enumerate(batches, 1):
        line = encode(batch)
        file.write(line)
        lines.add(batch.phase, begin, len(line), number)
        begin += len(line)
    file.flush()


def write_plan(path: Path, header: PlanHeader, batches: Iterable[Batch]) -> None:
    """Write a plan file: all of it or nothing."""
    encode = msgspec.json.Encoder().encode

    def pieces() -> Iterator[bytes]:
        yield encode(header) + b"\n"
        for batch in batches:
            yield encode(batch) + b"\n"

    write_pieces(path, pieces())


def read_plan(path: Path) -> tuple[PlanHeader, PlannedBatches]:
    """Return a plan's header and its batches; raise ConfigError naming the line that cannot be read."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise ConfigError(path, "", "no such file; restore the run folder from its copy") from None
    source, lines = _Source(file, path), _Lines()
    header = _header(path, file.readline())
    begin, decode = file.tell(), msgspec.json.Decoder(_Beginning).decode
    for number, line in enumerate(file, 2):
        try:
            lines.add(decode(line).phase, begin, len(line), number)
        except msgspec.DecodeError as e:
            raise _broken(path, number, e) from None
        begin += len(line)
    return header, PlannedBatches(source, lines)


def _header(path: Path, line: bytes) -> PlanHeader:
    try:
        header = msgspec.json.decode(line, type=PlanHeader)
    except msgspec.DecodeError as e:
        raise _broken(path, 1, e) from None
    if header.version != PLAN_VERSION:
        raise ConfigError(path, "line 1", f"plan version {header.version}; this honnin reads {PLAN_VERSION}")
    return header


def read_header(path: Path) -> PlanHeader:
    """Return a plan's header; raise ConfigError."""
    try:
        with path.open("rb") as lines:
            return _header(path, lines.readline())
    except OSError as e:
        raise ConfigError(path, "", f"{e.strerror}; restore the run folder from its copy") from None


def read_phase(path: Path, phase: str) -> tuple[Phase, PlannedBatches]:
    """Return a phase and its batches in order; raise ConfigError naming the line, or the phases there are."""
    header, batches = read_plan(path)
    described = next((p for p in header.phases if p.phase == phase), None)
    if described is None:
        known = ", ".join(p.phase for p in header.phases)
        raise ConfigError(path, "--phase", f"no phase {phase}; this plan has {known}")
    return described, batches.of(phase)
