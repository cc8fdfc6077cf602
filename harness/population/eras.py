"""Dates as registers write them: 元号 (wareki)."""

from __future__ import annotations

from datetime import date

# First day of each era, newest first.
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 10, 23), "明治"),
)


def wareki(day: date) -> str:
    """Write a day as 平成3年5月6日, the first year of an era as 元年. Raises ValueError before 明治."""
    for first, era in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(f"{day} lies before 明治, the first era this register writes")


def parse_wareki(era: str, year: int, month: int, day: int) -> date:
    """Return the day of an era's date; `era` is its name or its letter (R H S T M), the year 1 is 元年.

    Raises ValueError for an unknown era or a day that does not exist.
    """
    letters = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
    name = letters.get(era, era)
    for first, known in _ERAS:
        if known == name:
            return date(first.year + year - 1, month, day)
    raise ValueError(f"unknown era {era}; known: 令和 平成 昭和 大正 明治 or R H S T M")
