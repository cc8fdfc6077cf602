"""Era dates change on the day the era changes, and first years are 元年."""

from __future__ import annotations

from datetime import date

import pytest

from mock_issuer.documents.literal import literal
from mock_issuer.documents.wareki import fiscal_year, wareki


@pytest.mark.parametrize(
    ("iso", "printed"),
    [
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-08", "平成元年1月8日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-25", "昭和元年12月25日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-30", "大正元年7月30日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1860-01-02", "西暦1860年1月2日"),
    ],
)
def test_a_day_is_printed_in_its_era(iso: str, printed: str) -> None:
    assert wareki(date.fromisoformat(iso)) == printed


def test_a_fiscal_year_is_named_by_the_era_it_ends_the_calendar_year_in() -> None:
    assert [fiscal_year(year) for year in (2018, 2019, 2025)] == ["平成30年度", "令和元年度", "令和7年度"]


def test_no_value_can_leave_its_literal() -> None:
    assert literal('a"b\\c\n#d') == '"a\\"b\\\\c #d"'
    assert literal({"a": ("x",), "b": (), "c": 1.5}) == '(a: ("x",),b: (),c: 1.5)'
