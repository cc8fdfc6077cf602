"""The engine player: plays one phase with Locust users as kiosks, own sockets and a coordinator.

Exit codes: 0 played, 3 generator fault, 4 interrupted, 5 disk full, 64 the run folder cannot be played.
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import signal
import sys
import time
from pathlib import Path

import gevent
from locust.env import Environment
from locust.runners import LocalRunner

from harness.errors import DiskFull, GeneratorFault
from harness.records.history import Interrupted, PhaseStarted
from harness.records.plan import Batch
from kiosk_sim.engine.coordinator import Coordinator
from kiosk_sim.engine.fleet import Faults, Fleet, kiosk_user
from kiosk_sim.engine.lag import LoopLag
from kiosk_sim.exits import Exit, code_of_play, exit_code
from kiosk_sim.planfile import read_phase
from kiosk_sim.played import read_played
from kiosk_sim.playlog import PlayLog
from kiosk_sim.progress import Progress
from kiosk_sim.stage import open_stage
from kiosk_sim.target_clock import TargetClock
from kiosk_sim.troupe import troupe_of

_STAFFING_S = 30.0  # Locust spawns hundreds of users a second; longer means that it hangs


def main(arguments: list[str] | None = None) -> int:
    """Play one phase of a run folder; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.engine", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder")
    parser.add_argument("--phase", required=True, help="phase of its plan, e.g. P2")
    given = parser.parse_args(arguments)
    _raise_file_limit()
    return exit_code(lambda: _Play(given.run, given.phase).play())


def _raise_file_limit() -> None:
    """Allow as many sockets as the system lets us; each kiosk holds one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Play:
    """One phase, from opening the run folder to closing the journal."""

    def __init__(self, run: Path, name: str) -> None:
        self._stage = open_stage(run, f"engine-{name}", quiet=False)
        self._phase, self._batches = read_phase(self._stage.folder.plan, name)
        self._played = read_played(self._stage.folder)
        self._progress = Progress(name, sum(len(b.applications) for b in self._batches))
        self._troupe = troupe_of(self._stage, self._played, self._progress)
        self._faults = Faults(self._troupe)
        self._fleet = Fleet(_kiosks(self._batches), self._troupe, self._faults)
        self._clock = TargetClock(self._stage, self._played.dated)
        self._coordinator = Coordinator(
            self._fleet,
            self._troupe,
            self._faults,
            self._played,
            target=self._stage.target,
            clock=self._clock,
            parallel=self._phase.parallel,
        )

    def play(self) -> int:
        """Play what is left of the phase; raise DiskFull or GeneratorFault only before the first customer."""
        log = self._stage.log
        self._stage.purse.warm({a.card for b in self._batches for a in b.applications})
        log.write(PhaseStarted(phase=self._phase.phase, at_ns=time.monotonic_ns()))
        self._stop_on_signals()
        lag = LoopLag()
        runner = self._staff()
        left = self._left()
        self._clock.find(left)
        complete = self._coordinator.play(left)
        self._fleet.dismiss()
        runner.quit()
        return self._finish(sum(len(b.applications) for b in left), complete, lag.stop())

    def _left(self) -> list[Batch]:
        left = [self._played.left_of(b) for b in self._batches]
        remaining = [b for b in left if b is not None]
        self._progress.skipped(self._progress.of - sum(len(b.applications) for b in remaining))
        return remaining

    def _staff(self) -> LocalRunner:
        """Have Locust start one user per kiosk; raise GeneratorFault where they do not come."""
        environment = Environment(user_classes=[kiosk_user(self._fleet)], stop_timeout=self._phase.drain_s)
        runner = environment.create_local_runner()
        if self._fleet.size:
            runner.start(self._fleet.size, spawn_rate=self._fleet.size)
        if not self._fleet.staffed.wait(_STAFFING_S):
            raise GeneratorFault(f"Locust did not start {self._fleet.size} users within {_STAFFING_S:g} s")
        return runner

    def _stop_on_signals(self) -> None:
        """At the first signal stop arrivals; break off what is in flight once the drain time is over."""

        def asked() -> None:
            if not self._troupe.stopping:
                self._coordinator.stop()
                gevent.spawn_later(self._phase.drain_s, self._stage.transport.break_off)

        gevent.signal_handler(signal.SIGTERM, asked)
        gevent.signal_handler(signal.SIGINT, asked)

    def _finish(self, left: int, complete: bool, lag_note: str) -> int:
        faults = self._faults
        reason = faults.disk_full or faults.generator or ("" if complete else "stopped by a signal")
        log = self._stage.log
        try:
            if lag_note:
                log.note(lag_note)
            if not complete:
                log.write(Interrupted(at_ns=time.monotonic_ns(), reason=reason))
            log.ended_phase(self._phase.phase, left=left, complete=complete, reason=reason)
            self._stage.close()
        except DiskFull as e:
            faults.disk_full = str(e)
        self._progress.tell(now=True)
        return _code_of(faults, log, complete)


def _code_of(faults: Faults, log: PlayLog, complete: bool) -> int:
    if faults.disk_full:
        print(faults.disk_full, file=sys.stderr)
        return Exit.DISK_FULL
    if faults.generator:
        print(faults.generator, file=sys.stderr)
        return Exit.GENERATOR_FAULT
    return code_of_play(log, complete)


def _kiosks(batches: tuple[Batch, ...]) -> list[str]:
    return sorted({a.kiosk for b in batches for a in b.applications})
