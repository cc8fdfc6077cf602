"""Watches a run from outside: has a phase ended, and did what was delivered until then show what is sought?"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from harness.journal import Entry, RunFolder, SegmentTail
from harness.lifeline import start
from harness.records.findings import Finding
from harness.records.history import PhaseEnded

Sought = Callable[[Iterable[Finding]], bool]


class Lookout:
    """Looks again after every phase, one look at a time; what it sees is provisional."""

    def __init__(self, out: Path, sought: Sought) -> None:
        """Look out for the one run folder that will lie in `out`."""
        self._out = out
        self._sought = sought
        self._tails: dict[Path, SegmentTail] = {}
        self._ended = self._looked = 0  # phases
        self._look: subprocess.Popen[bytes] | None = None
        self._told = tempfile.TemporaryFile()  # noqa: SIM115  as long as the object

    def folder(self) -> RunFolder | None:
        """Return the run's folder, None before it is made."""
        made = sorted(path.parent for path in self._out.glob("*/manifest.json"))
        return RunFolder(made[0]) if made else None

    def seen(self) -> bool:
        """Tell whether a look has shown what is sought. Call it every now and then; it never waits."""
        folder = self.folder()
        if folder is None or folder.verdict.exists():  # with a verdict it is too late to end anything
            return False
        self._ended += self._phases_ended(folder)
        if self._look is not None:
            return self._came_back(self._look)
        if self._ended > self._looked:
            self._looked = self._ended
            self._told.truncate(0)
            self._told.seek(0)
            self._look = start("harness.score.peek", str(folder.path), stdout=self._told, stderr=subprocess.DEVNULL)
        return False

    def close(self) -> None:
        """End a look that is under way."""
        if self._look is not None:
            self._look.kill()
            self._look.wait()
        self._told.close()

    def _phases_ended(self, folder: RunFolder) -> int:
        tails = [self._tails.setdefault(path, SegmentTail(path)) for path in folder.segments()]
        return sum(isinstance(entry.record, PhaseEnded) for tail in tails for entry in _new(tail))

    def _came_back(self, look: subprocess.Popen[bytes]) -> bool:
        """Judge a look that is over; one that failed has shown nothing, and the run goes on."""
        if look.poll() is None:
            return False
        self._look = None
        self._told.seek(0)
        told = self._told.read()
        return look.returncode == 0 and self._sought(msgspec.json.decode(told, type=tuple[Finding, ...]))


def _new(tail: SegmentTail) -> Iterable[Entry]:
    while entries := tail.poll():
        yield from entries
