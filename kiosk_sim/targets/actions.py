"""The closed set of things a session may ask its driver to do, and what it is sent back.

A session is a generator: it yields an action, is sent the result, and returns an End. It owns no clock, socket,
randomness or file, so that the same session runs under Locust, httpx and canned answers:

    def issue(self, order: Order) -> Session[End]:
        body = f"<issue serial='{order.card}' type='{order.certificate}'/>".encode()
        answer = yield Send(method="POST", path="/issue", body=body, step=Step.APPLY, document=True)
        if isinstance(answer, Failed):
            return unanswered(answer, Asked.NOW)
        if answer.status != 200:
            return unexpected(answer, Asked.NOW)
        yield Deliver(body=answer.body, content_type=answer.header("content-type"))
        return End(ending=Ending.DELIVERED)
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from msgspec import Struct

from harness.records.history import Answer, Ending, LedgerEntry, ProbeAnswer, UpdateResult
from harness.records.plan import AbortHow, Step

T = TypeVar("T")

Headers = tuple[tuple[str, str], ...]


class Send(Struct, frozen=True, kw_only=True):
    """Put exactly one request on the wire. Result: Answered | Failed; never repeated, redirected or cached."""

    method: str
    path: str  # below the target's URL, with its query
    step: Step
    headers: Headers = ()  # without host, content-length and transfer-encoding: the driver sets them
    body: bytes = b""
    where: str = ""  # what the journal says instead of `path`, where that holds a secret
    synchronise: bool = True  # may be held for a burst; False for polls and repeats of its step
    document: bool = False  # its answer is awaited as long as a print takes, and a part of it is kept as evidence
    node: str | None = None  # route to this node; None: as the application was planned
    aside: bool = False  # of a probe: sent by its second person, over their own connection

    def __repr__(self) -> str:
        """Show neither path, headers nor body: they may hold secrets and personal data."""
        return f"Send({self.method} {self.where or '…'}, {self.step}, {len(self.body)} bytes)"


class Wait(Struct, frozen=True, kw_only=True):
    """Let time pass. Result: Done. Human steps that send nothing are a Wait with their step, even of 0 ms."""

    ms: float
    step: Step | None = None


class AwaitFile(Struct, frozen=True, kw_only=True):
    """Wait for a file to appear and stop growing. Result: FileArrived | Failed (TIMEOUT, TOO_LARGE)."""

    pattern: str  # absolute glob; it must match nothing but this application's file
    timeout_ms: float
    step: Step = Step.COLLECT


class Run(Struct, frozen=True, kw_only=True):
    """Run a program that the target file lists in `extra.commands`, without a shell. Result: Ran | Failed."""

    argv: tuple[str, ...]
    step: Step
    timeout_ms: float = 30_000.0

    def __repr__(self) -> str:
        """Show the program, not its arguments."""
        return f"Run({self.argv[:1]}, {self.step})"


class Abort(Struct, frozen=True, kw_only=True):
    """Give up: the session is not resumed. With DISCONNECT its connection is closed at once."""

    how: AbortHow
    reason: str = ""


class Deliver(Struct, frozen=True, kw_only=True):
    """A document has reached this kiosk's tray, whatever it is. Result: Delivered, once it is stored and journaled."""

    body: bytes
    copy: int = 1
    content_type: str = ""
    issue_number: str = ""  # as reported beside the document
    request_id: str = ""  # the target's own id of the application
    node: str = ""  # as reported by the target
    complete: bool = True

    def __repr__(self) -> str:
        """Show no byte of the document."""
        return f"Deliver(copy {self.copy}, {len(self.body)} bytes)"


class Tried(Struct, frozen=True, kw_only=True):
    """The probe of this visit was made, and this came of it. Result: Done."""

    answer: ProbeAnswer
    detail: str = ""  # the target's code, or what was wrong
    body: bytes = b""  # what was handed over; only its digest is kept

    def __repr__(self) -> str:
        """Show no byte of what was handed over."""
        return f"Tried({self.answer}, {len(self.body)} bytes)"


Action = Send | Wait | AwaitFile | Run | Abort | Deliver | Tried


class Answered(Struct, frozen=True, kw_only=True):
    """A complete answer, of any status. Header names are lower case; the body is as it came, not decoded."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return the first header of that name, "" where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), "")

    def __repr__(self) -> str:
        """Show status and size only."""
        return f"Answered({self.status}, {len(self.body)} bytes)"


class Failed(Struct, frozen=True, kw_only=True):
    """No complete answer, and why. After UNREACHABLE the request surely was not processed; after all others it may."""

    answer: Answer
    reason: str
    status: int = 0  # where the head of an answer came
    headers: Headers = ()
    part: bytes = b""  # of the body, as far as it came

    def __repr__(self) -> str:
        """Show what failed, no byte of the part."""
        return f"Failed({self.answer}, {self.reason!r}, {len(self.part)} bytes)"


class Done(Struct, frozen=True):
    """The wait is over."""


class FileArrived(Struct, frozen=True, kw_only=True):
    """A file appeared."""

    path: str
    body: bytes

    def __repr__(self) -> str:
        """Show the size only."""
        return f"FileArrived({len(self.body)} bytes)"


class Ran(Struct, frozen=True, kw_only=True):
    """A program ended."""

    exit_code: int
    output: bytes

    def __repr__(self) -> str:
        """Show no output."""
        return f"Ran(exit {self.exit_code}, {len(self.output)} bytes)"


class Delivered(Struct, frozen=True, kw_only=True):
    """A document is in the store."""

    digest: str  # SHA-256 in 64 hex digits
    bytes: int


Result = Answered | Failed | Done | FileArrived | Ran | Delivered

Session = Generator[Action, Result, T]


class Abandon(Exception):
    """Thrown into a session where its applicant presses cancel: it may send its cancel request and must end.

    A session that does not catch it has no cancel request; it ends as aborted all the same.
    """

    def __init__(self, step: Step) -> None:
        """Say before which step the applicant gave up."""
        super().__init__(f"cancelled before {step}")
        self.step = step


class End(Struct, frozen=True, kw_only=True):
    """How an application ended as the kiosk saw it. `code` is the target's, or ours in lower case."""

    ending: Ending
    code: str = ""
    reason: str = ""
    request_id: str = ""
    node: str = ""
    charged: bool | None = None  # None: the target does not say
    acknowledged: bool = False


class UpdateEnd(Struct, frozen=True, kw_only=True):
    """What came of a register update."""

    result: UpdateResult
    version: str = ""
    reason: str = ""
    operator: str = ""  # who made the change by hand


class Ledger(Struct, frozen=True, kw_only=True):
    """The target's issue ledger, read to its end or not."""

    entries: tuple[LedgerEntry, ...]
    complete: bool
    reason: str = ""


class NodeBuild(Struct, frozen=True, kw_only=True):
    """A node and the build it says it runs."""

    node: str
    build: str
    alive: bool = True


class Builds(Struct, frozen=True, kw_only=True):
    """All nodes that the target knows of; none where it does not tell."""

    nodes: tuple[NodeBuild, ...]
    reason: str = ""


class Health(Struct, frozen=True, kw_only=True):
    """Whether the target can be reached and works."""

    alive: bool
    reason: str = ""
