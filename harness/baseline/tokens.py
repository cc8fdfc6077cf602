"""Splits a page's text into whole tokens of a kind, so that two issues of one application can be compared part by part.

White space parts words, but never a date or a Japanese text: where lines break and how far apart letters stand changes
with the width of a number. Everything is SAFE-folded (harness.reading.fold), in drawing order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from harness.reading.dates import Day, find_dates
from harness.reading.fold import fold

_ALNUM = "0-9A-Za-z"
_GAP = "\x1f"  # stands for white space that parts two words
_TIME = re.compile(
    r"(午前|午後|[AaPp][Mm])?(\d{1,2})(?:時(\d{1,2})分(?:(\d{1,2})秒)?|:(\d{2})(?::(\d{2}))?(?:\.\d+)?)(?![\d:])"
)
_YEAR = re.compile(r"(?:(明治|大正|昭和|平成|令和)(元|\d{1,2})|(?<!\d)(\d{4}))(?=年)")
_NUMBER = re.compile(rf"[MTSHR]元(?:[-./_]?[{_ALNUM}]+)*|[{_ALNUM}]+(?:[-./_:][{_ALNUM}]+)*")
_KANJI_NUMBER = re.compile(r"(?<=第)[〇一二三四五六七八九十百千万]+(?=号)")
_SPACED_DIGITS = re.compile(rf"(?<![{_ALNUM}])(\d){_GAP}(?=\d(?![{_ALNUM}]))")
_ERA_BEFORE = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}


class Kind(StrEnum):
    """What a token is by its form."""

    WORD = "word"
    DATE = "date"
    TIME = "time"
    YEAR = "year"
    NUMBER = "number"  # figures, with letters and separators between them
    IMAGE = "image"  # a bitmap, by its digest


class Token(NamedTuple):
    """One whole token of a page."""

    kind: Kind
    text: str  # folded, without white space
    day: Day | None = None  # DATE
    amount: int = 0  # YEAR: western year; TIME: seconds since midnight

    @property
    def key(self) -> str:
        """Return what counterparts in two issues must have in common: of a word itself, else the kind."""
        return self.text if self.kind is Kind.WORD else f"{_GAP}{self.kind}"


Tokens = tuple[Token, ...]
Value = tuple[Kind, str]  # a token as something that people have or have not


def value_of(token: Token) -> Value:
    """Return a token as a value: dates by their day, whatever the spelling."""
    return token.kind, "-".join(map(str, token.day)) if token.day else token.text


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> Tokens:
    """Return the tokens of a page's text, words as white space parts them."""
    return tuple(_tokens(text))


@lru_cache(maxsize=4096)
def runs_of(text: str) -> Tokens:
    """Return the tokens of a page's text with neighbouring words in one: however lines break, these are the same."""
    return merged(tokens_of(text))


def merged(tokens: Tokens) -> Tokens:
    """Return `tokens` with neighbouring words joined."""
    joined: list[Token] = []
    for token in tokens:
        if joined and token.kind is Kind.WORD and joined[-1].kind is Kind.WORD:
            joined[-1] = Token(Kind.WORD, joined[-1].text + token.text)
        else:
            joined.append(token)
    return tuple(joined)


def _tokens(text: str) -> Iterator[Token]:
    spaced = _GAP.join(folded for word in text.split() if (folded := fold(word)))
    spaced = _SPACED_DIGITS.sub(r"\1", spaced)
    flat, breaks = _without_gaps(spaced)
    end = 0
    for start, stop, token in _typed(flat):
        yield from _words(flat, end, start, breaks)
        yield token
        end = stop
    yield from _words(flat, end, len(flat), breaks)


def _without_gaps(spaced: str) -> tuple[str, frozenset[int]]:
    """Drop white space except between two figures or Latin letters; return the text and where it was dropped."""
    flat: list[str] = []
    breaks: set[int] = set()
    for place, character in enumerate(spaced):
        if character != _GAP:
            flat.append(character)
            continue
        beside = spaced[place - 1 : place] + spaced[place + 1 : place + 2]
        if len(beside) == 2 and beside.isascii() and beside.isalnum():
            flat.append(_GAP)
        breaks.add(len(flat))
    return "".join(flat), frozenset(breaks)


def _words(flat: str, start: int, stop: int, breaks: frozenset[int]) -> Iterator[Token]:
    cuts = [start, *sorted(b for b in breaks if start < b < stop), stop]
    for low, high in pairwise(cuts):
        if word := flat[low:high].replace(_GAP, ""):
            yield Token(Kind.WORD, word)


def _typed(flat: str) -> list[tuple[int, int, Token]]:
    """Return (start, stop, token) of everything that is no plain word; dates first, then times, years, numbers."""
    found = [(a, b, Token(Kind.DATE, flat[a:b], day)) for a, b, day in find_dates(flat)]
    found = _apart(found)
    for pattern, make in ((_TIME, _time), (_YEAR, _year), (_NUMBER, _number), (_KANJI_NUMBER, _number)):
        for low, high in _between(found, len(flat)):
            found += [(m.start(), m.end(), make(m)) for m in pattern.finditer(flat, low, high)]
        found.sort()
    return found


def _apart(found: list[tuple[int, int, Token]]) -> list[tuple[int, int, Token]]:
    """Return `found` without what lies inside an earlier or longer one."""
    kept: list[tuple[int, int, Token]] = []
    for one in sorted(found, key=lambda f: (f[0], -f[1])):
        if not kept or one[0] >= kept[-1][1]:
            kept.append(one)
    return kept


def _between(found: list[tuple[int, int, Token]], length: int) -> list[tuple[int, int]]:
    starts = [0, *(stop for _, stop, _ in found)]
    stops = [*(start for start, _, _ in found), length]
    return [(a, b) for a, b in zip(starts, stops, strict=True) if a < b]


def _time(m: re.Match[str]) -> Token:
    hours = int(m[2]) + (12 if m[1] in {"午後", "PM", "pm", "Pm"} and int(m[2]) < 12 else 0)
    minutes, seconds = int(m[3] or m[5]), int(m[4] or m[6] or 0)
    return Token(Kind.TIME, m.group(), amount=hours * 3600 + minutes * 60 + seconds)


def _year(m: re.Match[str]) -> Token:
    year = int(m[3]) if m[3] else _ERA_BEFORE[m[1]] + (1 if m[2] == "元" else int(m[2]))
    return Token(Kind.YEAR, m.group(), amount=year)


def _number(m: re.Match[str]) -> Token:
    return Token(Kind.NUMBER, m.group())
