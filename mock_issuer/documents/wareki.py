"""Japanese era dates (和暦) as the certificates print them; the first year of an era is 元年."""

from __future__ import annotations

from datetime import date

ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 10, 23), "明治"),
)


def _era_year(day: date) -> str:
    for first, era in ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{era}{'元' if year == 1 else year}"
    return f"西暦{day.year}"


def wareki(day: date) -> str:
    """Return a day as e.g. 令和元年5月1日; days before 明治 keep the western year."""
    return f"{_era_year(day)}年{day.month}月{day.day}日"


def fiscal_year(year: int) -> str:
    """Return a fiscal year (年度, begins on 1 April) as e.g. 令和7年度; 2019 is 令和元年度."""
    return f"{_era_year(date(year, 12, 31))}年度"
