"""The quiet player: `python -m kiosk_sim.quiet --run DIR --phase P`, httpx, one application at a time.

Exit codes: 0 played, 4 interrupted, 5 disk full, 64 the run folder cannot be played.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from harness.errors import ConfigError
from harness.journal.plan_file import read_phase
from harness.records.history import Interrupted, PhaseStarted
from harness.records.plan import Batch, BatchKind, Phase
from kiosk_sim.batches import BatchRun, Interruption, Troupe
from kiosk_sim.drivers.transport import Transport
from kiosk_sim.exits import code_of_play, exit_code
from kiosk_sim.pacing import Pacing
from kiosk_sim.played import Played, read_played
from kiosk_sim.progress import Progress
from kiosk_sim.stage import Stage, open_stage
from kiosk_sim.troupe import troupe_of

_LOOK_EVERY_S = 0.1


def main(arguments: list[str] | None = None) -> int:
    """Play one phase of a run folder; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.quiet", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder")
    parser.add_argument("--phase", required=True, help="phase of its plan, e.g. P1")
    given = parser.parse_args(arguments)
    return exit_code(lambda: play_phase(given.run, given.phase))


def play_phase(run: Path, name: str) -> int:
    """Play a quiet phase to its end, or until SIGTERM or SIGINT; raise UsageError or DiskFull."""
    stage_of_run = open_stage(run, f"quiet-{name}", quiet=True)
    phase, batches = read_phase(stage_of_run.folder.plan, name)
    _check(stage_of_run, batches)
    played = read_played(stage_of_run.folder)
    progress = Progress(name, sum(len(b.applications) for b in batches))
    troupe = troupe_of(stage_of_run, played, progress)
    _stop_on_signals(troupe, phase, stage_of_run.transport)
    stage_of_run.log.write(PhaseStarted(phase=name, at_ns=time.monotonic_ns()))
    left = sum(len(b.applications) for whole in batches if (b := played.left_of(whole)) is not None)
    complete = _play(troupe, batches, played, progress, Pacing(phase.per_minute))
    _finish(stage_of_run, name, left, complete)
    progress.tell(now=True)
    return code_of_play(stage_of_run.log, complete)


def _check(stage: Stage, batches: Iterable[Batch]) -> None:
    for batch in batches:
        if batch.kind is not BatchKind.SEQUENCE:
            reason = f"{batch.kind} cannot be played quietly; quiet phases hold sequences, let the engine play others"
            raise ConfigError(stage.folder.plan, batch.batch, reason)
        if batch.faults or any(a.line_fault for a in batch.applications):
            raise ConfigError(stage.folder.plan, batch.batch, "quiet phases have no faults; let the engine play it")


def _play(troupe: Troupe, batches: Iterable[Batch], played: Played, progress: Progress, pacing: Pacing) -> bool:
    """Play what is left of the batches; return whether that was all."""
    try:
        for whole in batches:
            batch = played.left_of(whole)
            progress.skipped(len(whole.applications) - len(batch.applications if batch else ()))
            if batch is not None:
                if not _wait_until(pacing.due_ns(), troupe):
                    return False
                with BatchRun(batch, played, troupe.log) as run:
                    troupe.play_sequence(run, troupe.play)
    except Interruption:
        return False
    return True


def _wait_until(due_ns: int, troupe: Troupe) -> bool:
    """Wait in short pieces, so that a stop is noticed; return whether there was none."""
    while (left_s := (due_ns - time.monotonic_ns()) / 1e9) > 0 and not troupe.stopping:
        time.sleep(min(left_s, _LOOK_EVERY_S))
    return not troupe.stopping


def _finish(stage: Stage, phase: str, left: int, complete: bool) -> None:
    reason = "" if complete else "stopped by a signal"
    if not complete:
        stage.log.write(Interrupted(at_ns=time.monotonic_ns(), reason=reason))
    stage.log.ended_phase(phase, left=left, complete=complete, reason=reason)
    stage.close()


def _stop_on_signals(troupe: Troupe, phase: Phase, transport: Transport) -> None:
    """Stop arrivals at the first signal; break off what is still in flight once the drain time is over.

    A handler in Python runs in the main thread between two of its steps: one that comes just before the thread begins
    to wait for an answer would be looked at only after that answer. The wake-up descriptor is written in the moment
    of the signal itself.
    """
    told, tells = os.pipe()
    os.set_blocking(tells, False)
    signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)

    def heed() -> None:
        os.read(told, 1)
        troupe.stop()
        time.sleep(phase.drain_s)
        transport.break_off()

    threading.Thread(target=heed, name="signals", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
