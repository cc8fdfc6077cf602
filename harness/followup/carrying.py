"""Carries the changes of an earlier run over into a new run folder, on the clock of today."""

from __future__ import annotations

import time
from collections.abc import Sequence

from harness.checks.history import NEVER, HistoryView, Update
from harness.journal import RunFolder, SegmentWriter
from harness.records.history import Note, UpdateIntent, UpdateOutcome

CARRIED = "carried-1"  # writer of the changes that were carried over


def wall_ns(view: HistoryView, at_ns: int) -> int:
    """Return an instant of a run on the wall clock."""
    anchors = [s.wall_minus_monotonic_ns for s in view.segments]
    return at_ns + (sorted(anchors)[len(anchors) // 2] if anchors else 0)


def carry_over(folder: RunFolder, run: str, view: HistoryView, changes: Sequence[Update]) -> None:
    """Write the changes as the first segment of `folder`: the judge then knows when each was complete."""
    now_minus_wall_ns = time.monotonic_ns() - time.time_ns()
    writer = SegmentWriter(folder, CARRIED, folder.path.name)
    writer.append(Note(at_ns=time.monotonic_ns(), text=f"changes of {run}, on the clock of this run"))
    for update in changes:
        begun_ns = wall_ns(view, update.from_ns) + now_minus_wall_ns
        writer.append(
            UpdateIntent(
                update=update.update,
                resident=update.resident,
                field=update.field,
                value=update.value,
                at_ns=begun_ns,
            )
        )
        if update.to_ns == NEVER:
            continue  # nobody answered
        done_ns = wall_ns(view, update.to_ns) + now_minus_wall_ns
        writer.append(UpdateOutcome(update=update.update, result=update.result, at_ns=done_ns))
    writer.close()
