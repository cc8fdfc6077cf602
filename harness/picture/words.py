"""Where the words of two pages are not the same: what a text says there needs no second opinion from the picture."""

from __future__ import annotations

import base64
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator

from harness.picture.raster import DPI
from harness.reading.fold import fold
from harness.records.picture import Region
from harness.records.reading import PageRead

_STILL_POINTS = 1  # a word is at the same place within this
_PAD = 4  # pixels around a word: ink reaches beyond the box of its glyphs
_PIXELS_PER_POINT = DPI / 72
_MOST_WORDS = 8  # that one text may be made of; what stands in more places is no place
_MOST_CHANGED = 0.5  # regions per word of the page, two a changed word: with more the picture would confirm nothing

Box = tuple[int, int, int, int]  # left, bottom, right, top in points


def changed_words(base: PageRead, now: PageRead) -> tuple[Region, ...]:
    """Return where words stand on one of two pages and not, at the same place, on the other; () without places."""
    was, here = list(_words(base)), list(_words(now))
    both = [(base, box) for box in _without(was, here)] + [(now, box) for box in _without(here, was)]
    return tuple(sorted(_region(page, box) for page, box in both))


def word_region(page: PageRead, text: str) -> Region | None:
    """Return where the words of a folded text stand on a page, taken together; None where they are not found in it."""
    boxes = [box for word, box in _words(page) if _of_text(fold(word), text)]
    if not boxes or len(boxes) > _MOST_WORDS:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    return _region(page, (min(left), min(bottom), max(right), max(top)))


def _of_text(word: str, text: str) -> bool:
    return bool(text) and (text in word or (len(word) > 1 and word in text))


def mostly_elsewhere(regions: Collection[Region], now: PageRead) -> bool:
    """Tell whether so many words changed or moved that a comparison without their regions says nothing of the page."""
    return len(regions) > _MOST_CHANGED * len(now.text.split())


def _words(page: PageRead) -> Iterator[tuple[str, Box]]:
    """Yield words with their boxes; nothing where the two do not belong together."""
    places = array("h")
    places.frombytes(base64.b64decode(page.places))
    words = page.text.split()
    if len(places) == 4 * len(words):
        for number, word in enumerate(words):
            left, bottom, right, top = places[4 * number : 4 * number + 4]
            yield word, (left, bottom, right, top)


def _without(words: list[tuple[str, Box]], others: list[tuple[str, Box]]) -> Iterator[Box]:
    known: dict[str, list[Box]] = defaultdict(list)
    for word, box in others:
        known[word].append(box)
    for word, box in words:
        if not any(max(abs(a - b) for a, b in zip(box, k, strict=True)) <= _STILL_POINTS for k in known[word]):
            yield box


def _region(page: PageRead, box: Box) -> Region:
    """Return a word's box in pixels, kept on the page: slices count what is negative from the other end."""
    left, bottom, right, top = box
    return Region(
        left=max(0, round(left * _PIXELS_PER_POINT) - _PAD),
        top=max(0, round((page.height - top) * _PIXELS_PER_POINT) - _PAD),
        right=max(0, round(right * _PIXELS_PER_POINT) + _PAD),
        bottom=max(0, round((page.height - bottom) * _PIXELS_PER_POINT) + _PAD),
    )
