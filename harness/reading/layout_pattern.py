"""Makes the pattern of a page from one that is judged: its words literally, and a hole for each value beside its label.

A hole is filled rightly by exactly the text of its items, so that whatever depends on the places of words, labels and
values is the same on every page that the pattern matches.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.reading.beside import Beside, comparable
from harness.reading.dates import find_dates, stands_apart
from harness.reading.folded_page import LINE, WORD, FoldedPage
from harness.reading.identity import Cast
from harness.reading.labelled import Labelled
from harness.reading.profile import Format
from harness.reading.wanted import Wanted

_WHOLE_WORD = 2  # characters; a shorter value must be a word of its own
_DIGITS = re.compile(r"[0-9]+")
_WRAPPING = frozenset({Format.TEXT, Format.ADDRESS})
_JOINS = frozenset("0123456789,.")


class Hole(NamedTuple):
    """A value of wanted items in a page's marked text."""

    start: int  # in the marked text
    end: int
    items: tuple[int, ...]
    wraps: bool  # the value may go on in the next line


class Unfit(Exception):
    """The document makes no pattern, or is not like one."""


def holes_of(page: FoldedPage, beside: Beside, cast: Cast) -> Iterator[Hole]:
    """Yield where a page has values of wanted items beside their labels; each must be nothing else."""
    wanted = cast.views[0].wanted
    by_label = cast.by_label(wanted)
    numbers = {id(w): place for place, w in enumerate(wanted)}
    places = places_of(page)
    last = -1  # where the hole before ends in the text; between two there must be a word of the form
    for found in beside.values:
        if items := by_label.get(found.label):
            agreeing = [w for w in items if beside.agree(found, w)]
            end = _value_end(page, found, agreeing)
            start, stop = places[found.start], places[end - 1] + 1
            value = page.marked[start:stop]
            fit(bool(agreeing) and all(comparable(w) and _is(value, w) for w in agreeing))
            number = all(w.format is Format.NUMBER for w in agreeing)
            fit(number or end in page.word_edges)
            fit(end - found.start > _WHOLE_WORD or (found.start in page.word_edges and end in page.word_edges))
            fit(last < found.start)
            fit(all(w.day is None or stands_apart(page.text, found.start, end) for w in agreeing))
            last = end
            wraps = all(w.format in _WRAPPING for w in agreeing)
            yield Hole(start, stop, tuple(numbers[id(w)] for w in agreeing), wraps)


def _value_end(page: FoldedPage, found: Labelled, items: Sequence[Wanted]) -> int:
    """Return where a value ends: an address may go on in the next line, an amount may have its unit behind it."""
    if any(w.format is Format.NUMBER for w in items):
        amount = next((t for w in items for t in w.texts if found.value.startswith(t)), "")
        if amount and found.value[len(amount) : len(amount) + 1] not in _JOINS:
            return found.start + len(amount)
    texts = (t for w in items if w.format in _WRAPPING for t in w.texts if page.text.startswith(t, found.start))
    return max((found.start + len(text) for text in texts), default=found.end)


def places_of(page: FoldedPage) -> list[int]:
    """Return where each character of a page's text stands in its marked text."""
    return [place for place, character in enumerate(page.marked) if character not in {WORD, LINE}]


def pattern_of(marked: str, holes: Sequence[Hole]) -> re.Pattern[str]:
    """Return what matches a page of the same words with any values, and any numbers among its words."""
    literally = ("[0-9]+".join(map(re.escape, _DIGITS.split(words))) for words in between(marked, holes))
    groups = (f"([^{LINE}]+?(?:{LINE}[^{LINE}]+?)?)" if hole.wraps else f"([^{LINE}]+?)" for hole in holes)
    return re.compile("".join(part for pair in itertools.zip_longest(literally, groups, fillvalue="") for part in pair))


def between(marked: str, holes: Sequence[Hole]) -> list[str]:
    """Return what stands before, between and behind the holes."""
    starts, ends = [0, *(hole.end for hole in holes)], [*(hole.start for hole in holes), len(marked)]
    return [marked[start:end] for start, end in zip(starts, ends, strict=True)]


def holds(value: str, items: Sequence[int], wanted: Sequence[Wanted]) -> bool:
    """Tell whether a value is exactly all of some wanted items, given by their places."""
    return all(_is(value, wanted[place]) for place in items)


def _is(marked: str, wanted: Wanted) -> bool:
    """Tell whether a value is exactly an item, in words of which the item may be made."""
    if WORD not in marked and LINE not in marked:
        value = marked
    else:
        line = marked.partition(LINE)[0].replace(WORD, "")
        value = marked.replace(WORD, "").replace(LINE, "")
        spaced = wanted.format is not Format.NUMBER if line == value else wanted.format in _WRAPPING
        if len(line) <= _WHOLE_WORD or not spaced:
            return False
    if not value[0].isalnum():
        return False  # a sign before a value is taken for the label's
    if wanted.day is None:
        return value in wanted.texts
    return find_dates(value) == ((0, len(value), wanted.day),)


def fit(condition: bool) -> None:
    """Raise Unfit unless `condition` holds."""
    if not condition:
        raise Unfit
