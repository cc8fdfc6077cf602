"""Journal records of the target: its register, ledger, nodes, health and clock, and the faults around it."""

from __future__ import annotations

from enum import StrEnum

from harness.records.faults import PlannedFault
from harness.records.record import Record


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


class Pulse(Record, frozen=True, tag="pulse"):
    """The target was asked, or the user's health command was called, for `stop_when`."""

    at_ns: int
    probe_ms: float | None = None  # how long the probe took; None: a command was called
    command: tuple[str, ...] = ()
    failed: str = ""  # why the probe or the command failed, "" where neither did


class SecondFound(Record, frozen=True, tag="second_found"):
    """Where the target's clock begins its seconds, by its `Date` headers, on CLOCK_MONOTONIC; or why nobody knows."""

    node: str  # "": whichever answered
    at_ns: int
    begins_ns: int = 0  # an instant at which a second began
    error_ns: int = 0  # it did so within this bound; 0: not found
    probes: int = 0
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
