"""Spare bursts: played, by other people, in the place of bursts that came to nothing; else journaled as not needed."""

from __future__ import annotations

import time
from collections.abc import Iterable

from harness.records.history import Decided
from harness.records.plan import Batch, BatchKind
from kiosk_sim.played import Played

REPEATS, NOT_NEEDED = "repeats", "nothing_void"


class Spares:
    """Keeps account of a phase's void bursts: each is repeated once, by a spare one that is not smaller."""

    def __init__(self, batches: Iterable[Batch], played: Played) -> None:
        """Know a phase's batches, and what came of those that an earlier player of the run has played."""
        bursts = (b for b in batches if b.kind is BatchKind.BURST and not b.spare)
        self._sizes = {b.batch: len(b.applications) for b in bursts}
        self._void: dict[str, str] = {}
        repeated = {d.detail.partition(":")[0] for d in played.decisions.values() if d.why == REPEATS}
        for batch, void in played.voids.items():
            if batch not in repeated:
                self.ended(batch, void)

    def ended(self, batch: str, void: str) -> None:
        """Take note of what came of a batch; "" if it counts."""
        if void and batch in self._sizes:
            self._void[batch] = void

    def decide(self, spare: Batch) -> Decided:
        """Say whether a spare burst is played, and for which one."""
        size = len(spare.applications)
        fitting = (batch for batch in self._void if self._sizes[batch] <= size)
        void = next(fitting, None)
        if void is None:
            return Decided(batch=spare.batch, at_ns=time.monotonic_ns(), why=NOT_NEEDED, skipped=True)
        detail = f"{void}: {self._void.pop(void)}"
        return Decided(batch=spare.batch, at_ns=time.monotonic_ns(), why=REPEATS, detail=detail)
