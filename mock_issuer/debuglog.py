"""The truth, for tests alone: who stood at which kiosk, what was made for whom of which content, who got which bytes.

No part of the interface shows it; a tester's verdict is compared with it, never made from it. `truth` judges it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from mock_issuer import clock
from mock_issuer.documents.layout import Choice, Page

Printed = tuple[tuple[str, str], ...]  # one page: label and value of every item, in order


class Entered(Struct, frozen=True, kw_only=True, tag="enter"):
    """A card was accepted at a kiosk."""

    session: str
    kiosk: str
    card: str  # serial in decimal
    presented: str  # resident whose card it is, "" if nobody's
    resident: str  # resident whose session it is from now on
    gap: str = ""  # code of the refusal that was due
    at: str
    defects: tuple[str, ...] = ()


class Applied(Struct, frozen=True, kw_only=True, tag="apply"):
    """An application reached a node."""

    application: str
    session: str
    kiosk: str
    resident: str
    certificate: str
    options: Choice
    version: int  # of the register, before it was read
    at: str
    defects: tuple[str, ...] = ()


class Rendered(Struct, frozen=True, kw_only=True, tag="render"):
    """A document was made."""

    digest: str  # SHA-256 of its bytes
    application: str
    resident: str
    key: str  # its name in the store
    copy: int
    issue_number: str
    at: str
    title: str = ""
    pages: tuple[Printed, ...] = ()
    pictures: tuple[str, ...] = ()  # of the seal, as the typesetter may have seen it; two where it changed meanwhile
    version: int = 0  # of the register, after it was made
    defects: tuple[str, ...] = ()


class HandedOver(Struct, frozen=True, kw_only=True, tag="handover"):
    """A node gave a document out."""

    digest: str
    application: str
    resident: str
    kiosk: str
    copy: int
    waited_ms: int  # from the request to the hand-over
    at: str
    defects: tuple[str, ...] = ()


class Given(Struct, frozen=True, kw_only=True, tag="give"):
    """The centre gave a document to a kiosk: what this line says is what the customer holds."""

    digest: str
    application: str  # as the kiosk named it
    session: str
    copy: int
    at: str
    defects: tuple[str, ...] = ()


class Reached(Struct, frozen=True, kw_only=True, tag="reach"):
    """When an application came to the centre, on the host's CLOCK_MONOTONIC: its head read, its handler entered."""

    application: str
    kiosk: str
    head_ns: int
    handler_ns: int
    at: str
    defects: tuple[str, ...] = ()


Line = Entered | Applied | Rendered | HandedOver | Given | Reached


class WrongHandover(Struct, frozen=True, kw_only=True):
    """A hand-over of something else than a rendering for that very application."""

    handed: HandedOver
    donor: str  # resident it was rendered for, "" if nobody
    donor_application: str


class DebugLog:
    """One process's file."""

    def __init__(self, path: Path, active: Callable[[], tuple[str, ...]] = tuple) -> None:
        """Open for appending; `active` tells which defects are on."""
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()
        self._active = active

    def write(self, line: Line) -> None:
        """Append a line, adding which defects are on."""
        if active := self._active():
            line = msgspec.structs.replace(line, defects=active)
        encoded = msgspec.json.encode(line) + b"\n"
        with self._lock:
            self._file.write(encoded)

    def close(self) -> None:
        """Close the file; nothing is written any more."""
        with self._lock:
            self._file.close()

    def entered(self, *, session: str, kiosk: str, card: str, presented: str, resident: str, gap: str = "") -> None:
        """Note a card that was accepted."""
        self.write(
            Entered(
                session=session,
                kiosk=kiosk,
                card=card,
                presented=presented,
                resident=resident,
                gap=gap,
                at=clock.stamp(),
            )
        )

    def reached(self, *, application: str, kiosk: str, head_ns: int, handler_ns: int) -> None:
        """Note when an application came."""
        self.write(
            Reached(application=application, kiosk=kiosk, head_ns=head_ns, handler_ns=handler_ns, at=clock.stamp())
        )

    def gave(self, document: bytes, *, application: str, session: str, copy: int) -> None:
        """Note what the centre gave to a kiosk."""
        digest = hashlib.sha256(document).hexdigest()
        self.write(Given(digest=digest, application=application, session=session, copy=copy, at=clock.stamp()))


def printed(pages: tuple[Page, ...]) -> tuple[Printed, ...]:
    """Return what stands on pages."""
    return tuple(
        tuple((item.label, item.value) for items in (page.head, *(i for b in page.blocks for i in b)) for item in items)
        for page in pages
    )


def read_debug_logs(folder: Path) -> Iterator[Line]:
    """Yield all processes' lines of `state/debug`, file by file; a torn last line is left out."""
    decode = msgspec.json.Decoder(Line).decode
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            yield decode(line)


def wrong_handovers(folder: Path) -> tuple[WrongHandover, ...]:
    """Return every hand-over of a node whose bytes were not rendered for the application that got them."""
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
