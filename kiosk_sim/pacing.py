"""Keeps a phase to its pace: so many batches begun a minute, evenly, never made up for in a hurry."""

from __future__ import annotations

import time
from collections.abc import Callable

_MINUTE_NS = 60_000_000_000


class Pacing:
    """Says when the next batch may begin."""

    def __init__(self, per_minute: float, now_ns: Callable[[], int] = time.monotonic_ns) -> None:
        """Allow `per_minute` batches, 0: any number."""
        self._now_ns = now_ns
        self._apart_ns = round(_MINUTE_NS / per_minute) if per_minute else 0
        self._next_ns = 0

    def due_ns(self) -> int:
        """Return when a batch may begin that would begin now (CLOCK_MONOTONIC); call once for each, then wait."""
        due_ns = max(self._now_ns(), self._next_ns)
        self._next_ns = due_ns + self._apart_ns
        return due_ns
