"""Has a change of the register made by the operator at the supervisor's terminal, and waits for the answer."""

from __future__ import annotations

import time

from harness.journal import RunFolder
from harness.journal.by_hand import HandFolder
from harness.records.by_hand import AskedByHand
from harness.records.history import UpdateResult
from harness.records.plan import PlannedUpdate
from kiosk_sim.targets.actions import UpdateEnd

_LOOK_EVERY_S = 0.1


class ByHand:
    """Stands where an adapter's update would: one change at a time, bounded in time."""

    def __init__(self, folder: RunFolder, limit_s: float) -> None:
        """The operator has `limit_s` for one change."""
        self._folder = HandFolder(folder)
        self._limit_s = limit_s

    def update(self, planned: PlannedUpdate) -> UpdateEnd:
        """Ask, wait, return what the operator said; without an answer in time the outcome is unknown."""
        asked_ns = time.monotonic_ns()
        self._folder.ask(
            AskedByHand(
                update=planned.update,
                resident=planned.resident,
                field=planned.field,
                value=planned.value,
                asked_ns=asked_ns,
            )
        )
        while (time.monotonic_ns() - asked_ns) / 1e9 < self._limit_s:
            done = self._folder.answered(planned.update)
            if done is not None:
                return UpdateEnd(result=done.result, reason=done.reason, operator=done.operator)
            time.sleep(_LOOK_EVERY_S)
        return UpdateEnd(
            result=UpdateResult.UNRESOLVED, reason=f"the operator did not answer within {self._limit_s:.0f} s"
        )
