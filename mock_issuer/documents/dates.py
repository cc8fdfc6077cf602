"""How certificates print dates: in wareki, the era looked up in the register's table of eras (元号テーブル)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

from mock_issuer.documents.wareki import wareki

EraTable = Callable[[str], tuple[str, int]]
"""Returns the name and the first year of an ISO day's era; ("西暦", 1) before the first."""


class Dates(Protocol):
    """Prints dates."""

    def day(self, iso: str | None) -> str:
        """Return an ISO date as certificates print it, "" where there is none."""


class PlainDates:
    """Needs no table: for composing outside a node."""

    def day(self, iso: str | None) -> str:
        """Return an ISO date in wareki, "" where there is none."""
        return wareki(date.fromisoformat(iso)) if iso else ""


class TableDates:
    """Looks eras up; holds nothing between two dates, so that any thread may use it."""

    def __init__(self, table: EraTable) -> None:
        """Look up in `table`."""
        self._table = table

    def day(self, iso: str | None) -> str:
        """Return an ISO date in wareki, "" where there is none."""
        if not iso:
            return ""
        name, first_year = self._table(iso)
        return in_era(name, first_year, date.fromisoformat(iso))


def in_era(name: str, first_year: int, day: date) -> str:
    """Return a day in an era's years; the first one is 元年."""
    year = day.year - first_year + 1
    return f"{name}{'元' if year == 1 and first_year > 1 else year}年{day.month}月{day.day}日"
