"""Which days, years and times may stand on a document, given when it was issued."""

from datetime import timedelta

import pytest

from harness.baseline.moment import Moment, shifted


def test_around_midnight_both_days_are_days_of_issue(jst):
    late = jst(2026, 12, 31, 23, 59, 59)
    assert Moment(late, late + timedelta(seconds=2)).days == ((2026, 12, 31), (2027, 1, 1))
    assert Moment(late - timedelta(hours=3), late - timedelta(hours=3)).days == ((2026, 12, 31),)


def test_a_year_is_the_calendars_or_the_fiscal_one(jst):
    spring = Moment(jst(2027, 3, 5), jst(2027, 3, 5))
    assert [spring.is_year(y) for y in (2025, 2026, 2027, 2028)] == [False, True, True, False]


def test_times_are_near_across_midnight_and_in_a_half_day_notation(jst):
    late = Moment(jst(2026, 12, 31, 23, 58), jst(2026, 12, 31, 23, 59))
    assert late.is_near(120)  # 00:02
    assert late.is_near(11 * 3600 + 58 * 60)  # 11:58, of the afternoon
    assert not late.is_near(15 * 3600)


@pytest.mark.parametrize(
    ("base", "base_issue", "now", "issue", "allowed"),
    [
        ((2026, 12, 1), (2026, 11, 22), (2026, 12, 4), (2026, 11, 25), True),  # nine days
        ((2027, 2, 22), (2026, 11, 22), (2027, 3, 1), (2026, 12, 1), True),  # three months
        ((2027, 2, 28), (2026, 11, 30), (2027, 3, 1), (2026, 12, 1), True),  # the month's last
        ((2027, 2, 21), (2026, 11, 22), (2027, 2, 28), (2026, 12, 1), True),  # the day before
        ((2027, 2, 22), (2026, 11, 22), (2027, 2, 22), (2026, 12, 1), False),
        ((1975, 3, 4), (2026, 11, 22), (1980, 7, 9), (2026, 11, 25), False),
    ],
)
def test_a_date_moves_with_the_issue_in_days_or_months(base, base_issue, now, issue, allowed):
    assert shifted(base, base_issue, now, issue) is allowed
