"""Takes a page's text out of PDFium, what can be seen apart from what cannot, with the place of every word.

Order is the drawing order; `places` lets a later reader put the words in rows or columns.
"""

from __future__ import annotations

import base64
import re
from array import array
from collections.abc import Sequence
from ctypes import c_ushort
from dataclasses import dataclass

import pypdfium2.raw as pdfium

from harness.reading import pdfium_calls as calls
from harness.reading.page_objects import Box

_WORD = re.compile(r"\S+")
# PDFium marks a hyphen at a line's end so; on a certificate it is part of an address
_END_OF_LINE_HYPHENS = ("\x02", "\ufffe")
_UNMAPPED = "\ufffd"
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PageText:
    """Text of one page in drawing order."""

    visible: str
    hidden: str
    places: str  # base64 of four int16 (left, bottom, right, top in points) per whitespace-separated word of `visible`


def read_text(
    text_page: pdfium.FPDF_TEXTPAGE,
    paper: Box,
    hidden_objects: set[int],
    most: int,
    concealed: frozenset[int] = frozenset(),
) -> PageText:
    """Read an open PDFium text page.

    `paper` is the visible box of the page, `hidden_objects` the addresses of text objects that cannot be seen,
    `most` the number of characters after which reading stops, `concealed` the places of further ones unseen.
    """
    count = min(pdfium.FPDFText_CountChars(text_page), most)
    if count <= 0:
        return PageText("", "", "")
    text = _characters(text_page, count)
    words = list(_WORD.finditer(text))
    handle = calls.handle(text_page)
    boxes = _boxes(handle, words)
    unseen = _unseen_characters(handle, text, hidden_objects) if hidden_objects else frozenset()
    unseen |= concealed
    if unseen or any(_off(box, paper) for box in boxes):
        visible, hidden, boxes = _told_apart(text, words, boxes, unseen, paper)
    else:
        visible, hidden = text[: words[-1].end()] if words else "", ""
    places = _places(boxes)
    return PageText(_whole(visible), _whole(hidden), base64.b64encode(places.tobytes()).decode("ascii"))


def _told_apart(
    text: str, words: Sequence[re.Match[str]], boxes: Sequence[Box], unseen: frozenset[int], paper: Box
) -> tuple[str, str, list[Box]]:
    """Return what can be seen, what cannot, and the boxes of the words that can."""
    visible: list[str] = []
    hidden: list[str] = []
    kept: list[Box] = []
    end = 0
    for word, box in zip(words, boxes, strict=True):
        gap = text[end : word.start()]
        end = word.end()
        if unseen and any(i in unseen for i in range(word.start(), end)):
            seen, not_seen = _split_word(word, unseen)
            hidden.append(gap + not_seen)
            if seen:
                visible.append((gap or " ") + seen)
                kept.append(box)
        elif _off(box, paper):
            hidden.append(gap + word.group())
        else:
            visible.append(gap + word.group())
            kept.append(box)
    return "".join(visible), "".join(hidden), kept


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
    for sign in _END_OF_LINE_HYPHENS:
        text = text.replace(sign, "-")
    return text


def _whole(text: str) -> str:
    """Join the halves of characters beyond the BMP; a lone half is U+FFFD."""
    if not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unseen_characters(text_page: calls.Handle, text: str, hidden_objects: set[int]) -> frozenset[int]:
    return frozenset(
        index
        for index, character in enumerate(text)
        if not character.isspace() and (calls.text_object(text_page, index).value or 0) in hidden_objects
    )


def _split_word(word: re.Match[str], unseen: frozenset[int]) -> tuple[str, str]:
    """Share the characters of a word that is partly unseen: (seen, not seen)."""
    numbered = list(enumerate(word.group(), word.start()))
    return "".join(c for i, c in numbered if i not in unseen), "".join(c for i, c in numbered if i in unseen)


def _boxes(text_page: calls.Handle, words: Sequence[re.Match[str]]) -> list[Box]:
    """Return the boxes around words, each of one line: around its first and its last character."""
    boxes: list[Box] = []
    box_of, corners, (a, b, c, d) = calls.character_box, calls.corners, calls.corners_at
    for word in words:
        first, end = word.span()
        box_of(text_page, first, a, b, c, d)
        left, right, bottom, top = corners.tolist()
        if end - first > 1:
            box_of(text_page, end - 1, a, b, c, d)
            left2, right2, bottom2, top2 = corners.tolist()
            left, right = left if left < left2 else left2, right if right > right2 else right2
            bottom, top = bottom if bottom < bottom2 else bottom2, top if top > top2 else top2
        boxes.append((left, bottom, right, top))
    return boxes


def _off(box: Box, paper: Box) -> bool:
    return box[2] < paper[0] or box[0] > paper[2] or box[3] < paper[1] or box[1] > paper[3]


def _places(boxes: Sequence[Box]) -> array[int]:
    try:
        return array("h", [round(side) for box in boxes for side in box])
    except (OverflowError, ValueError):  # words far off any paper, in a hostile file
        return array("h", [side for box in boxes for side in _points(box)])


def _points(box: Box) -> tuple[int, int, int, int]:
    left, bottom, right, top = box
    if min(left, bottom) > -32768 and max(right, top) < 32767:
        return round(left), round(bottom), round(right), round(top)
    return 0, 0, 0, 0
