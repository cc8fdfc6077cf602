"""Puts the words of a page in another order of reading than the one they were drawn in, by their places."""

from __future__ import annotations

import base64
from array import array
from collections.abc import Iterator


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


class _Placed:
    """A word and its box."""

    __slots__ = ("bottom", "height", "left", "right", "text")

    def __init__(self, text: str, left: int, bottom: int, right: int, top: int) -> None:
        self.text = text
        self.left, self.right, self.bottom = left, right, bottom
        self.height = max(top - bottom, 1)


def _placed(raw: str, places: str) -> list[_Placed]:
    words = raw.split()
    numbers = array("h")
    numbers.frombytes(base64.b64decode(places))
    if len(numbers) != 4 * len(words):
        return []
    return [_Placed(w, *numbers[4 * i : 4 * i + 4]) for i, w in enumerate(words)]


def _rows(words: list[_Placed]) -> list[list[_Placed]]:
    """Group words whose middles lie within half a height into rows."""
    rows: list[list[_Placed]] = []
    middle = 0.0
    for word in sorted(words, key=lambda w: -(2 * w.bottom + w.height)):
        at = word.bottom + word.height / 2
        if rows and middle - at <= word.height / 2:
            rows[-1].append(word)
        else:
            rows.append([word])
            middle = at
    return [sorted(row, key=lambda w: w.left) for row in rows]


def _pieces(row: list[_Placed]) -> Iterator[list[_Placed]]:
    """Split a row where the gap is wider than a character: cells of a table."""
    piece: list[_Placed] = []
    for word in row:
        if piece and word.left - piece[-1].right > 1.2 * word.height:
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece
