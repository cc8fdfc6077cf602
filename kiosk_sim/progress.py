"""Progress of a player as JSON lines on standard output, at most a few a second."""

from __future__ import annotations

import sys
import time

import msgspec
from msgspec import Struct

_EVERY_S = 0.25


class Line(Struct, frozen=True, kw_only=True):
    """One progress line."""

    phase: str
    done: int  # applications
    of: int
    in_flight: int


class Port(Struct, frozen=True, kw_only=True):
    """The first line of a player that others connect to."""

    phase: str
    port: int


class Progress:
    """Counts a phase's applications and prints how far it is."""

    def __init__(self, phase: str, of: int) -> None:
        """Start at nothing done of `of`."""
        self.phase = phase
        self.of = of
        self.done = 0
        self.in_flight = 0
        self._printed_at = 0.0

    def begun(self) -> None:
        """One more is under way."""
        self.in_flight += 1
        self.tell()

    def ended(self) -> None:
        """One that was under way has ended."""
        self.in_flight -= 1
        self.done += 1
        self.tell()

    def skipped(self, count: int) -> None:
        """Count applications that are not played (again)."""
        self.done += count

    def tell(self, *, now: bool = False) -> None:
        """Print, unless it was done just before. A closed pipe is no reason to stop playing."""
        if not now and time.monotonic() - self._printed_at < _EVERY_S:
            return
        self._printed_at = time.monotonic()
        line = Line(phase=self.phase, done=self.done, of=self.of, in_flight=self.in_flight)
        try:
            sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
            sys.stdout.buffer.flush()
        except OSError:
            return
