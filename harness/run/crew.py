"""Workers that serve the engine's phases: processes of this host, started for each phase and waited for after it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from harness.journal import RunFolder, read_history
from harness.lifeline import start
from harness.records.history import HistoryRecord, WorkerCensus
from harness.records.plan import Phase

# A worker whose master is gone notices after 15 s of silence; then it drains, and closes its journal.
_LAST_S = 45.0


class Crew(Protocol):
    """Whoever serves a phase besides the program that conducts it."""

    def assemble(self, write: Callable[[HistoryRecord], None], stop: Callable[[], bool]) -> str:
        """Before anything is sent to the target: wait, bounded, until all are ready; return who is not, "" if all are.

        `write` journals, `stop` cuts the waiting short.
        """
        ...

    def arguments(self) -> tuple[str, ...]:
        """Return what the engine's program is told about them."""
        ...

    def begin(self, phase: Phase, port: int) -> None:
        """The engine's program listens at `port`: have everybody come. From the main thread."""
        ...

    def look(self) -> bool:
        """Look after them, several times a second; tell whether one has failed."""
        ...

    def end(self, phase: Phase) -> str:
        """The engine's program has ended: wait, bounded, for everybody; return who has not done their part, and why."""
        ...

    def kill(self) -> None:
        """End them at once."""
        ...

    def close(self) -> None:
        """The run is over."""
        ...


class LocalCrew:
    """Workers on this host. They write into the run folder themselves."""

    def __init__(self, folder: RunFolder, workers: int) -> None:
        """Number them behind all workers that the run had before; nothing is started."""
        self._folder = folder
        first = 1 + last_number(folder)
        self._numbers = tuple(range(first, first + workers))
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def assemble(self, write: Callable[[HistoryRecord], None], stop: Callable[[], bool]) -> str:
        """See Crew: they are started with each phase."""
        return ""

    def arguments(self) -> tuple[str, ...]:
        """See Crew."""
        return ("--workers", *map(str, self._numbers))

    def begin(self, phase: Phase, port: int) -> None:
        """See Crew."""
        for place, number in enumerate(self._numbers):
            arguments = {
                "run": self._folder.path,
                "phase": phase.phase,
                "worker": number,
                "place": place,
                "workers": len(self._numbers),
                "master": f"127.0.0.1:{port}",
            }
            with self._log(number).open("ab") as log:
                self._children[number] = start(
                    "kiosk_sim.engine.worker", *_options(arguments), stdout=subprocess.DEVNULL, stderr=log
                )

    def _log(self, number: int) -> Path:
        return self._folder.path / f"worker-{number}.log"

    def look(self) -> bool:
        """See Crew: the dead are taken off the system's list, where the master then misses them."""
        codes = [child.poll() for child in self._children.values()]
        return any(codes)

    def end(self, phase: Phase) -> str:
        """See Crew."""
        by = time.monotonic() + phase.drain_s + _LAST_S
        faults = [fault for number, child in self._children.items() if (fault := _ended(number, child, by))]
        self._children.clear()
        return "; ".join(faults)

    def kill(self) -> None:
        """See Crew."""
        for child in self._children.values():
            child.kill()

    def close(self) -> None:
        """See Crew: nobody is left after a phase."""


def _ended(number: int, child: subprocess.Popen[bytes], by: float) -> str:
    try:
        code = child.wait(timeout=max(0.0, by - time.monotonic()))
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return f"worker {number} did not end and was killed"
    if code < 0:
        return f"worker {number} was killed by signal {-code}"
    return f"worker {number} ended with exit code {code}" if code else ""


def _options(values: dict[str, object]) -> Iterator[str]:
    for name, value in values.items():
        yield f"--{name}"
        yield str(value)


def last_number(folder: RunFolder) -> int:
    """Return the highest number that any worker of this run was given, 0 without workers; raise RunDamaged."""
    censuses = (entry.record for entry in read_history(folder))
    return max((c.worker for c in censuses if isinstance(c, WorkerCensus)), default=0)
