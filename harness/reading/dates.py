"""Dates as certificates print them, in Japanese eras or western, to and from calendar dates.

Dates are compared as (year, month, day), never as text: 昭和50年3月4日, S50.3.4,
昭和五〇年三月四日 and 1975-03-04 are one.
"""

from __future__ import annotations

import re
from functools import lru_cache

Day = tuple[int, int, int]  # western year, month, day

# (names, year before the era's year 1)
_ERAS = (
    (("明治", "明", "M", "㍾"), 1867),
    (("大正", "大", "T", "㍽"), 1911),
    (("昭和", "昭", "S", "㍼"), 1925),
    (("平成", "平", "H", "㍻"), 1988),
    (("令和", "令", "R", "㋿"), 2018),
)
_BEFORE = {name: year for names, year in _ERAS for name in names}
_FIRST_DAYS = ((2019, 5, 1), (1989, 1, 8), (1926, 12, 25), (1912, 7, 30), (1868, 1, 25))
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "元": 1}
_NUMBER = r"(\d{1,2}|[〇零一二三四五六七八九十]{1,4})"
_WITH_KANJI = re.compile(
    rf"(明治|大正|昭和|平成|令和|[㍾㍽㍼㍻㋿]|(?<![A-Z])[MTSHR])(元|-?\d{{1,3}}|[〇零一二三四五六七八九十]{{1,3}})年{_NUMBER}月{_NUMBER}日"
)
_NO_YEAR = 0  # of 令和-1年 or 昭和101年: a date that a broken formatter prints, and nobody's
_WESTERN_KANJI = re.compile(rf"(?:西暦)?(\d{{4}}|[〇零一二三四五六七八九]{{4}})年{_NUMBER}月{_NUMBER}日")
_WITH_POINTS = re.compile(
    r"(明治|大正|昭和|平成|令和|[明大昭平令㍾㍽㍼㍻㋿]|(?<![A-Za-z])[MTSHR])(元|\d{1,2})[./-](\d{1,2})[./-](\d{1,2})(?!\d)"
)
_SHORT = 80  # characters; the values of fields come again and again, whole pages do not
_IN_DATES = frozenset("".join(_BEFORE) + "".join(_DIGITS) + "十年月西暦./-")
_WESTERN_POINTS = re.compile(r"(?<!\d)(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)")


def parse_iso(text: str) -> Day | None:
    """Return the day of YYYY-MM-DD, None for anything else (a register may hold a partial date)."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def find_dates(text: str) -> tuple[tuple[int, int, Day], ...]:
    """Return (start, end, day) of every date in a folded text, in order; impossible ones are left out."""
    return _known_dates(text) if len(text) <= _SHORT else _find_dates(text)


@lru_cache(maxsize=20_000)
def _known_dates(text: str) -> tuple[tuple[int, int, Day], ...]:
    return _find_dates(text)


def _find_dates(text: str) -> tuple[tuple[int, int, Day], ...]:
    found = []
    for pattern in (_WITH_KANJI, _WITH_POINTS):
        for m in pattern.finditer(text):
            found.append((m.start(), m.end(), (_year_of_era(m[1], m[2]), number(m[3]), number(m[4]))))
    for m in _WESTERN_KANJI.finditer(text):
        found.append((m.start(), m.end(), (_year(m[1]), number(m[2]), number(m[3]))))
    for m in _WESTERN_POINTS.finditer(text):
        found.append((m.start(), m.end(), (int(m[1]), int(m[3]), int(m[4]))))
    return tuple(sorted(f for f in found if 1 <= f[2][1] <= 12 and 1 <= f[2][2] <= 31))


def _year_of_era(era: str, year: str) -> int:
    """Return the western year; no era has a year below 1 or above 99."""
    possible = year[0] != "-" and (len(year) < 3 or not year.isdecimal())
    return _BEFORE[era] + number(year) if possible else _NO_YEAR


def stands_apart(text: str, start: int, end: int) -> bool:
    """Tell whether a date that all of `text[start:end]` is by itself must be found in the whole of `text`, too.

    It must where nothing before it can belong to the same match: 日 ends one.
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    joins = before.isdecimal() or before in _IN_DATES or (before.isascii() and before.isalpha())
    return not (before and joins) and not after.isdecimal()


def wareki(day: Day) -> str:
    """Return 令和元年5月1日 for (2019, 5, 1); days before Meiji in western form."""
    for (names, before), first in zip(reversed(_ERAS), _FIRST_DAYS, strict=True):
        if day >= first:
            year = day[0] - before
            return f"{names[0]}{'元' if year == 1 else year}年{day[1]}月{day[2]}日"
    return f"{day[0]}年{day[1]}月{day[2]}日"


@lru_cache(maxsize=1_000)
def number(text: str) -> int:
    """Return the value of 12, 十二, 一二 or 元."""
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return int("".join(str(_DIGITS[c]) for c in text))


def _year(text: str) -> int:
    return int(text) if text.isdecimal() else int("".join(str(_DIGITS[c]) for c in text))
