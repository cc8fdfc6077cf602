"""The municipality's map of card serials to residents (紐付け); read again when the file changes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from msgspec import Struct

from mock_issuer.centre.watched import WatchedFile


class Mapped(Struct, frozen=True, kw_only=True):
    """Whom a serial stands for."""

    resident: str
    superseded: bool


class Serials:
    """serials.csv: serial (decimal), resident, state (active or superseded), kind."""

    def __init__(self, file: Path) -> None:
        """Read the file. Raises OSError or ValueError where it is missing or wrong."""
        self._file = WatchedFile(file, _parse)

    def find(self, serial: int) -> Mapped | None:
        """Return whom a serial stands for, None if it is unknown."""
        return self._file.content().get(serial)


def _parse(file: bytes) -> dict[int, Mapped]:
    rows = csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""))
    return {
        int(row["serial"]): Mapped(resident=row["resident"], superseded=row["state"] == "superseded") for row in rows
    }
