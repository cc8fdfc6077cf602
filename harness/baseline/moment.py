"""When a document was issued, as far as the kiosk can tell, and what dates and times may therefore stand on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

from harness.reading.dates import Day

JST = timezone(timedelta(hours=9), "JST")
_CLOCKS_APART = timedelta(minutes=1)  # the target's clock against ours; it matters around midnight only
_TIMES_APART_S = 600  # a printed time may be that of the application, the print or the hand-over
_DAY_S = 86_400
_FISCAL_FROM_MONTH = 4
_FAR_MONTHS = 600  # no certificate is valid for longer than 50 years


class Moment(NamedTuple):
    """The span from the application to the hand-over, JST."""

    begun: datetime
    ended: datetime

    @property
    def days(self) -> tuple[Day, ...]:
        """Return the days of issue that are possible, the later last: around midnight two."""
        first, last = (self.begun - _CLOCKS_APART).date(), (self.ended + _CLOCKS_APART).date()
        return tuple(_day(first + timedelta(days=n)) for n in range((last - first).days + 1))

    def is_year(self, year: int) -> bool:
        """Tell whether `year` is that of the issue, or its fiscal year."""
        return any(year in {y, y - (m < _FISCAL_FROM_MONTH)} for y, m, _ in self.days)

    def is_near(self, second: int) -> bool:
        """Tell whether `second` since midnight lies near the issue, in a 12 or 24 hour notation."""
        low, high = self.begun - timedelta(seconds=_TIMES_APART_S), self.ended + timedelta(seconds=_TIMES_APART_S)
        span = (high - low).total_seconds()
        return any(
            (second + half - low.hour * 3600 - low.minute * 60 - low.second) % _DAY_S <= span
            for half in (0, _DAY_S // 2)
        )


def moment_of(begun_wall_ns: int, ended_wall_ns: int) -> Moment:
    """Return the moment between two instants of the wall clock."""
    begun, ended = (datetime.fromtimestamp(ns / 1e9, UTC).astimezone(JST) for ns in (begun_wall_ns, ended_wall_ns))
    return Moment(begun, max(begun, ended))


def shifted(base: Day, base_issue: Day, now: Day, issue: Day) -> bool:
    """Tell whether `now` lies as far from `issue` as `base` from `base_issue`: in days, or in whole months.

    A month later means the same day of the month, or the day before it, or the month's last where it is shorter.
    """
    then, today = _date(base_issue), _date(issue)
    if then is None or today is None or (was := _date(base)) is None or (found := _date(now)) is None:
        return False
    if was - then == found - today:
        return True
    return any(
        (was - low).days in {-1, 0} and (found - high).days == (was - low).days
        for low, high in _months(then, today, was)
    )


def _months(then: date, today: date, was: date) -> Iterator[tuple[date, date]]:
    """Yield both issue dates moved by the numbers of months that may have led to `was`."""
    middle = (was.year - then.year) * 12 + was.month - then.month
    for months in (middle, middle + 1):
        if months and abs(months) < _FAR_MONTHS:
            yield _moved(then, months), _moved(today, months)


def _moved(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day and (moved := _date((year, month + 1, last))) is not None:
            return moved
    return day


def _day(day: date) -> Day:
    return day.year, day.month, day.day


def _date(day: Day) -> date | None:
    try:
        return date(*day)
    except ValueError:
        return None
