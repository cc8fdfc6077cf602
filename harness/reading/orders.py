"""Puts the words of a page in another order of reading than the one they were drawn in, by their places."""

from __future__ import annotations

import base64
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np

_SMALL = 0.6  # of the usual height: a full stop, a hyphen, a comma, whose middle is not that of its row
_CELL_GAP = 1.2  # of a character: a wider gap parts cells
_SIGN_GAP = 3.0  # of a character: the parts of a date may stand in cells of their own, and the signs between them
_STREWN = 30  # times; four persons' dates make twenty of an era in a cell of its own
_STEP_POINTS = 3  # in which a gap between two halves is looked for
_CROSSING = 0.1  # of the words may reach over that gap
_LEAST_HALF = 0.2  # of the words stand in the emptier half
_NEXT_WITHIN = 2.0  # of a character: the next one of a column is no farther


def order_by_rows(raw: str, places: str) -> str:
    """Return the words of a page in rows from top to bottom, each from left to right.

    `places` is PageRead.places; "" is returned where it does not fit the words.
    """
    words = _placed(raw, places)
    return "\n".join(" ".join(w.text for w in row) for row in _rows(words))


def order_by_columns(raw: str, places: str) -> str:
    """Return the words with lines of one cell together: a line under another with the same left edge continues it."""
    cells: list[list[_Placed]] = []  # open cells by their last line
    lines: list[list[str]] = []
    for row in _rows(_placed(raw, places)):
        for piece in _pieces(row):
            first = piece[0]
            for number, above in enumerate(cells):
                if abs(above[0].left - first.left) <= 4 and 0 < above[0].bottom - first.bottom <= 2.4 * first.height:
                    cells[number] = piece
                    lines[number].append(" ".join(w.text for w in piece))
                    break
            else:
                cells.append(piece)
                lines.append([" ".join(w.text for w in piece)])
    return "\n".join("\n".join(cell) for cell in lines)


def order_by_halves(raw: str, places: str) -> str:
    """Return the rows of the left half of a page, then those of the right half; "" where no gap parts it so.

    Few words may reach over the gap: titles and sentences do. They stay with the left half.
    """
    words = _placed(raw, places)
    gap = _gap_between_halves(words)
    if gap is None:
        return ""
    halves = [w for w in words if w.left < gap], [w for w in words if w.left >= gap]
    return "\n".join(" ".join(w.text for w in row) for half in halves for row in _rows(half))


def _gap_between_halves(words: Sequence[_Placed]) -> int | None:
    """Return where, next to the middle, few words stand in the way; None where that is nowhere or a half is empty."""
    left, right = min((w.left for w in words), default=0), max((w.right for w in words), default=0)
    third = (right - left) // 3
    free = (
        x
        for x in range(left + third, right - third, _STEP_POINTS)
        if sum(w.left < x < w.right for w in words) <= _CROSSING * len(words)
    )
    gap = min(free, key=lambda x: abs(2 * x - left - right), default=None)
    if gap is None:
        return None
    beyond = sum(w.left >= gap for w in words)
    return gap if _LEAST_HALF * len(words) <= beyond <= (1 - _LEAST_HALF) * len(words) else None


def order_vertically(raw: str, places: str) -> str:
    """Return the words of a page written from top to bottom (縦書き), a column a line, columns from right to left.

    "" for a page that is not written so: most of its characters must stand in words taller than wide, or one under
    the other.
    """
    if not _written_vertically(raw.split(), _numbers(places)):
        return ""
    words = _placed(raw, places)
    turned = [w.turned() for w in words]
    return "\n".join(" ".join("".join(w.text for w in piece) for piece in _pieces(row)) for row in _rows(turned))


def _written_vertically(words: Sequence[str], numbers: array[int]) -> bool:
    if not words or len(numbers) != 4 * len(words) or _mostly_across(words, numbers):
        return False
    down = across = 0
    before_left, before_bottom = numbers[0], numbers[1]
    for text, left, bottom, right, top in zip(words, *(numbers[side::4] for side in range(4)), strict=True):
        height = max(top - bottom, 1)
        if len(text) > 1:
            tall = height > right - left
            down, across = down + len(text) * tall, across + len(text) * (not tall)
        elif abs(before_left - left) < height and 0 < before_bottom - bottom < _NEXT_WITHIN * height:
            down += 1
        elif abs(before_bottom - bottom) < height / 2:
            across += 1
        before_left, before_bottom = left, bottom
    return down > across


def _mostly_across(words: Sequence[str], numbers: array[int]) -> bool:
    """Tell whether more than half of the characters stand in words that are wider than tall, as on most pages."""
    left, bottom, right, top = np.frombuffer(numbers, np.int16).astype(np.int32).reshape(-1, 4).T
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    width = right - left
    wide = lengths[(lengths > 1) & (top - bottom <= width) & (width > 0)]
    return bool(2 * wide.sum() > lengths.sum())


class _Placed:
    """A word and its box."""

    __slots__ = ("bottom", "height", "left", "right", "text")

    def __init__(self, text: str, left: int, bottom: int, right: int, top: int) -> None:
        self.text = text
        self.left, self.right, self.bottom = left, right, bottom
        self.height = max(top - bottom, 1)

    def turned(self) -> _Placed:
        """Return the word a quarter turn to the left: columns from the right become rows from the top."""
        return _Placed(self.text, -(self.bottom + self.height), self.left, -self.bottom, self.right)


def _numbers(places: str) -> array[int]:
    numbers = array("h")
    numbers.frombytes(base64.b64decode(places))
    return numbers


def _placed(raw: str, places: str) -> list[_Placed]:
    """Return the words of a page but those of its background, which stand in the way of every row."""
    words, numbers = raw.split(), _numbers(places)
    if len(numbers) != 4 * len(words):
        return []
    background = _background(words)
    return [_Placed(w, *numbers[4 * i : 4 * i + 4]) for i, w in enumerate(words) if w not in background]


def _background(words: Sequence[str]) -> frozenset[str]:
    """Return the words of a copy guard (複写, COPY): strewn over the page more often than any label or value is."""
    often = Counter(words).items() if len(words) >= _STREWN else ()
    return frozenset(word for word, count in often if count >= _STREWN and len(word) > 1 and word.isalpha())


def _rows(words: list[_Placed]) -> list[list[_Placed]]:
    """Group words whose middles lie within half a height into rows; small signs join the row that they lie in."""
    usual = median(w.height for w in words) if words else 0
    rows = _rows_of([w for w in words if w.height >= _SMALL * usual])
    loose = [w for w in words if w.height < _SMALL * usual and not _joins(rows, w)]
    rows = sorted((*rows, *_rows_of(loose)), key=lambda row: -max(w.bottom + w.height / 2 for w in row))
    return [sorted(row, key=lambda w: w.left) for row in rows]


def _rows_of(words: list[_Placed]) -> list[list[_Placed]]:
    rows: list[list[_Placed]] = []
    middle = 0.0
    for word in sorted(words, key=lambda w: -(2 * w.bottom + w.height)):
        at = word.bottom + word.height / 2
        if rows and middle - at <= word.height / 2:
            rows[-1].append(word)
        else:
            rows.append([word])
            middle = at
    return rows


def _joins(rows: list[list[_Placed]], sign: _Placed) -> bool:
    """Put a small sign into the row of its nearest neighbour as high as it stands; tell whether there is one."""
    if len(sign.text) != 1:
        return False
    middle = sign.bottom + sign.height / 2
    near: list[tuple[int, int]] = []  # distance and row
    for number, row in enumerate(rows):
        for word in row:
            distance = max(word.left - sign.right, sign.left - word.right)
            if distance <= _SIGN_GAP * word.height and word.bottom - 2 <= middle <= word.bottom + word.height:
                near.append((distance, number))
    if near:
        rows[min(near)[1]].append(sign)
    return bool(near)


def _pieces(row: list[_Placed]) -> Iterator[list[_Placed]]:
    """Split a row where the gap is wider than a character: cells of a table."""
    piece: list[_Placed] = []
    for word in row:
        if piece and word.left - piece[-1].right > _CELL_GAP * word.height:
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece
