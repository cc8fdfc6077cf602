"""Which clock a program reads, and how far a worker's clock is ahead of the master's, by ping-pong.

An answer stamped on the worker's clock lies between the master's two readings, so that the offset is known to half of
the round trip; the shortest of many round trips gives the best bound (Cristian 1989).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_TIME_SPACE = Path("/proc/self/ns/time")  # containers may be given a monotonic clock of their own

PING_PONGS = 60  # before each phase; the bound hardly shrinks beyond some fifty
PING_PONGS_BETWEEN = 10  # in between, to follow the drift


class RoundTrip(Struct, frozen=True):
    """One ping-pong: sent and received on the master's clock, answered on the worker's."""

    sent_ns: int
    answered_ns: int
    received_ns: int

    @property
    def length_ns(self) -> int:
        """Round trip."""
        return self.received_ns - self.sent_ns


class Offset(Struct, frozen=True, kw_only=True):
    """The worker's clock shows `offset_ns` more than the master's, within ± `error_ns`."""

    offset_ns: int
    error_ns: int
    at_ns: int  # on the master's clock
    round_trip_ns: int
    samples: int


def clock_name() -> str:
    """Return a name that two programs share if and only if they read the same CLOCK_MONOTONIC; "" where unknown."""
    try:
        return f"{_BOOT.read_text(encoding='ascii').strip()} {os.readlink(_TIME_SPACE)}"  # noqa: PTH115  no real path
    except OSError:
        return ""


def estimate(trips: Sequence[RoundTrip], *, same_clock: bool) -> Offset:
    """Return the offset by the shortest of the round trips; exactly 0, with bound 0, where it is one clock."""
    best = min(trips, key=lambda trip: trip.length_ns)
    middle_ns = best.sent_ns + best.length_ns // 2
    return Offset(
        offset_ns=0 if same_clock else best.answered_ns - middle_ns,
        error_ns=0 if same_clock else (best.length_ns + 1) // 2,
        at_ns=middle_ns,
        round_trip_ns=best.length_ns,
        samples=len(trips),
    )
