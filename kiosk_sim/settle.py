"""The drain phase: `python -m kiosk_sim.settle --run DIR` asks after every application without a known outcome.

It also reads the ledger, the nodes' builds and the target's health at the end of the run. Exit codes: 0 asked (whatever
the answers), 4 interrupted, 5 disk full, 64 usage.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from pathlib import Path

from harness.records.history import Interrupted, LedgerRead, SettledAs
from kiosk_sim.control import ask_health, write_builds
from kiosk_sim.exits import Exit, exit_code
from kiosk_sim.matching import Found
from kiosk_sim.played import Played, read_played
from kiosk_sim.progress import Progress
from kiosk_sim.stage import Stage, open_stage
from kiosk_sim.troupe import settler_of

_ASK_EVERY_S = 1.0  # a target at work on a late print is not asked more often


def main(arguments: list[str] | None = None) -> int:
    """Settle a run; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.settle", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder")
    given = parser.parse_args(arguments)
    return exit_code(lambda: settle(given.run))


def settle(run: Path) -> int:
    """Ask after what is open, journal what was found; raise UsageError or DiskFull."""
    stage = open_stage(run, "settle", quiet=True)
    played = read_played(stage.folder)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    progress = Progress("settle", len(played.open))
    if stage.target.ledger:
        _by_ledger(stage, played, stop, progress)
    else:
        _without_ledger(stage, played)
    write_builds(stage)
    stage.log.write(ask_health(stage))
    if stop.is_set():
        stage.log.write(Interrupted(at_ns=time.monotonic_ns(), reason="stopped by a signal while settling"))
    stage.close()
    progress.tell(now=True)
    return Exit.INTERRUPTED if stop.is_set() else Exit.OK


def _by_ledger(stage: Stage, played: Played, stop: threading.Event, progress: Progress) -> None:
    """Ask until nothing is open or the time is up; journal the last ledger read, whole or not."""
    settler = settler_of(stage, played)
    by = time.monotonic() + stage.target.limits.settle_s
    while True:
        ledger = settler.read()
        found = {each: settler.find(each, ledger, alone=played.asked_once(each)) for each in played.open}
        progress.done = sum(f.settled is not SettledAs.UNKNOWN for f in found.values())
        progress.tell()
        settled = ledger.complete and progress.done == len(found)
        if settled or time.monotonic() > by or stop.wait(_ASK_EVERY_S):
            break
    for entry in ledger.entries:
        stage.log.write(entry)
    stage.log.write(
        LedgerRead(
            at_ns=time.monotonic_ns(),
            entries=len(ledger.entries),
            complete=ledger.complete,
            reason=ledger.reason,
        )
    )
    for each, answer in found.items():
        settler.write(each, answer)


def _without_ledger(stage: Stage, played: Played) -> None:
    nobody = Found(settled=SettledAs.UNKNOWN, detail="the target offers no ledger")
    settler = settler_of(stage, played)
    for each in played.open:
        settler.write(each, nobody, source="none")


if __name__ == "__main__":
    sys.exit(main())
