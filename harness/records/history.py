"""What happened: the records of the journal, one union, tagged by `t`.

Times `*_ns` are CLOCK_MONOTONIC nanoseconds of the writing host (one clock for all processes of a host);
SegmentOpened carries the pair that anchors it to wall-clock time. Every *Intent* is written before its effect.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.certificates import Certificate, Options
from harness.records.faults import LineFault, PlannedFault
from harness.records.plan import BatchKind, PlannedAbort, Probe, Step

JOURNAL_VERSION = 1
ADAPTER_ERROR = "adapter_error"  # code of an application that the adapter's own mistake ended


# gc=False: records hold no cycles, and searching a million of them for garbage takes longer than judging them.
class Record(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", gc=False):
    """Base of all journal records."""


class SegmentOpened(Record, frozen=True, tag="segment_opened"):
    """First record of every segment."""

    version: int
    run: str
    writer: str  # "engine-1", "quiet-1", "supervisor": unique in the run
    host: str
    pid: int
    monotonic_ns: int
    wall_ns: int


class SegmentClosed(Record, frozen=True, tag="segment_closed"):
    """Last record of a segment whose writer ended in order. Without it the writer died."""

    records: int  # before this one
    at_ns: int


class PhaseStarted(Record, frozen=True, tag="phase_started"):
    """A player began a phase."""

    phase: str
    at_ns: int


class PhaseEnded(Record, frozen=True, tag="phase_ended"):
    """A player ended a phase; `complete` means every batch of the plan was played."""

    phase: str
    at_ns: int
    complete: bool
    reason: str = ""


class BatchStarted(Record, frozen=True, tag="batch_started"):
    """A batch begins; from here its residents are in use."""

    batch: str
    phase: str
    kind: BatchKind
    at_ns: int


class Held(StrEnum):
    """What was still held back of a request when its burst was released."""

    HEADER = "header"  # the last byte of the header, and the body with it
    BODY = "body"  # the last byte of the body; the header had left
    RECORD = "record"  # the last byte of the only TLS record: nothing of the request could be read
    NOTHING = "nothing"  # the whole request left in the loop
    QUEUED = "queued"  # left when its turn came on a connection of the centre's pool, after the release


class BatchReleased(Record, frozen=True, tag="batch_released"):
    """A burst was released. `left_ns[i]` is the departure of the last byte of `applications[i]`'s synchronised send."""

    batch: str
    at_ns: int
    applications: tuple[str, ...]
    left_ns: tuple[int, ...]
    absent: tuple[str, ...] = ()  # who did not arrive in time
    held: tuple[Held, ...] = ()  # of the applications, in their order
    held_ms: float = 0.0  # from the first part of the last to arrive until the first departure
    lanes: tuple[int, ...] = ()  # of the applications: connection of the centre's pool; empty without a pool
    attempt: int = 1  # which this was; those before were withdrawn
    agreed_ns: int = 0  # instant agreed on with other workers; 0: none
    error_ns: int = 0  # departures of workers on other hosts are known to this bound; 0 on one host


class BurstWithdrawn(Record, frozen=True, tag="burst_withdrawn"):
    """An attempt at a burst was void before anything was released: what was held is given up, and asked again."""

    batch: str
    attempt: int
    at_ns: int
    reasons: dict[str, str]  # by application: what was wrong with its connection while it was held
    again: tuple[str, ...]  # asked again: nothing of their request could be read by the target
    left_out: tuple[str, ...] = ()  # not asked again: the header of their request had left
    held_ms: float = 0.0


class BurstBracket(Record, frozen=True, tag="burst_bracket"):
    """What the kernel says about a burst's last bytes (SO_TIMESTAMPING): between the two they arrived at the peer."""

    batch: str
    applications: tuple[str, ...]
    sent_ns: tuple[int, ...]  # handed to the network device; 0 where the kernel did not say
    acked_ns: tuple[int, ...]  # acknowledged by the peer's kernel; 0 where it did not say
    missing: str = ""  # why times are missing


class BatchEnded(Record, frozen=True, tag="batch_ended"):
    """A batch ended. `void` says why it does not count as exercised; its findings count all the same."""

    batch: str
    at_ns: int
    void: str = ""


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


class UpdateIntent(Record, frozen=True, tag="update_intent"):
    """Intent: the register is about to be changed."""

    update: str
    resident: str
    field: str
    value: str
    at_ns: int


class UpdateResult(StrEnum):
    """What came of a register update."""

    APPLIED = "applied"
    FAILED = "failed"
    UNRESOLVED = "unresolved"


class UpdateOutcome(Record, frozen=True, tag="update_outcome"):
    """What came of the update of the same id."""

    update: str
    result: UpdateResult
    at_ns: int
    version: str = ""  # register version the target reported
    reason: str = ""
    operator: str = ""  # who made the change by hand, "" where a program did


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


class LedgerEntry(Record, frozen=True, tag="ledger_entry"):
    """One line of the target's own issue ledger (発行履歴), where it offers one."""

    request_id: str
    card: str
    certificate: str
    state: str  # "issued", "cancelled", "failed", "refused", "open"
    issue_numbers: tuple[str, ...] = ()
    node: str = ""
    at: str = ""  # as reported


class LedgerRead(Record, frozen=True, tag="ledger_read"):
    """The ledger was read to its end (`complete`) or could not be."""

    at_ns: int
    entries: int
    complete: bool
    reason: str = ""


class LedgerBefore(Record, frozen=True, tag="ledger_before"):
    """What the ledger held before the run's first application; what has not changed since is of none of them."""

    at_ns: int
    digests: dict[str, str]  # by request id: digest of the entry as it then was


class NodeSeen(Record, frozen=True, tag="node_seen"):
    """A node and its build id, measured (reported by the node) or declared (target file)."""

    node: str
    build: str
    source: str  # "measured" | "declared"
    at_ns: int


class TargetHealth(Record, frozen=True, tag="target_health"):
    """A liveness probe of the target changed its answer."""

    at_ns: int
    alive: bool
    reason: str = ""


class ProofCheck(Struct, frozen=True, kw_only=True):
    """One thing the generator proved about itself."""

    name: str
    passed: bool
    detail: str


class SelfProof(Record, frozen=True, tag="self_proof"):
    """The generator's proof before the run: one journaled send = one request, identities never mixed."""

    passed: bool
    checks: tuple[ProofCheck, ...]
    at_ns: int


class PlayerCounters(Record, frozen=True, tag="player_counters"):
    """Counted by the player in plain variables, independently of what it journaled."""

    started: int
    ended: int
    sends: int
    outcomes: int
    deliveries: int
    at_ns: int


class GeneratorLoad(Record, frozen=True, tag="generator_load"):
    """How a player that makes load stood over some seconds: how late its loop ran, and what it took."""

    from_ns: int
    at_ns: int
    samples: int
    lag_median_ms: float  # how much later than asked for a pause of 20 ms ended
    lag_p99_ms: float
    lag_most_ms: float
    cpu: float  # processor time over time; near 1 one process has nothing left to give
    sockets: int  # open, the player's own ones included
    machine_load: float  # runnable programs of the whole machine, mean of the last minute
    processors: int
    may_go_first: bool = False  # releases bursts before other programs of the machine


class Interrupted(Record, frozen=True, tag="interrupted"):
    """The run was stopped before its plan was done."""

    at_ns: int
    reason: str  # "ctrl-c", "disk full", "target died", "player died: ..."


class RunResumed(Record, frozen=True, tag="run_resumed"):
    """A stopped run goes on."""

    at_ns: int
    reason: str = ""


class FaultStarted(Record, frozen=True, tag="fault_started"):
    """Intent: a link of the target is about to be impaired, or a command that stops a part of it to be run."""

    planned: PlannedFault
    batch: str
    at_ns: int
    by_ns: int  # undone by then, whatever becomes of the player
    command: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()


class FaultEnded(Record, frozen=True, tag="fault_ended"):
    """What came of the fault of the same name, and whether it was undone."""

    fault: str
    at_ns: int
    inflicted: bool  # it took hold
    undone: bool
    reason: str = ""  # why not, or by whom it was undone where not by the player
    from_ns: int = 0  # it lasted from here on, 0 where nobody knows
    detail: str = ""  # what it met, e.g. connections and bytes of a link


class WorkerState(StrEnum):
    """Where a worker of the distributed engine stands in the census."""

    JOINED = "joined"
    ABSENT = "absent"  # expected, and did not come
    LOST = "lost"  # came, and was not heard of again: it may still be sending
    LEFT = "left"  # ended in order, and said how many records it leaves


class WorkerCensus(Record, frozen=True, tag="worker_census"):
    """A worker came, stayed away, was lost or left; one line per worker, phase and state."""

    worker: int  # from 1, never given twice in a run: a lost worker's lease is nobody else's
    phase: str
    state: WorkerState
    at_ns: int
    writer: str = ""  # of its segment and document pack
    host: str = ""
    pid: int = 0
    records: int = 0  # LEFT: in its segment, the closing record included
    reason: str = ""


class ClockMeasured(Record, frozen=True, tag="clock_measured"):
    """A worker's CLOCK_MONOTONIC against the master's: the worker shows `offset_ns` more, known to `error_ns`."""

    worker: int
    writer: str
    offset_ns: int
    error_ns: int  # half of the shortest round trip; 0 where both read one and the same clock
    at_ns: int
    round_trip_ns: int
    samples: int


class Leased(Record, frozen=True, tag="leased"):
    """Intent: an application, with its resident, card and kiosk, is handed to a worker, and to nobody else."""

    application: str
    worker: int
    writer: str
    resident: str
    card: str
    certificate: Certificate
    kiosk: str
    at_ns: int


class Decided(Record, frozen=True, tag="decided"):
    """A batch's slot was filled before its phase began, by a pure function of the journal so far and the seed.

    Of a spare burst the player decides, by what became of the bursts before it.
    """

    batch: str
    at_ns: int
    why: str  # code: "as_planned", "solo_latency", "near_miss", "hit", "enough", "repeats", "nothing_void"
    gap_ms: float | None = None  # of a pair; below zero the second goes first; None: as planned
    phase_ms: float | None = None  # None: as planned
    skipped: bool = False  # the batch is not played, and nothing is missing
    detail: str = ""  # what was seen


class SecondFound(Record, frozen=True, tag="second_found"):
    """Where the target's clock begins its seconds, by its `Date` headers, on CLOCK_MONOTONIC; or why nobody knows."""

    node: str  # "": whichever answered
    at_ns: int
    begins_ns: int = 0  # an instant at which a second began
    error_ns: int = 0  # it did so within this bound; 0: not found
    probes: int = 0
    reason: str = ""


class ReadersEnded(Record, frozen=True, tag="readers_ended"):
    """How the readers kept up with the kiosks, from the start of the supervisor to the last document it had read."""

    at_ns: int
    processes: int
    documents: int  # read
    unread: int = 0  # left waiting, because the user was in a hurry or the readers failed
    most_waiting: int = 0
    longest_lag_ms: int = 0  # from a delivery's record in the journal to its stored reading


class WindowSet(Record, frozen=True, tag="window_set"):
    """From here on a window holds: when arrivals end, and when the target is to be as before."""

    at_ns: int
    arrivals_end_ns: int
    ends_wall_ns: int
    reserve_s: float  # kept for the drain, the confirmation of recovery, and settling


class Pulse(Record, frozen=True, tag="pulse"):
    """The target was asked, or the user's health command was called, for `stop_when`."""

    at_ns: int
    probe_ms: float | None = None  # how long the probe took; None: a command was called
    command: tuple[str, ...] = ()
    failed: str = ""  # why the probe or the command failed, "" where neither did


class RecoveryPlayed(Record, frozen=True, tag="recovery_played"):
    """The supervisor had the service confirmed after arrivals had ended: one normal issue per certificate and node."""

    at_ns: int
    phase: str  # "": the plan had no confirmation left
    reason: str = ""  # why it was not played to its end


class WindowSet(Record, frozen=True, tag="window_set"):
    """From here on a window holds: when arrivals end, and when the target is to be as before."""

    at_ns: int
    arrivals_end_ns: int
    ends_wall_ns: int
    reserve_s: float  # kept for the drain, the confirmation of recovery, and settling


class Pulse(Record, frozen=True, tag="pulse"):
    """The target was asked, or the user's health command was called, for `stop_when`."""

    at_ns: int
    probe_ms: float | None = None  # how long the probe took; None: a command was called
    command: tuple[str, ...] = ()
    failed: str = ""  # why the probe or the command failed, "" where neither did


class RecoveryPlayed(Record, frozen=True, tag="recovery_played"):
    """The supervisor had the service confirmed after arrivals had ended: one normal issue per certificate and node."""

    at_ns: int
    phase: str  # "": the plan had no confirmation left
    reason: str = ""  # why it was not played to its end


class InternalError(Record, frozen=True, tag="internal_error"):
    """A part of the supervisor crashed, and the run went on without it."""

    at_ns: int
    what: str  # which part, and the error


class Note(Record, frozen=True, tag="note"):
    """A decision or observation that steers nothing but must not be forgotten."""

    at_ns: int
    text: str


HistoryRecord = (
    SegmentOpened
    | SegmentClosed
    | PhaseStarted
    | PhaseEnded
    | BatchStarted
    | BatchReleased
    | BurstWithdrawn
    | BurstBracket
    | BatchEnded
    | ApplicationStarted
    | SendIntent
    | SendOutcome
    | Delivery
    | ApplicationEnded
    | Probed
    | UpdateIntent
    | UpdateOutcome
    | Settlement
    | LedgerEntry
    | LedgerRead
    | LedgerBefore
    | NodeSeen
    | TargetHealth
    | SelfProof
    | PlayerCounters
    | GeneratorLoad
    | FaultStarted
    | FaultEnded
    | Interrupted
    | RunResumed
    | WorkerCensus
    | ClockMeasured
    | Leased
    | Decided
    | SecondFound
    | ReadersEnded
    | WindowSet
    | Pulse
    | RecoveryPlayed
    | InternalError
    | Note
)
