"""Keeps readings in a run folder, so that judging again never parses a document again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.errors import RunDamaged
from harness.journal.append import AppendFile
from harness.journal.run_folder import RunFolder
from harness.records.reading import Reading

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Reading)
_DIGEST = b'{"digest":"'  # how every line begins
_DIGEST_LENGTH = 64


class ReadingWriter:
    """Appends to `readings/<reader>.jsonl`, one Reading a line."""

    def __init__(self, folder: RunFolder, reader: str) -> None:
        """Create the file; it must not exist: a writer's name is used once."""
        self._file = AppendFile(folder.readings / f"{reader}.jsonl")

    def append(self, reading: Reading) -> None:
        """Store one reading; returns when the kernel holds it. Raises DiskFull."""
        self._file.append(_encoder.encode(reading) + b"\n")

    def close(self) -> None:
        """Flush and close."""
        self._file.close()


def load_readings(folder: RunFolder) -> dict[str, Reading]:
    """Return all stored readings by digest; a torn last line of a file was never acknowledged and is left out.

    Raises RunDamaged naming file and line where a line before the last cannot be read.
    """
    found: dict[str, Reading] = {}
    for path in sorted(folder.readings.glob("*.jsonl")):
        for reading in _lines(path):
            found.setdefault(reading.digest, reading)
    return found


class ReadingPlaces:
    """Where the readings of a run folder lie, to be taken out one by one: 100 bytes each instead of thousands."""

    def __init__(self, folder: RunFolder) -> None:
        """Look through all files once; what cannot be told is left out."""
        self._places: dict[str, tuple[Path, int, int]] = {}
        for path in sorted(folder.readings.glob("*.jsonl")):
            at = 0
            with path.open("rb") as lines:
                for line in lines:
                    if line.startswith(_DIGEST) and line.endswith(b"\n"):
                        digest = line[len(_DIGEST) : len(_DIGEST) + _DIGEST_LENGTH].decode("ascii", "replace")
                        self._places.setdefault(digest, (path, at, len(line)))
                    at += len(line)

    def get(self, digest: str) -> Reading | None:
        """Return a reading; None where there is none, or it cannot be read."""
        path, at, length = self._places.get(digest, (None, 0, 0))
        if path is None:
            return None
        with path.open("rb") as lines:
            lines.seek(at)
            try:
                reading = _decoder.decode(lines.read(length))
            except msgspec.DecodeError:
                return None
        return reading if reading.digest == digest else None


def _lines(path: Path) -> list[Reading]:
    *whole, _torn = path.read_bytes().split(b"\n")
    readings = []
    for number, line in enumerate(whole, 1):
        try:
            readings.append(_decoder.decode(line))
        except msgspec.DecodeError as e:
            next_step = f"empty {path.parent}, and `honnin judge` reads all documents anew"
            raise RunDamaged(f"{path}: line {number}: {e}; {next_step}") from None
    return readings
