"""Has the slots of a phase filled before it begins, and journals how: players, judge and resume go by the journal."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.campaign import read_plan
from harness.campaign.steering import Seen, decide
from harness.checks.gather import gather
from harness.journal import RunFolder, read_history
from harness.records.history import Decided
from harness.records.plan import Phase, PlanHeader


def fill_slots(
    folder: RunFolder, header: PlanHeader, phase: Phase, journal: Callable[[Decided], object]
) -> tuple[Decided, ...]:
    """Decide what of `phase` is undecided, and journal it; return those decisions. Raises RunDamaged or DiskFull."""
    if not phase.decides:
        return ()
    _, batches = read_plan(folder.plan)
    view = gather((e.writer, e.sequence, e.record) for e in read_history(folder))
    seen = Seen(view=view, batches=tuple(batches), seed=header.seed, limits_ms=header.time_limits_ms)
    found = decide(seen, phase, time.monotonic_ns())
    for decision in found:
        journal(decision)
    return found


def all_skipped(folder: RunFolder, phase: Phase) -> bool:
    """Tell whether it was decided to play nothing of a phase."""
    if not phase.decides:
        return False
    skipped = {e.record.batch for e in read_history(folder) if isinstance(e.record, Decided) and e.record.skipped}
    _, batches = read_plan(folder.plan)
    own = {b.batch for b in batches if b.phase == phase.phase}  # read to its end, which closes the file
    return own <= skipped
