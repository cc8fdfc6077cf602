"""Tells a text layer that lies from a document that is wrong: one digit stands for another throughout.

Redistilled files look right and carry shifted digits. Such a text is unread; it proves nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from harness.reading.beside import Compared
from harness.reading.dates import Day, wareki
from harness.reading.wanted import Wanted

_DIGIT = re.compile(r"[0-9]")
_EXCHANGED = 4  # digits that another one stands for, each time
_COMPARED = 6  # digits of several fields that must agree in it; those of a wrong document contradict each other


def exchanged_digits(compared: Sequence[Compared]) -> str:
    """Return why a document's digits must not be believed, "" where nothing speaks against them.

    In every field that can be compared, one and the same other digit has to stand for a digit.
    """
    exchange: dict[str, str] = {}
    fields: list[str] = []
    for labelled, _ in (match for c in compared for match in c.matches):
        if not _extend(exchange, zip(digits := _digits(labelled.value), digits, strict=True)):
            return ""
    for wrong in (d for c in compared for d in c.against):
        seen = _digits(wrong.labelled.value)
        candidates = [e for item in wrong.items for e in _expected(item) if len(e) == len(seen)]
        fitting = next((f for e in candidates if (f := _extended(exchange, e, seen)) is not None), None)
        if seen and candidates:
            if fitting is None:
                return ""
            exchange = fitting
            fields.append(seen)
    changed = sum(1 for digit, other in exchange.items() if digit != other)
    if changed < _EXCHANGED or len(fields) < 2 or len("".join(fields)) < _COMPARED:
        return ""
    return f"its digits do not decode: in {len(fields)} fields other ones stand for {changed} of them, always the same"


def _digits(text: str) -> str:
    return "".join(_DIGIT.findall(text))


def _expected(item: Wanted) -> Iterator[str]:
    """Yield the digits of an item in every notation."""
    if item.day is not None:
        for parts in (item.day, (_year_of_era(item.day), *item.day[1:])):
            yield from map("".join, itertools.product(*map(_paddings, parts)))
    yield from (_digits(text) for text in item.texts)


def _year_of_era(day: Day) -> int:
    return int(_digits(wareki(day).partition("年")[0]) or 1)


def _paddings(value: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys((str(value), f"{value:02}")))


def _extended(exchange: dict[str, str], expected: str, seen: str) -> dict[str, str] | None:
    longer = dict(exchange)
    return longer if _extend(longer, zip(expected, seen, strict=True)) else None


def _extend(exchange: dict[str, str], pairs: Iterable[tuple[str, str]]) -> bool:
    """Add pairs (digit, what stands for it); False where that is no longer one for one."""
    for digit, other in pairs:
        if exchange.setdefault(digit, other) != other:
            return False
    return len(set(exchange.values())) == len(exchange)
