"""Turns pages so that their text stands upright: PDFium reads lines, and later readers rows, from left to right.

Neither /Rotate nor the contents alone tell: printing in landscape turns one of them, or both against each other.
"""

from __future__ import annotations

import base64
import math
from array import array
from collections import Counter

import pypdfium2
import pypdfium2.raw as pdfium

from harness.reading import pdfium_calls as calls
from harness.reading.page_objects import Box

_SAMPLES = 40  # characters that say how a page's text is turned
_ENOUGH = 9  # of them agree: the others are a rotated note or stamp
_SPACE = 0x20
_QUARTER = 90


def upright(text_page: pypdfium2.PdfTextPage) -> int:
    """Return the page rotation (0, 90, 180, 270 degrees clockwise) that puts most of the characters upright."""
    handle = calls.handle(text_page)
    count = max(0, calls.count_characters(handle))
    places = range(0, count, max(1, count // _SAMPLES))
    turned = [calls.character_angle(handle, place) for place in places]
    if not any(turned):
        return 0
    angles: Counter[int] = Counter()
    for place, angle in zip(places, map(math.degrees, turned), strict=True):
        if pdfium.FPDFText_GetUnicode(text_page, place) <= _SPACE:
            continue  # of PDFium's own making, and upright always
        angles[turn := round(-angle / _QUARTER) * _QUARTER % 360] += 1
        if angles[turn] == _ENOUGH:
            return turn
    return max(angles, key=lambda a: (angles[a], a == 0), default=0)


def turned_places(places: str, rotation: int, paper: Box) -> str:
    """Return `PageRead.places` as they are on the `paper` once it is turned by `rotation` degrees clockwise."""
    if not rotation or not places:
        return places
    numbers = array("h")
    numbers.frombytes(base64.b64decode(places))
    left, bottom, right, top = (round(side) for side in paper)
    moved = array("h")
    for at in range(0, len(numbers), 4):
        a, b, c, d = numbers[at : at + 4]
        if rotation == _QUARTER:
            moved.extend((b - bottom, right - c, d - bottom, right - a))
        elif rotation == 2 * _QUARTER:
            moved.extend((right - c, top - d, right - a, top - b))
        else:
            moved.extend((top - d, a - left, top - b, c - left))
    return base64.b64encode(moved.tobytes()).decode("ascii")
