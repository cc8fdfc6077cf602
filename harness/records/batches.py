"""Journal records of which applications were played together, and how precisely they were released."""

from __future__ import annotations

from enum import StrEnum

from harness.records.plan import BatchKind
from harness.records.record import Record


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
