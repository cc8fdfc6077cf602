"""Kiosks and residents that must not be used again yet, because an application of theirs is still unresolved.

What comes later could not be told from what the earlier application left behind. A settled application frees both.
Where the target offers no way to settle one, its kiosk returns after the rest time (a late document would have come by
then), its resident does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from harness.records.plan import PlannedApplication
from kiosk_sim.played import Torn


class Retired:
    """Who is retired by which application."""

    def __init__(self, open_: Iterable[Torn], spoilt: Iterable[str], rest_s: float) -> None:
        """Begin with the unresolved past of the run; `rest_s` is the kiosks' rest time."""
        self._rest_s = rest_s
        self._residents: dict[str, str] = dict.fromkeys(spoilt, "an update of unknown outcome")
        self._kiosks: dict[str, tuple[str, float]] = {}
        for torn in open_:
            self.retire(torn)

    def retire(self, torn: Torn) -> None:
        """Retire the kiosk and the resident of an unresolved application."""
        self._residents.setdefault(torn.resident, torn.application)
        self._kiosks[torn.kiosk] = (torn.application, time.monotonic())

    def spoil(self, resident: str, update: str) -> None:
        """Retire a resident whose register entry is unknown after `update`."""
        self._residents[resident] = update

    def free(self, application: str) -> None:
        """Take back whom a now settled application had retired."""
        self._residents = {who: by for who, by in self._residents.items() if by != application}
        self._kiosks = {where: by for where, by in self._kiosks.items() if by[0] != application}

    def reason(self, planned: PlannedApplication) -> str:
        """Return why `planned` cannot be played now, "" if it can."""
        if by := self._residents.get(planned.resident):
            return f"{planned.application} not played: resident {planned.resident} is retired by {by}"
        by_kiosk, since = self._kiosks.get(planned.kiosk, ("", 0.0))
        if by_kiosk and time.monotonic() - since < self._rest_s:
            return f"{planned.application} not played: kiosk {planned.kiosk} is retired by {by_kiosk}"
        return ""
