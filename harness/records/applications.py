"""Journal records of what people at kiosks asked for, what left and came back for it, and what became of it."""

from __future__ import annotations

from enum import StrEnum

from harness.records.certificates import Certificate, Options
from harness.records.faults import LineFault
from harness.records.plan import PlannedAbort, Probe, Step
from harness.records.record import Record


class ApplicationStarted(Record, frozen=True, tag="application_started"):
    """Intent: a person steps up to a kiosk."""

    application: str
    batch: str
    phase: str
    resident: str
    card: str  # serial
    certificate: Certificate
    options: Options
    kiosk: str
    store: str
    at_ns: int
    planned_ns: int = 0  # intended time; 0 where the plan gave none
    node: str = ""  # planned node
    abort: PlannedAbort | None = None
    probe: Probe | None = None  # what must not work, and is tried on the way


class SendIntent(Record, frozen=True, tag="send_intent"):
    """Intent: one request is about to leave. Exactly one request on the wire follows.

    None does if the writer died, or if the outcome is *withdrawn*.
    """

    send: str  # application/ordinal, e.g. A000012/3
    application: str  # "" for control requests
    step: Step
    where: str  # method and path, without secrets
    connection: str  # id of the connection used; the same id means the same socket
    at_ns: int
    bytes: int


class Answer(StrEnum):
    """What came of a send."""

    ANSWERED = "answered"  # a complete answer of any status
    TIMEOUT = "timeout"
    RESET = "reset"  # connection lost before the answer was complete
    UNREACHABLE = "unreachable"  # no connection: surely not processed
    MALFORMED = "malformed"  # not the protocol agreed on
    TOO_LARGE = "too_large"
    ABORTED = "aborted"  # we closed it on purpose
    WITHDRAWN = "withdrawn"  # held for a burst that was void, and closed before its last byte left: no request


class SendOutcome(Record, frozen=True, tag="send_outcome"):
    """What came of the send of the same id."""

    send: str
    answer: Answer
    at_ns: int
    left_ns: int = 0  # last byte handed to the kernel
    first_byte_ns: int = 0
    status: int = 0
    bytes: int = 0
    headers: tuple[tuple[str, str], ...] = ()  # those that identify: request id, date, node, build, digest of cookies
    reason: str = ""
    fault: LineFault | None = None  # what was done to the line on purpose; after `cut_request` no whole request left


class Delivery(Record, frozen=True, tag="delivery"):
    """A document arrived somewhere. Its bytes are in the document store before this record is written."""

    delivery: str
    application: str  # "" where it belongs to nobody known
    kiosk: str
    digest: str  # SHA-256 of the bytes
    bytes: int
    at_ns: int
    content_type: str = ""
    copy: int = 1
    issue_number: str = ""  # as the target reported it beside the document, where it does
    request_id: str = ""  # the target's own id of the application
    node: str = ""  # as reported by the target
    complete: bool = True  # False: the connection ended early and this is a part
    late: bool = False  # came after its application had ended


class Ending(StrEnum):
    """How an application ended as the kiosk saw it."""

    DELIVERED = "delivered"
    REFUSED = "refused"  # a business refusal with a reason (交付不可): a read of "absent"
    FAILED = "failed"  # busy, time-out or error *reported by the target*: it says nothing was issued
    ABORTED = "aborted"  # on purpose
    UNRESOLVED = "unresolved"  # no complete answer: it may still have happened (結果不明)


class ApplicationEnded(Record, frozen=True, tag="application_ended"):
    """Outcome of the application of the same id."""

    application: str
    ending: Ending
    at_ns: int
    code: str = ""  # the target's reason code, or ours in lower case
    reason: str = ""
    request_id: str = ""
    node: str = ""
    copies: int = 0  # whole documents received
    charged: bool | None = None  # None: the target does not say
    acknowledged: bool = False  # the kiosk's completion notice was accepted


class ProbeAnswer(StrEnum):
    """What came of a probe."""

    REFUSED = "refused"  # as it must be
    ACCEPTED = "accepted"
    UNANSWERED = "unanswered"  # no answer, or none that tells: nothing is known


class Probed(Record, frozen=True, tag="probed"):
    """A probe was made in the course of an application. What was handed over is told by digest, and not kept."""

    application: str
    probe: Probe
    answer: ProbeAnswer
    at_ns: int
    resident: str = ""  # whose session it was, where not the applicant's
    detail: str = ""  # the target's code, or what was wrong
    digest: str = ""  # SHA-256 of what was handed over
    bytes: int = 0


class SettledAs(StrEnum):
    """What the drain phase found out about an unresolved or failed application."""

    NOT_ISSUED = "not_issued"
    ISSUED = "issued"  # the target holds it as issued
    UNKNOWN = "unknown"


class Settlement(Record, frozen=True, tag="settlement"):
    """Result of asking after an application whose outcome was unknown."""

    application: str
    settled: SettledAs
    source: str  # "ledger", "retry", "late document"
    at_ns: int
    detail: str = ""
