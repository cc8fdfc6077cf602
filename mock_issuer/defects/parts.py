"""What defects and their correct forms see of the issuer's parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from mock_issuer.documents.layout import Choice
from mock_issuer.node.applications import Request


class PrintTimeout(Exception):
    """The wait for print passed its limit; the application is to be cancelled as a whole."""


class PrintBusy(Exception):
    """Too many wait for print already, or another waits in one's place; the application stays as it is."""


class PrintFailed(Exception):
    """The print server could not read the document."""


class ExpiredPrint(Protocol):
    """A print wait that has passed its limit while the application held the print order."""

    def withdraw(self) -> None:
        """Take the print job back: what it made or will make is thrown away."""

    def release_order(self) -> None:
        """Let the next application have the print order."""

    def take_next(self, sheets: float) -> Path | None:
        """Take the next file of the outbox, None if none comes within the print time of so many sheets."""


class CachedSeal(Protocol):
    """A seal registration that the node remembers."""

    @property
    def version(self) -> int:
        """Return the register's version when the seal last changed before it was read."""

    @property
    def age_s(self) -> float:
        """Return how long ago it was read."""


class OutputArea(Protocol):
    """A kiosk's output buffer."""

    reserved_by: str | None

    def clear(self) -> None:
        """Throw its content away."""

    def fill(self, image: Path) -> bytes:
        """Move a print image in and return its content: what is returned is what was moved in."""

    def put(self, image: Path) -> None:
        """Move a print image in, over whatever lies there."""

    def take_next(self, within_s: float) -> bytes | None:
        """Take out what comes or lies here first; None if nothing comes in time or another begins to wait."""


class Repeated(Protocol):
    """A copy that the centre asks a node for once more, because no answer came in time."""

    def join(self) -> bytes:
        """Wait for the print that is under way, or take what came of it."""

    def print_again(self) -> bytes:
        """Begin a second print of the same document."""

    def issue_again(self) -> bytes:
        """Make the document anew, under a new issue number, and print it."""


class ConversionBuffer(Protocol):
    """A file that a seal is converted into, for the typesetter to read."""

    @property
    def path(self) -> str:
        """Return the file, below the press."""

    def load(self, picture: str) -> None:
        """Convert a registered seal into the buffer."""

    def content(self) -> str:
        """Return whose picture lies in it now, by name."""


class ConversionDesk(Protocol):
    """Where a node's seals are converted."""

    @property
    def in_use(self) -> int:
        """Return how many conversions are under way, the asking one included."""

    def named(self, name: str) -> ConversionBuffer:
        """Return the buffer of a name."""


class Dispatcher(Protocol):
    """Hands requests to the workers of the making pool, one after the other."""

    def newest_request(self) -> Request:
        """Return the request that it holds now."""


class Reception(Protocol):
    """Where an application gets its key: the table of reception numbers that all nodes share."""

    @property
    def node(self) -> str:
        """Return the node's name."""

    @property
    def worker(self) -> str:
        """Return the name of the worker that makes the application."""

    def receive(self) -> int:
        """Enter the application under the next number, atomically, and return it."""

    def highest(self) -> int:
        """Return the highest number so far, 0 before the first."""

    def enter(self, number: int) -> None:
        """Enter the application under a number, over whatever has it."""


class Lease(Protocol):
    """A pooled connection of the centre to a node, with a request sent on it."""

    def release(self) -> None:
        """Give the connection back for the next to use."""

    def release_unread(self) -> None:
        """Give the connection back although an answer is still to come on it."""

    def discard(self) -> None:
        """Close the connection."""


class Asked(Struct, frozen=True, kw_only=True):
    """A document that a kiosk asks the centre for."""

    session: str
    application: str
    certificate: str
    options: Choice
    copy: int


class LeftSession(Protocol):
    """A session of a kiosk that was not closed."""

    @property
    def idle_s(self) -> float:
        """Return how long ago it was last used."""


class PresentedCard(Protocol):
    """A card at a kiosk: certificate and signature of the nonce."""

    def check(self) -> tuple[str, int]:
        """Return whom it stands for, and its serial. Raises Refusal where anything is wrong with it."""

    def check_as_loaded(self) -> tuple[str, int]:
        """Do the same with the lists of the day the service was started, taking renewed cards' old serials too."""

    def claimed(self) -> tuple[str, int]:
        """Return whom it says it stands for: the map alone is asked. Raises Refusal for an unknown one."""

    def after_entry(self, act: Callable[[], None]) -> None:
        """Do something beside, once the session has begun."""

    def throw_out(self) -> None:
        """Close the session that it was given."""
