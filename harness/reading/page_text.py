"""Takes a page's text out of PDFium, what can be seen apart from what cannot, with the place of every word.

Order is the drawing order; `places` lets a later reader put the words in rows or columns.
"""

from __future__ import annotations

import base64
import re
from array import array
from ctypes import addressof, byref, c_double, c_ushort
from dataclasses import dataclass

import pypdfium2.raw as pdfium

from harness.reading.page_objects import Box

_WORD = re.compile(r"\S+")
# PDFium marks a hyphen at a line's end so; on a certificate it is part of an address
_END_OF_LINE_HYPHEN = {0x02: "-", 0xFFFE: "-"}
# cells through which PDFium answers; a process reads one page at a time (see page_objects)
_sides = tuple(c_double() for _ in range(4))
_sides_at = tuple(byref(cell) for cell in _sides)
_UNMAPPED = "\ufffd"
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PageText:
    """Text of one page in drawing order."""

    visible: str
    hidden: str
    places: str  # base64 of four int16 (left, bottom, right, top in points) per whitespace-separated word of `visible`


def read_text(text_page: pdfium.FPDF_TEXTPAGE, paper: Box, hidden_objects: set[int], most: int) -> PageText:
    """Read an open PDFium text page.

    `paper` is the visible box of the page, `hidden_objects` the addresses of text objects that cannot be seen,
    `most` the number of characters after which reading stops.
    """
    count = min(pdfium.FPDFText_CountChars(text_page), most)
    if count <= 0:
        return PageText("", "", "")
    text = _characters(text_page, count)
    unseen = _unseen_characters(text_page, text, hidden_objects) if hidden_objects else frozenset()
    visible: list[str] = []
    hidden: list[str] = []
    places = array("h")
    end = 0
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        end = word.end()
        box = _box(text_page, word.start(), end - 1)
        if unseen and any(i in unseen for i in range(word.start(), end)):
            _split_word(word, unseen, gap, visible, hidden, places, box)
        elif _off(box, paper):
            hidden.append(gap + word.group())
        else:
            visible.append(gap + word.group())
            places.extend(_points(box))
    return PageText(
        _whole("".join(visible)), _whole("".join(hidden)), base64.b64encode(places.tobytes()).decode("ascii")
    )


def _characters(text_page: pdfium.FPDF_TEXTPAGE, count: int) -> str:
    """Return exactly `count` characters; one that the font maps to nothing is U+FFFD.

    PDFium counts a character beyond the BMP as two: the halves stay apart here, see `_whole`.
    """
    buffer = (c_ushort * (2 * count + 2))()
    got = pdfium.FPDFText_GetText(text_page, 0, count, buffer) - 1
    text = bytes(memoryview(buffer).cast("B")[: 2 * max(got, 0)]).decode("utf-16-le", "surrogatepass")
    if got != count or "\x00" in text:
        codes = [pdfium.FPDFText_GetUnicode(text_page, i) for i in range(count)]
        text = "".join(chr(c) if 0 < c < 0x110000 else _UNMAPPED for c in codes)
    elif len(text) != count:
        text = "".join(map(chr, buffer[:count]))
    return text.translate(_END_OF_LINE_HYPHEN)


def _whole(text: str) -> str:
    """Join the halves of characters beyond the BMP; a lone half is U+FFFD."""
    if not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unseen_characters(text_page: pdfium.FPDF_TEXTPAGE, text: str, hidden_objects: set[int]) -> frozenset[int]:
    unseen = set()
    for index, character in enumerate(text):
        if character.isspace():
            continue
        handle = pdfium.FPDFText_GetTextObject(text_page, index)
        if handle and addressof(handle.contents) in hidden_objects:
            unseen.add(index)
    return frozenset(unseen)


def _split_word(
    word: re.Match[str],
    unseen: frozenset[int],
    gap: str,
    visible: list[str],
    hidden: list[str],
    places: array[int],
    box: Box,
) -> None:
    """Share the characters of a word that is partly unseen."""
    seen = "".join(c for i, c in enumerate(word.group(), word.start()) if i not in unseen)
    not_seen = "".join(c for i, c in enumerate(word.group(), word.start()) if i in unseen)
    hidden.append(gap + not_seen)
    if seen:
        visible.append((gap or " ") + seen)
        places.extend(_points(box))


def _box(text_page: pdfium.FPDF_TEXTPAGE, first: int, last: int) -> Box:
    """Return the box around the characters `first` to `last` of one line."""
    left, bottom, right, top = _character_box(text_page, first)
    if first == last:
        return left, bottom, right, top
    left2, bottom2, right2, top2 = _character_box(text_page, last)
    return min(left, left2), min(bottom, bottom2), max(right, right2), max(top, top2)


def _character_box(text_page: pdfium.FPDF_TEXTPAGE, index: int) -> Box:
    pdfium.FPDFText_GetCharBox(text_page, index, *_sides_at)
    left, right, bottom, top = _sides
    return left.value, bottom.value, right.value, top.value


def _off(box: Box, paper: Box) -> bool:
    return box[2] < paper[0] or box[0] > paper[2] or box[3] < paper[1] or box[1] > paper[3]


def _points(box: Box) -> tuple[int, int, int, int]:
    left, bottom, right, top = box
    if min(left, bottom) > -32768 and max(right, top) < 32767:
        return round(left), round(bottom), round(right), round(top)
    return 0, 0, 0, 0
