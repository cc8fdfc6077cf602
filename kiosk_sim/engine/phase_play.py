"""What a phase's player does whoever serves the customers: open the run folder, dispatch, drain, close the journal."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import gevent

from harness.errors import DiskFull
from harness.journal.plan_file import read_phase
from harness.records.history import Interrupted, PhaseStarted
from harness.records.plan import Batch
from kiosk_sim.engine.coordinator import Coordinator
from kiosk_sim.engine.fleet import Faults
from kiosk_sim.engine.lag import LoopLag
from kiosk_sim.exits import Exit, code_of_play
from kiosk_sim.faults.inflict import Inflictor
from kiosk_sim.played import read_played
from kiosk_sim.progress import Progress
from kiosk_sim.release import freeze_heap
from kiosk_sim.stage import open_stage
from kiosk_sim.target_clock import TargetClock


class PhasePlay:
    """One phase. Whoever inherits this says who serves: `_coordinator`, `_staff`, `_dismiss`."""

    _coordinator: Coordinator

    def __init__(self, run: Path, name: str) -> None:
        """Open the run folder; raise UsageError."""
        self._stage = open_stage(run, f"engine-{name}", quiet=False)
        self._phase, self._batches = read_phase(self._stage.folder.plan, name)
        self._played = read_played(self._stage.folder)
        self._progress = Progress(name, sum(len(b.applications) for b in self._batches))
        self._clock = TargetClock(self._stage, self._played.dated)
        self._inflictor = Inflictor(self._stage.folder, self._stage.target.faults, self._stage.log.write)
        self._told_to_stop = False
        self._faults = Faults(self._stop_arrivals, self._stage.log.note)

    def _staff(self) -> None:
        """Have somebody at every kiosk; raise GeneratorFault."""
        raise NotImplementedError

    def _dismiss(self) -> int:
        """Send everybody home; return how many applications they began besides those in this player's journal."""
        raise NotImplementedError

    def _break_off(self) -> None:
        self._stage.transport.break_off()

    def _stop_arrivals(self) -> None:
        self._coordinator.stop()

    def play(self) -> int:
        """Play what is left of the phase; raise DiskFull or GeneratorFault only before the first customer."""
        self._stage.log.write(PhaseStarted(phase=self._phase.phase, at_ns=time.monotonic_ns()))
        self._stop_on_signals()
        self._staff()
        left = sum(len(b.applications) for b in self._left())
        self._progress.skipped(self._progress.of - left)
        freeze_heap()
        lag = LoopLag(self._stage.log.write)  # reading cards and plan delays nobody: no customer has come yet
        if not self._faults.reason:
            self._clock.find(self._left())
        complete = self._coordinator.play(self._left(), self._batches) and not self._faults.reason
        elsewhere = self._dismiss()
        return self._finish(left, elsewhere, complete, lag.stop())

    def stop(self) -> None:
        """No new arrivals; break off what is in flight once the drain time is over."""
        if not self._told_to_stop:
            self._told_to_stop = True
            self._stop_arrivals()
            gevent.spawn_later(self._phase.drain_s, self._break_off)

    def _left(self) -> Iterator[Batch]:
        left = map(self._played.left_of, self._batches)
        return (b for b in left if b is not None)

    def _stop_on_signals(self) -> None:
        gevent.signal_handler(signal.SIGTERM, self.stop)
        gevent.signal_handler(signal.SIGINT, self.stop)

    def _finish(self, left: int, elsewhere: int, complete: bool, lag_note: str) -> int:
        faults = self._faults
        complete = complete and not faults.reason
        reason = faults.reason or ("" if complete else "stopped by a signal")
        log = self._stage.log
        try:
            if lag_note:
                log.note(lag_note)
            if not complete:
                log.write(Interrupted(at_ns=time.monotonic_ns(), reason=reason))
            log.ended_phase(self._phase.phase, left=0 if elsewhere else left, complete=complete, reason=reason)
            self._stage.close()
        except DiskFull as e:
            faults.disk_full = str(e)
        self._progress.tell(now=True)
        return self._code(complete)

    def _code(self, complete: bool) -> int:
        faults = self._faults
        if faults.reason:
            print(faults.reason, file=sys.stderr)
        if faults.not_undone:
            return Exit.NOT_UNDONE
        if faults.disk_full:
            return Exit.DISK_FULL
        if faults.generator:
            return Exit.GENERATOR_FAULT
        if faults.worker:
            return Exit.WORKER_LOST
        return code_of_play(self._stage.log, complete)
