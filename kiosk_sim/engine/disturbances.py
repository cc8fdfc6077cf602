"""The faults from outside that are planned around a batch, each in its time, beside the people who are being served."""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent

from harness.records.faults import PlannedFault
from kiosk_sim.batches import BatchRun
from kiosk_sim.engine.fleet import Faults
from kiosk_sim.faults.inflict import Inflictor


class Disturbances:
    """Inflicts and undoes; what did not come about voids its batch, what is not undone ends the run."""

    def __init__(self, inflictor: Inflictor, faults: Faults, sleep_until: Callable[[int], bool]) -> None:
        """`sleep_until` an instant (ns) returns early, and False, where the player is stopping."""
        self._inflictor = inflictor
        self._faults = faults
        self._sleep_until = sleep_until

    def begin(self, run: BatchRun, start_ns: int) -> list[gevent.Greenlet]:
        """Begin a batch's faults, each at its start_ms; not again around what is left of a torn batch."""
        planned = () if run.again else run.batch.faults
        return [gevent.spawn(self._play, one, run, start_ns) for one in planned]

    def _play(self, planned: PlannedFault, run: BatchRun, start_ns: int) -> None:
        if not self._sleep_until(start_ns + round(planned.start_ms * 1e6)):
            run.void(f"{planned.fault} not inflicted: interrupted")
            return
        try:
            ended = self._inflictor.inflict(planned, run.batch.batch, self._last)
        except Exception as e:  # noqa: BLE001  boundary: a greenlet's exception would only be printed
            run.void(f"{planned.fault} failed in the player")
            self._faults.add(f"fault {planned.fault}", e)
            return
        if not ended.inflicted:
            run.void(f"{planned.fault} not inflicted: {ended.reason}")
        if not ended.undone:
            self._faults.left_behind(f"fault {planned.fault} of {planned.on} is not undone: {ended.reason}")

    def _last(self, seconds: float) -> None:
        self._sleep_until(time.monotonic_ns() + round(seconds * 1e9))
