"""Says at which bursts the kernel is asked when their bytes left and arrived: the first, and every so many after it."""

from __future__ import annotations

from harness.records.target import Firing


class Brackets:
    """Counts bursts."""

    def __init__(self, firing: Firing) -> None:
        """No burst was counted yet."""
        self._every = firing.bracket_every
        self._bursts = 0

    def next(self) -> bool:
        """Count a burst; tell whether the kernel is to be asked at it."""
        self._bursts += 1
        return self._every > 0 and (self._bursts - 1) % self._every == 0
