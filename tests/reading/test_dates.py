"""Dates in every notation are the same day; impossible ones are none."""

import pytest

from harness.reading.dates import find_dates, parse_iso, wareki
from harness.reading.fold import fold


@pytest.mark.parametrize(
    "text",
    [
        "昭和50年3月4日",
        "昭和５０年３月４日",
        "昭 和 5 0 年 3 月 4 日",
        "昭和五十年三月四日",
        "昭和五〇年三月四日",
        "S50.3.4",
        "Ｓ５０．３．４",
        "S50/03/04",
        "昭50.3.4",
        "昭50. 3. 4",
        "㍼50年3月4日",
        "1975年3月4日",
        "西暦1975年03月04日",
        "1975/3/4",
        "1975-03-04",
        "1975.3.4",
        "一九七五年三月四日",
        "【生年月日】昭和50年3月4日生",
    ],
)
def test_every_notation_of_a_day(text):
    assert [day for _, _, day in find_dates(fold(text))] == [(1975, 3, 4)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", (2019, 5, 1)),
        ("㋿6年12月31日", (2024, 12, 31)),
        ("平成三十一年四月三十日", (2019, 4, 30)),
        ("昭和64年1月7日", (1989, 1, 7)),
        ("大正15年12月24日", (1926, 12, 24)),
        ("明治45年7月29日", (1912, 7, 29)),
        ("平成二十年十月十日", (2008, 10, 10)),
    ],
)
def test_eras(text, day):
    assert find_dates(text)[0][2] == day


@pytest.mark.parametrize("text", ["令和-1年4月29日", "平成-29年8月17日", "昭和101年11月23日"])
def test_a_year_that_no_era_has_is_a_date_and_nobodys(text):
    ((start, end, (year, *_)),) = find_dates(text)
    assert (start, end, year) == (0, len(text), 0)


@pytest.mark.parametrize("text", ["昭和50年13月4日", "昭和50年3月32日", "50年3月4日", "5番3号", "1975年", "12345/6/7"])
def test_what_is_no_date(text):
    assert find_dates(fold(text)) == ()


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ((2019, 4, 30), "平成31年4月30日"),
        ((2019, 5, 1), "令和元年5月1日"),
        ((1989, 1, 7), "昭和64年1月7日"),
        ((1989, 1, 8), "平成元年1月8日"),
        ((1926, 12, 25), "昭和元年12月25日"),
    ],
)
def test_wareki(day, text):
    assert wareki(day) == text


def test_partial_dates_of_a_register_are_no_days():
    assert parse_iso("1975-03") is None
    assert parse_iso("1975-03-04") == (1975, 3, 4)
