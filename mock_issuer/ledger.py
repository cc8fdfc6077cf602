"""The issue ledger: one append-only file per node, a line for every change of an application's state.

A line is complete when write() returned, so it survives the death of the process; the last line of an application
holds. A torn last line is left out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from mock_issuer import clock


class ApplicationState(StrEnum):
    """What became of an application."""

    OPEN = "open"
    ISSUED = "issued"
    CANCELLED = "cancelled"  # by the applicant, or by the print time limit; the fee went back
    FAILED = "failed"  # given up by the issuer; the fee went back
    REFUSED = "refused"


class FeeState(StrEnum):
    """Where the fee is."""

    NONE = "none"  # never taken
    CHARGED = "charged"
    RETURNED = "returned"


class Entry(Struct, frozen=True, kw_only=True):
    """The state of one application, as the interface gives it."""

    application: str
    card: str
    certificate: str
    state: ApplicationState
    issue_numbers: tuple[str, ...]
    node: str
    at: str
    kiosk: str = ""
    fee: FeeState = FeeState.NONE
    reason: str = ""


_decode = msgspec.json.Decoder(Entry).decode
_encode = msgspec.json.Encoder().encode


class LedgerWriter:
    """One node's file."""

    def __init__(self, path: Path) -> None:
        """Open for appending; end a torn last line first."""
        self._lock = threading.Lock()
        torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
        self._file = path.open("ab", buffering=0)
        if torn:
            self._file.write(b"\n")

    def write(self, entry: Entry) -> None:
        """Append an entry."""
        line = _encode(entry) + b"\n"
        with self._lock:
            self._file.write(line)

    def close(self) -> None:
        """Close the file; nothing is written any more."""
        with self._lock:
            self._file.close()


def last_entries(path: Path) -> dict[str, Entry]:
    """Return the last entry of each application of one file, oldest application first."""
    last: dict[str, Entry] = {}
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            entry = _decode(line)
        except msgspec.DecodeError:
            continue  # torn by the death of the writer: never acknowledged
        last[entry.application] = entry
    return last


def given_back(entry: Entry) -> Entry:
    """Return how an application ends that was open when its node ended: given up, its fee returned."""
    fee = FeeState.RETURNED if entry.fee is FeeState.CHARGED else entry.fee
    return msgspec.structs.replace(
        entry, state=ApplicationState.FAILED, fee=fee, reason="NODE_RESTARTED", at=clock.stamp()
    )


def whole_ledger(folder: Path) -> Iterator[bytes]:
    """Yield the last entry of every application of all nodes, a JSON line each."""
    for path in sorted(folder.glob("*.jsonl")):
        yield from (_encode(entry) + b"\n" for entry in last_entries(path).values())
