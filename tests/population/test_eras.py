"""Dates in eras, as registers write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.population.eras import parse_wareki, wareki


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(2026, 4, 1), "令和8年4月1日"),
    ],
)
def test_a_day_is_written_in_its_era(day, text):
    assert wareki(day) == text


def test_days_before_meiji_are_refused():
    with pytest.raises(ValueError, match="明治"):
        wareki(date(1868, 10, 22))


@given(st.dates(min_value=date(1868, 10, 23), max_value=date(2060, 12, 31)))
def test_what_is_written_can_be_read_again(day):
    era, rest = wareki(day)[:2], wareki(day)[2:]
    year, month, last = rest.replace("年", " ").replace("月", " ").replace("日", "").split()
    assert parse_wareki(era, 1 if year == "元" else int(year), int(month), int(last)) == day


def test_an_unknown_era_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="令和 平成"):
        parse_wareki("慶応", 1, 1, 1)
