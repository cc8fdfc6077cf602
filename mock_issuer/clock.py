"""The issuer's clock: Japan Standard Time, whatever the machine's zone is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

_skew_s: Callable[[], float] = float  # how far this process's clock is ahead; 0 unless somebody sets it apart
JST = timezone(timedelta(hours=9), "JST")


def now() -> datetime:
    """Return the present in JST."""
    return datetime.now(JST) + timedelta(seconds=_skew_s())


def skew_by(seconds: Callable[[], float]) -> None:
    """Set this process's clock ahead by what `seconds` returns."""
    global _skew_s  # noqa: PLW0603 - a process has one clock
    _skew_s = seconds


def today() -> date:
    """Return today's date in JST."""
    return now().date()


def stamp() -> str:
    """Return the present as ISO 8601 with milliseconds and zone."""
    return now().isoformat(timespec="milliseconds")


def utc_now() -> datetime:
    """Return the present in UTC, as certificates count it."""
    return datetime.now(UTC)
