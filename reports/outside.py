"""What was done to the target from outside, on purpose: faults of links, of nodes, and of kiosks' own lines."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from harness.records.faults import LineFault
from harness.records.history import FaultEnded, FaultStarted


class FaultSeen(Struct, kw_only=True):
    """One fault of a link or node; wall-clock nanoseconds, 0 where not journaled."""

    fault: str
    on: str
    how: str  # kind of a link's fault; "command"
    begun_ns: int
    ended_ns: int = 0
    inflicted: bool = False
    undone: bool = False
    reason: str = ""


class Outside:
    """Everything that was done."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.faults: dict[str, FaultSeen] = {}
        self.lines: Counter[LineFault] = Counter()

    def __bool__(self) -> bool:
        """Tell whether anything was done."""
        return bool(self.faults or self.lines)

    def begin(self, record: FaultStarted, wall_ns: int) -> None:
        """Take in that a fault is about to begin."""
        planned = record.planned
        how = planned.how.value if planned.how else "command"
        self.faults[planned.fault] = FaultSeen(fault=planned.fault, on=planned.on, how=how, begun_ns=wall_ns)

    def end(self, record: FaultEnded, wall_ns: int) -> None:
        """Take in what came of a fault."""
        seen = self.faults.get(record.fault)
        if seen is not None:  # else nothing was done: the target file does not allow it
            seen.ended_ns, seen.inflicted, seen.undone, seen.reason = (
                wall_ns,
                record.inflicted,
                record.undone,
                record.reason,
            )
