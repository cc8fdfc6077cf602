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

from harness.journal import RunFolder, read_history
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    Ending,
    Interrupted,
    LedgerRead,
    SendOutcome,
    SettledAs,
    Settlement,
)
from kiosk_sim.control import ask_health, ask_ledger, write_builds
from kiosk_sim.exits import Exit, exit_code
from kiosk_sim.matching import Found, Open, settle_by_ledger
from kiosk_sim.progress import Progress
from kiosk_sim.stage import Stage, open_stage
from kiosk_sim.targets.actions import Ledger

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
    past = _Past(stage.folder)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    progress = Progress("settle", len(past.open))
    if stage.target.ledger:
        _by_ledger(stage, past, stop, progress)
    else:
        nobody = Found(settled=SettledAs.UNKNOWN, detail="the target offers no ledger")
        _write(stage, dict.fromkeys(past.open, nobody), "none")
    write_builds(stage)
    stage.log.write(ask_health(stage))
    if stop.is_set():
        stage.log.write(Interrupted(at_ns=time.monotonic_ns(), reason="stopped by a signal while settling"))
    stage.close()
    progress.tell(now=True)
    return Exit.INTERRUPTED if stop.is_set() else Exit.OK


class _Past:
    """Which applications are open, and which request ids belong to whom."""

    def __init__(self, folder: RunFolder) -> None:
        self._started: dict[str, ApplicationStarted] = {}
        self._known: set[str] = set()
        self._ids: dict[str, str] = {}
        for entry in read_history(folder):
            self._take(entry.record)
        self.open = {name: self._open(name) for name in self._started if name not in self._known}

    def _take(self, record: object) -> None:
        match record:
            case ApplicationStarted():
                self._started[record.application] = record
            case ApplicationEnded():
                self._claim(record.application, record.request_id)
                if record.ending is not Ending.UNRESOLVED:
                    self._known.add(record.application)
            case SendOutcome():
                told = next((v for k, v in record.headers if k == "x-request-id"), "")
                self._claim(record.send.partition("/")[0], told)
            case Settlement() if record.settled is not SettledAs.UNKNOWN:
                self._known.add(record.application)

    def _claim(self, application: str, request_id: str) -> None:
        if request_id:
            self._ids.setdefault(application, request_id)

    def _open(self, name: str) -> Open:
        started = self._started[name]
        return Open(
            application=name,
            card=started.card,
            certificate=started.certificate.value,
            request_id=self._ids.get(name, ""),
        )

    def claimed_by_others(self, application: str) -> set[str]:
        return {request for name, request in self._ids.items() if name != application}


def _by_ledger(stage: Stage, past: _Past, stop: threading.Event, progress: Progress) -> None:
    """Ask until nothing is open or the time is up; journal the last ledger read, whole or not."""
    by = time.monotonic() + stage.target.limits.settle_s
    while True:
        ledger = ask_ledger(stage)
        found = {name: _look_up(name, past, ledger) for name in past.open}
        progress.done = sum(f.settled is not SettledAs.UNKNOWN for f in found.values())
        progress.tell()
        if progress.done == len(found) or time.monotonic() > by or stop.wait(_ASK_EVERY_S):
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
    _write(stage, found, "ledger")


def _look_up(name: str, past: _Past, ledger: Ledger) -> Found:
    if not ledger.complete:
        return Found(settled=SettledAs.UNKNOWN, detail=f"the ledger could not be read: {ledger.reason}")
    return settle_by_ledger(past.open[name], ledger.entries, past.claimed_by_others(name))


def _write(stage: Stage, found: dict[str, Found], source: str) -> None:
    for name, answer in found.items():
        stage.log.write(
            Settlement(
                application=name,
                settled=answer.settled,
                source=source,
                at_ns=time.monotonic_ns(),
                detail=answer.detail,
            )
        )


if __name__ == "__main__":
    sys.exit(main())
