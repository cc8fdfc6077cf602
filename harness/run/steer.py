"""Has the slots of a phase filled before it begins, and journals how: players, judge and resume go by the journal."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable

from harness.campaign import read_plan
from harness.campaign.steering import Seen, decide
from harness.checks.gather import gather
from harness.errors import HonninError
from harness.journal import RunFolder, read_history
from harness.records.history import Decided, InternalError
from harness.records.plan import Phase, PlanHeader


def fill_slots(
    folder: RunFolder, header: PlanHeader, phase: Phase, journal: Callable[[Decided | InternalError], object]
) -> bool:
    """Decide what of `phase` is undecided, and journal it; return whether anything is left to be played.

    A decision that crashes is journaled as an internal error, its trace kept in steering.log, and the phase is played
    as planned: the night goes on, the verdict says so. Raises RunDamaged or DiskFull.
    """
    if not phase.decides:
        return True
    _, read = read_plan(folder.plan)
    batches = tuple(read)
    view = gather((e.writer, e.sequence, e.record) for e in read_history(folder))
    seen = Seen(view=view, batches=batches, seed=header.seed, limits_ms=header.time_limits_ms)
    try:
        found = decide(seen, phase, time.monotonic_ns())
    except HonninError:
        raise
    except Exception as e:  # noqa: BLE001  boundary: a crash is said and makes INCONCLUSIVE, never silence
        found = ()
        what = f"steering of phase {phase.phase}: {type(e).__name__}: {e}"
        (folder.path / "steering.log").write_text(traceback.format_exc(), encoding="utf-8")
        journal(InternalError(at_ns=time.monotonic_ns(), what=what))
    for decision in found:
        journal(decision)
    skipped = {d.batch for d in (*view.decisions.values(), *found) if d.skipped}
    return any(b.phase == phase.phase and b.batch not in skipped for b in batches)
