"""The correct form of every seam at which a known defect sits; a clean issuer is made of these."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
from mock_issuer.node.writers import PageWriter, WriterPool
from mock_issuer.people import Extract
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register, Snapshot


class OutputRule(Protocol):
    """When a kiosk's output buffer is reserved, cleared and given back."""

    def reserve(self, area: OutputArea, application: str) -> bool:
        """Prepare the buffer for an application; False: it is not to be generated."""

    def generation_failed(self, area: OutputArea, refusal: Refusal) -> None:
        """React to a document that could not be made."""

    def abandoned(self, area: OutputArea, application: str) -> None:
        """React to an application that ends without its document."""

    def finished(self, area: OutputArea, application: str) -> None:
        """React to an application whose documents are printed."""


class ClearedOutput:
    """Nothing of an earlier application is left in the buffer when another begins."""

    def reserve(self, area: OutputArea, application: str) -> bool:
        """Clear the buffer and hold it."""
        area.clear()
        area.reserved_by = application
        return True

    def generation_failed(self, area: OutputArea, refusal: Refusal) -> None:
        """Clear the buffer and tell the applicant."""
        area.clear()
        area.reserved_by = None
        raise refusal

    def abandoned(self, area: OutputArea, application: str) -> None:
        """Clear what the application left, unless another holds the buffer by now."""
        if area.reserved_by == application:
            area.clear()
            area.reserved_by = None

    finished = abandoned


class Context:
    """What the making of an application looks its request up in."""

    def __init__(self, request: Request) -> None:
        """Hold a request."""
        self.request = request


class Current(Protocol):
    """Whose data the making of an application works on."""

    def extract(self, read: Extract) -> Extract:
        """Return the extract to work on; `read` is what the register said."""

    def clear(self) -> None:
        """Forget it: the application is made or given up."""


class PassedOn:
    """Data goes from hand to hand; nothing is kept that would have to be forgotten."""

    def extract(self, read: Extract) -> Extract:
        """Return what was read."""
        return read

    def clear(self) -> None:
        """Nothing is kept."""


class WriterRule(Protocol):
    """Which page writer a job takes, and when it goes back."""

    def take(self) -> PageWriter:
        """Take a writer for a job."""

    def failed(self, writer: PageWriter) -> None:
        """React to a document that could not be made."""

    def done(self, writer: PageWriter) -> None:
        """React to the end of the job, whichever it was."""


class PooledWriters:
    """A writer serves one job at a time and goes back once, at its end."""

    def __init__(self) -> None:
        """Begin with an empty pool."""
        self.pool = WriterPool()

    def take(self) -> PageWriter:
        """Take a writer that nobody has."""
        return self.pool.take()

    def failed(self, writer: PageWriter) -> None:
        """Leave it to the end."""

    def done(self, writer: PageWriter) -> None:
        """Give the writer back."""
        self.pool.give_back(writer)


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


class ReadingRule(Protocol):
    """When the register is asked for an application."""

    def received(self, register: Register, application: str, resident: str) -> None:
        """React to an application before it waits for a worker."""

    def extract(self, view: Snapshot, application: str, resident: str) -> Extract | None:
        """Return the extract that a document is made of, None for an unknown resident."""


class ReadTogether:
    """Everything is read from one state, when the document is made."""

    def received(self, register: Register, application: str, resident: str) -> None:
        """Nothing is read before."""

    def extract(self, view: Snapshot, application: str, resident: str) -> Extract | None:
        """Read applicant, household and 戸籍 together."""
        return view.extract(resident)


class WorkRule(Protocol):
    """Which row of the work table a piece of work has."""

    def row(self, application: str, node: str) -> AbstractContextManager[str]:
        """Hold the row of an issue; the context gives its slot."""

    def of_update(self, node: str) -> str | None:
        """Return the row of the node that an update writes, None for none."""


class OwnRow:
    """Every application has a row of its own, and so has every update."""

    def row(self, application: str, node: str) -> AbstractContextManager[str]:
        """Return the application's own."""
        return nullcontext(application)

    def of_update(self, node: str) -> str | None:
        """Leave nodes alone."""
        return None


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
