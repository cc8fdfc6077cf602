"""Journal records of how the run itself went: segments, phases, proofs, counts, workers, windows, interruptions."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.certificates import Certificate
from harness.records.record import Record


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


class RecoveryPlayed(Record, frozen=True, tag="recovery_played"):
    """The supervisor had the service confirmed after arrivals had ended: one normal issue per certificate and node."""

    at_ns: int
    phase: str  # "": the plan had no confirmation left
    reason: str = ""  # why it was not played to its end
    tries: int = 1  # confirmations of this sitting; `phase` is the last


class InternalError(Record, frozen=True, tag="internal_error"):
    """A part of the supervisor crashed, and the run went on without it."""

    at_ns: int
    what: str  # which part, and the error


class Note(Record, frozen=True, tag="note"):
    """A decision or observation that steers nothing but must not be forgotten."""

    at_ns: int
    text: str
