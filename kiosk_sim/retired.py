"""Kiosks and residents that must not be used again yet, because an application of theirs is still unresolved.

What comes later could not be told from what the earlier application left behind. A settled application frees both.
Where it cannot be settled, its kiosk returns after the rest time (a late document would have come by then), its
resident does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from harness.records.plan import PlannedApplication
from kiosk_sim.played import Open


class Retired:
    """Who is retired by which application."""

    def __init__(self, open_: Iterable[Open], spoilt: Iterable[str], rest_s: float) -> None:
        """Begin with the unresolved past of the run; `rest_s` is the kiosks' rest time."""
        self._rest_ns = round(rest_s * 1e9)
        self._spoilt = set(spoilt)  # residents
        self.open: dict[str, Open] = {}  # by application
        for each in open_:
            self.retire(each)

    def retire(self, open_: Open) -> None:
        """Retire the kiosk and the resident of an unresolved application."""
        self.open[open_.application] = open_

    def spoil(self, resident: str) -> None:
        """Retire a resident whose register entry is unknown, for good."""
        self._spoilt.add(resident)

    def free(self, application: str) -> None:
        """Take back whom a now settled application had retired."""
        self.open.pop(application, None)

    def reason(self, planned: PlannedApplication) -> str:
        """Return why `planned` cannot be played now, "" if it can."""
        if planned.resident in self._spoilt:
            return self._say(planned, f"an update of resident {planned.resident} has an unknown outcome")
        for each in self.open.values():
            if each.resident == planned.resident:
                return self._say(planned, f"resident {each.resident} waits for {each.application} to be settled")
            if each.kiosk == planned.kiosk and self._rests(each):
                return self._say(planned, f"kiosk {each.kiosk} waits for {each.application} to be settled")
        return ""

    def _rests(self, open_: Open) -> bool:
        """A time in the future is another boot's: that kiosk has rested."""
        return 0 <= time.monotonic_ns() - open_.since_ns < self._rest_ns

    def _say(self, planned: PlannedApplication, why: str) -> str:
        return f"{planned.application} not played: {why}"
