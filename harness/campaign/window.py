"""The time that a test may take of a target: when it ends, what is kept for afterwards, what is left for arrivals."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct

from harness.campaign.pace import Pace
from harness.errors import UsageError
from harness.records.plan import Phase
from harness.records.target import Limits

BEFORE_S = 8.0  # the generator's proof of itself, the first probe
_NIGHT_ENDS = "05:30"  # kiosks open at 06:30; an hour is left for whoever opens them
_START_S = 3.0  # of the player and of settling
_TRIES = 2  # of the confirmation
_SLOWER = 2.0  # times the time alone: after hours of load nobody should count on less
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class Reserve(Struct, frozen=True, kw_only=True):
    """What of a window is kept for the time after the last arrival."""

    drain_s: float  # bounded wait for what is in flight
    recovery_s: float
    settle_s: float

    @property
    def total_s(self) -> float:
        """All of it."""
        return self.drain_s + self.recovery_s + self.settle_s


def window_end(budget: str, until: str, now: datetime) -> datetime | None:
    """Return when a window ends that begins `now`; None where neither is given.

    `budget` is a number with s, m or h, or "night", which ends at half past five; `until` is HH:MM, the next one.
    Raises UsageError naming what is allowed.
    """
    if budget and until:
        raise UsageError("--budget and --until: give one of them")
    if budget == "night":
        until = _NIGHT_ENDS
    if until:
        return _next(until, now)
    if not budget:
        return None
    given = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", budget)
    if given is None or not float(given[1]):
        raise UsageError(f"--budget {budget}: give a time such as 90s, 10m or 2h, or night")
    return now + timedelta(seconds=float(given[1]) * _SECONDS[given[2]])


def _next(until: str, now: datetime) -> datetime:
    given = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", until)
    if given is None:
        raise UsageError(f"--until {until}: give a time of day as HH:MM, such as 05:30")
    end = now.replace(hour=int(given[1]), minute=int(given[2]), second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)


def reserve_of(phases: Collection[Phase], issues: int, limits: Limits, pace: Pace) -> Reserve:
    """Return what a window in which these phases are played keeps back; `issues` are those of one confirmation."""
    return Reserve(
        drain_s=max((p.drain_s for p in phases), default=0.0),
        recovery_s=round(_TRIES * (_START_S + issues * pace.solo_ms / 1000.0 * _SLOWER), 1),
        settle_s=_START_S + limits.settle_s,
    )


def arrivals_s(window_s: float, reserve: Reserve) -> float:
    """Return how long of a window people may come; raise UsageError where nothing is left for them."""
    left = window_s - BEFORE_S - reserve.total_s
    if left <= 0:
        raise UsageError(
            f"the window of {window_s:.0f} s leaves no time for arrivals: {BEFORE_S:.0f} s to the generator's proof, "
            f"{reserve.drain_s:.0f} s to draining, {reserve.recovery_s:.0f} s to the confirmation of recovery, "
            f"{reserve.settle_s:.0f} s to settling; give it more, or lower limits.settle_s in the target file"
        )
    return left
