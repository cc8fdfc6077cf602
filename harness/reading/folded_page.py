"""One page's text ready for questions: folded, with the places where words and lines end still known."""

from __future__ import annotations

import base64
import re
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from harness.reading.dates import Day, find_dates
from harness.reading.fold import fold, fold_weak, weak_pattern

Span = tuple[int, int]


class FoldedPage:
    """Folded text of a page in one order of reading. Spans are places in `text`."""

    def __init__(self, raw: str) -> None:
        """Fold `raw`, remembering where its words and lines ended."""
        self._raw = raw
        self._forms: Sequence[str] = ()
        words: list[str] = []
        edges, breaks, length = [0], {0}, 0
        for line in raw.splitlines():
            for word in line.split():
                if folded := fold(word):
                    words.append(folded)
                    length += len(folded)
                    edges.append(length)
            breaks.add(length)
        self.text = "".join(words)
        self.words = tuple(words)
        self.word_edges = frozenset(edges)  # places between words
        self.edges = set(edges)  # the same, and where texts of the form begin and end
        self.breaks = breaks  # places between lines

    @cached_property
    def spaced(self) -> str:
        """The folded words with single spaces between."""
        return " ".join(self.words)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The folded lines without any space."""
        places = sorted(self.breaks)
        return tuple(self.text[a:b] for a, b in pairwise(places) if a < b)

    def unspaced(self, span: Span) -> Span:
        """Return the span of `text` for a span of `spaced`."""
        start = span[0] - self.spaced.count(" ", 0, span[0])
        return start, span[1] - self.spaced.count(" ", 0, span[1])

    @cached_property
    def weak(self) -> FoldedPage:
        """The page in WEAK form."""
        page = FoldedPage(fold_weak(self._raw))
        page.let_edges_be_at(self._forms)
        return page

    def let_edges_be_at(self, texts: Sequence[str]) -> None:
        """Let words begin and end at the form's own texts, where a producer puts no space between label and value."""
        self._forms = texts
        for start, end in (span for text in texts for span in self.occurrences(text)):
            self.edges.update((start, end))

    @cached_property
    def dates(self) -> list[tuple[int, int, Day]]:
        """All dates with their spans in `text`."""
        return find_dates(self.text)

    @cached_property
    def days(self) -> frozenset[Day]:
        """All days printed; words are also read apart, so that a neighbouring cell's digit cannot join in."""
        return frozenset(d[2] for d in (*self.dates, *find_dates(self.spaced)))

    def occurrences(self, folded: str) -> Iterator[Span]:
        """Yield the spans of a folded text."""
        start = self.text.find(folded)
        while start >= 0:
            yield start, start + len(folded)
            start = self.text.find(folded, start + 1)

    def stands_free(self, start: int, end: int) -> bool:
        """Tell whether a span begins and ends where a word does, or at another kind of character."""
        return self._edge(start) and self._edge(end)

    def crosses_line(self, start: int, end: int) -> bool:
        """Tell whether a line ends inside a span."""
        return any(start < b < end for b in self.breaks)

    def has_number(self, renderings: tuple[str, ...]) -> bool:
        """Tell whether a number stands on the page, not as part of a longer one."""
        for text in renderings:
            pattern = rf"(?<![\d,.]){re.escape(text)}(?![\d]|[,.]\d)"
            if re.search(pattern, self.spaced) or re.search(pattern, self.text):
                return True
        return False

    def matches_weakly(self, folded: str, gaiji: tuple[tuple[str, str], ...]) -> bool:
        """Tell whether a text is there but for what producers lose: selectors, characters beyond the BMP, gaiji."""
        matches = weak_pattern(folded, gaiji).finditer(self.weak.text)
        return any(self.weak.stands_free(*m.span()) for m in matches)

    def _edge(self, place: int) -> bool:
        if place in self.edges or place >= len(self.text):
            return True
        return _script(self.text[place - 1]) != _script(self.text[place])


def _script(character: str) -> str:
    """Return the kind of a character as far as words are made of one kind."""
    code = ord(character)
    if character.isascii():
        return "latin" if character.isalpha() else "digit" if character.isdecimal() else character
    if 0x3041 <= code <= 0x309F:
        return "hiragana"
    if 0x30A1 <= code <= 0x30FF:
        return "katakana"
    return "kanji" if character.isalpha() or character == "々" else character


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
