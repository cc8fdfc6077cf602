"""What happened: the records of the journal, one union, tagged by `t`.

Times `*_ns` are CLOCK_MONOTONIC nanoseconds of the writing host (one clock for all processes of a host);
SegmentOpened carries the pair that anchors it to wall-clock time. Every *Intent* is written before its effect.
"""

from __future__ import annotations

from harness.records.applications import (
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    Delivery,
    Ending,
    ProbeAnswer,
    Probed,
    SendIntent,
    SendOutcome,
    SettledAs,
    Settlement,
)
from harness.records.batches import (
    BatchEnded,
    BatchReleased,
    BatchStarted,
    BurstBracket,
    BurstWithdrawn,
    Decided,
    Held,
)
from harness.records.conduct import (
    ClockMeasured,
    GeneratorLoad,
    InternalError,
    Interrupted,
    Leased,
    Note,
    PhaseEnded,
    PhaseStarted,
    PlayerCounters,
    ProofCheck,
    ReadersEnded,
    RecoveryPlayed,
    RunResumed,
    SegmentClosed,
    SegmentOpened,
    SelfProof,
    WindowSet,
    WorkerCensus,
    WorkerState,
)
from harness.records.record import Record
from harness.records.target_side import (
    FaultEnded,
    FaultStarted,
    LedgerBefore,
    LedgerEntry,
    LedgerRead,
    NodeSeen,
    Pulse,
    SecondFound,
    TargetHealth,
    UpdateIntent,
    UpdateOutcome,
    UpdateResult,
)

JOURNAL_VERSION = 1
ADAPTER_ERROR = "adapter_error"  # code of an application that the adapter's own mistake ended

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

__all__ = [
    "ADAPTER_ERROR",
    "JOURNAL_VERSION",
    "Answer",
    "ApplicationEnded",
    "ApplicationStarted",
    "BatchEnded",
    "BatchReleased",
    "BatchStarted",
    "BurstBracket",
    "BurstWithdrawn",
    "ClockMeasured",
    "Decided",
    "Delivery",
    "Ending",
    "FaultEnded",
    "FaultStarted",
    "GeneratorLoad",
    "Held",
    "HistoryRecord",
    "InternalError",
    "Interrupted",
    "Leased",
    "LedgerBefore",
    "LedgerEntry",
    "LedgerRead",
    "NodeSeen",
    "Note",
    "PhaseEnded",
    "PhaseStarted",
    "PlayerCounters",
    "ProbeAnswer",
    "Probed",
    "ProofCheck",
    "Pulse",
    "ReadersEnded",
    "Record",
    "RecoveryPlayed",
    "RunResumed",
    "SecondFound",
    "SegmentClosed",
    "SegmentOpened",
    "SelfProof",
    "SendIntent",
    "SendOutcome",
    "SettledAs",
    "Settlement",
    "TargetHealth",
    "UpdateIntent",
    "UpdateOutcome",
    "UpdateResult",
    "WindowSet",
    "WorkerCensus",
    "WorkerState",
]
