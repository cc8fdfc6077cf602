"""The correct form of every seam of one step at which a known defect sits; a clean issuer is made of these."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from mock_issuer.defects.parts import (
    Asked,
    CachedSeal,
    ConversionBuffer,
    ConversionDesk,
    Dispatcher,
    ExpiredPrint,
    Lease,
    LeftSession,
    OutputArea,
    PresentedCard,
    PrintTimeout,
    Reception,
    Repeated,
)
from mock_issuer.documents.layout import Page
from mock_issuer.node.applications import Request


def own_buffer(own: ConversionBuffer, desk: ConversionDesk) -> ConversionBuffer:
    """Convert into the buffer that this job alone holds."""
    return own


def own_request(dispatcher: Dispatcher, request: Request) -> Callable[[], Request]:
    """Bind the request now: what the dispatcher holds when the work begins is another's."""
    return lambda: request


def reception_key(reception: Reception) -> str:
    """Return a work key of the number that the shared table gave to this application alone."""
    return f"r{reception.receive():08d}"


def up_to_date(copy: int, register: int) -> bool:
    """Tell whether the copy of the register has its last change."""
    return copy == register


def every_field(field: str) -> bool:
    """Link every field of the register to the copy."""
    return True


def as_it_is(page: Page) -> Page:
    """Print what was composed."""
    return page


def first_come(waiting: int) -> int:
    """Return the place of the next to print among those that wait, the longest waiting first."""
    return 0


def counted_number(key: str, copy: int, own: str) -> str:
    """Return the number that the node counted for this copy."""
    return own


def own_file(store: Path, key: str, copy: int) -> Path:
    """Return where the store keeps a copy of a document."""
    return store / f"{key}-{copy}.pdf"


def cancel_print(wait: ExpiredPrint) -> Path:
    """Take the print job back and give the whole application up. Always raises PrintTimeout."""
    wait.withdraw()
    raise PrintTimeout


def publish_whole(file: Path, content: bytes) -> None:
    """Write a file that appears complete or not at all."""
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)


def same_job(image: int, awaited: int) -> bool:
    """Tell whether an image is that of the job one waits for."""
    return image == awaited


def fill_and_read(area: OutputArea, fetch: Callable[[], Path], limit_s: float) -> bytes | None:
    """Print, move the image into the kiosk's buffer and return what was moved in."""
    return area.fill(fetch())


def join(repeated: Repeated) -> bytes:
    """Give the one document that is being printed to whoever asks for it again."""
    return repeated.join()


def unchanged_since(seal: CachedSeal, version: int | None) -> bool:
    """Tell whether a remembered seal still is what the register holds."""
    return seal.version == version


def random_name(node: str) -> str:
    """Return an application's name that nobody can guess."""
    return f"{node}-{secrets.token_hex(8)}"


def close_connection(lease: Lease) -> None:
    """Close a connection on which an answer may still come."""
    lease.discard()


def asked_in_full(asked: Asked) -> Hashable:
    """Return a key that only the same session, application and copy have."""
    return (asked.session, asked.application, asked.copy)


@dataclass(frozen=True, kw_only=True)
class AnswerRule:
    """How the centre keeps document answers."""

    key: Callable[[Asked], Hashable] = asked_in_full
    ttl_s: float = 20.0  # longer than a kiosk takes to ask again
    purges: bool = True  # forget what is kept of an application that is over


def never(previous: LeftSession) -> bool:
    """Begin a new session for every customer."""
    return False


def check_card(card: PresentedCard) -> tuple[str, int]:
    """Let nobody in before everything is checked, against today's lists."""
    return card.check()
