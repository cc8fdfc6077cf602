"""The issuer's clock: Japan Standard Time, whatever the machine's zone is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


def now() -> datetime:
    """Return the present in JST."""
    return datetime.now(JST)


def today() -> date:
    """Return today's date in JST."""
    return now().date()


def stamp() -> str:
    """Return the present as ISO 8601 with milliseconds and zone."""
    return now().isoformat(timespec="milliseconds")


def utc_now() -> datetime:
    """Return the present in UTC, as certificates count it."""
    return datetime.now(UTC)
