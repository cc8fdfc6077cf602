"""The truth, for tests alone: which bytes were rendered for whom, and which bytes were handed to whom.

No part of the interface shows it; a tester's verdict is compared with it, never made from it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from mock_issuer import clock


class Rendered(Struct, frozen=True, kw_only=True, tag="render"):
    """A document was made."""

    digest: str  # SHA-256 of its bytes
    application: str
    resident: str
    key: str  # its name in the store
    copy: int
    issue_number: str
    at: str


class HandedOver(Struct, frozen=True, kw_only=True, tag="handover"):
    """A document was given to the one who asked."""

    digest: str
    application: str
    resident: str
    kiosk: str
    copy: int
    waited_ms: int  # from the request to the hand-over
    at: str


Line = Rendered | HandedOver


class WrongHandover(Struct, frozen=True, kw_only=True):
    """A hand-over of something else than a rendering for that very application."""

    handed: HandedOver
    donor: str  # resident it was rendered for, "" if nobody
    donor_application: str


class DebugLog:
    """One node's file."""

    def __init__(self, path: Path) -> None:
        """Open for appending."""
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def write(self, line: Line) -> None:
        """Append a line."""
        encoded = msgspec.json.encode(line) + b"\n"
        with self._lock:
            self._file.write(encoded)

    def rendered(self, pdf: bytes, *, application: str, resident: str, key: str, copy: int, number: str) -> None:
        """Note a rendering."""
        self.write(
            Rendered(
                digest=hashlib.sha256(pdf).hexdigest(),
                application=application,
                resident=resident,
                key=key,
                copy=copy,
                issue_number=number,
                at=clock.stamp(),
            )
        )


def read_debug_logs(folder: Path) -> Iterator[Line]:
    """Yield all nodes' lines of `state/debug`, file by file; a torn last line is left out."""
    decode = msgspec.json.Decoder(Line).decode
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            yield decode(line)


def wrong_handovers(folder: Path) -> tuple[WrongHandover, ...]:
    """Return every hand-over whose bytes were not rendered for the application that got them."""
    lines = list(read_debug_logs(folder))
    made = {line.digest: line for line in lines if isinstance(line, Rendered)}
    wrong = []
    for line in lines:
        if isinstance(line, HandedOver):
            origin = made.get(line.digest)
            if origin is None or origin.application != line.application:
                donor, application = (origin.resident, origin.application) if origin else ("", "")
                wrong.append(WrongHandover(handed=line, donor=donor, donor_application=application))
    return tuple(wrong)
