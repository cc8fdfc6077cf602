"""How long people may come in one sitting: until the window's end less what is kept of it, or until `stop_when`."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from harness.campaign import read_plan
from harness.campaign.pace import pace_of
from harness.campaign.window import Reserve, arrivals_s, reserve_of
from harness.config import load_toml
from harness.journal import RunFolder
from harness.lifeline import start
from harness.records.history import WindowSet
from harness.records.plan import PlanHeader
from harness.records.target import Target
from harness.run.vigil import Vigil

_LAST_S = 40.0  # for the pulse to end: it may be calling the user's command


class Window(Struct, frozen=True, kw_only=True):
    """A window of this sitting."""

    ends: datetime  # aware
    reserve: Reserve
    arrivals_end_ns: int  # monotonic


def window_until(ends: datetime, reserve: Reserve) -> Window:
    """Return the window from now on; raise UsageError where it leaves no time for arrivals."""
    left_s = (ends - datetime.now(ends.tzinfo)).total_seconds()
    arrivals_s(left_s, reserve)
    return Window(
        ends=ends, reserve=reserve, arrivals_end_ns=time.monotonic_ns() + round((left_s - reserve.total_s) * 1e9)
    )


def arrivals_of(folder: RunFolder, header: PlanHeader, ends: datetime | None) -> tuple[Arrivals, Vigil]:
    """Return how long people may come in this sitting of a run, and what has to see its records for that.

    Raises UsageError where a window that `ends` then leaves no time for arrivals.
    """
    target = load_toml(folder.target, Target)
    rules = (target.stop_when, header.stop_when)
    vigil, window = Vigil(rules), None
    if ends is not None:
        _, batches = read_plan(folder.plan)
        first = next((p.phase for p in header.phases if p.recovery), "")
        issues = sum(len(b.applications) for b in batches if b.phase == first)
        reserve = reserve_of(header.phases, issues, target.limits, pace_of(target, None, folder.path.parent))
        window = window_until(ends, reserve)
    return Arrivals(folder, vigil, asks=any(r.asks for r in rules), window=window), vigil


class Arrivals:
    """Says when they are over, and runs the program that asks after the target meanwhile. From the main thread."""

    def __init__(self, folder: RunFolder, vigil: Vigil, *, asks: bool, window: Window | None = None) -> None:
        """Nothing runs yet; `asks` where `vigil` needs probes or calls of a command."""
        self._folder, self._vigil, self._asks, self._window = folder, vigil, asks, window
        self._pulse: subprocess.Popen[bytes] | None = None
        self._under_way = False

    def begin(self, journal: Callable[[WindowSet], object]) -> None:
        """Journal the window, start asking; from here on `over` may tell a reason. Raises DiskFull, OSError."""
        self._under_way = True
        if self._window is not None:
            journal(
                WindowSet(
                    at_ns=time.monotonic_ns(),
                    arrivals_end_ns=self._window.arrivals_end_ns,
                    ends_wall_ns=round(self._window.ends.timestamp() * 1e9),
                    reserve_s=self._window.reserve.total_s,
                )
            )
        if self._asks:
            with (self._folder.path / "pulse.log").open("ab") as log:
                self._pulse = start(
                    "kiosk_sim.pulse", "--run", str(self._folder.path), stdout=subprocess.DEVNULL, stderr=log
                )

    def over(self) -> str:
        """Return why nobody may come any more, "" while people may, and once `end` was called."""
        if not self._under_way:
            return ""
        if (window := self._window) is not None and time.monotonic_ns() > window.arrivals_end_ns:
            return (
                f"the window ends at {window.ends:%H:%M}: arrivals ended {window.reserve.total_s:.0f} s before, to "
                "drain and to confirm that the service works"
            )
        if self._pulse is not None and (code := self._pulse.poll()) is not None:
            return f"stop_when: the program that asks after the target ended with exit code {code}"
        return self._vigil.reason

    def end(self) -> None:
        """Stop asking, and wait, bounded, until that is done."""
        self._under_way = False
        if self._pulse is None:
            return
        self._pulse.terminate()
        try:
            self._pulse.wait(timeout=_LAST_S)
        except subprocess.TimeoutExpired:
            self._pulse.kill()
            self._pulse.wait()
        self._pulse = None
