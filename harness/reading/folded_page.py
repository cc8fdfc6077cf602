"""One page's text ready for questions: folded, with the places where words and lines end still known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import accumulate, pairwise

from harness.reading.dates import Day, find_dates
from harness.reading.fold import fold, fold_weak, weak_pattern

Span = tuple[int, int]
FormFinder = Callable[["FoldedPage"], Iterable[Span]]
# noncharacters, which no text holds and folding keeps: ends of words and lines while a page is folded as a whole
WORD, LINE = "\ufdd0", "\ufdd1"


def _no_form(_page: FoldedPage) -> Iterable[Span]:
    return ()


class FoldedPage:
    """Folded text of a page in one order of reading. Spans are places in `text`."""

    def __init__(self, raw: str) -> None:
        """Fold `raw`, remembering where its words and lines ended."""
        self._raw = raw
        self._find_form: FormFinder = _no_form
        self.marked = fold(LINE.join(WORD.join(line.split()) for line in raw.splitlines()))  # ends of words and lines
        words = tuple(filter(None, self.marked.replace(LINE, WORD).split(WORD)))
        lines = (len(line) - line.count(WORD) for line in self.marked.split(LINE))
        self.text = "".join(words)
        self.words = words
        self.word_edges = frozenset(accumulate(map(len, words), initial=0))  # places between words
        self.breaks = frozenset(accumulate(lines, initial=0))  # places between lines

    @cached_property
    def form_spans(self) -> tuple[Span, ...]:
        """Where the form's own texts stand."""
        return tuple(self._find_form(self))

    @cached_property
    def edges(self) -> frozenset[int]:
        """The places between words, and where texts of the form begin and end."""
        return self.word_edges.union(*self.form_spans)

    @cached_property
    def spaced(self) -> str:
        """The folded words with single spaces between."""
        return " ".join(self.words)

    @cached_property
    def line_ends(self) -> tuple[int, ...]:
        """The places between lines, in order."""
        return tuple(sorted(self.breaks))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The folded lines without any space."""
        return tuple(self.text[a:b] for a, b in pairwise(self.line_ends) if a < b)

    def unspaced(self, span: Span) -> Span:
        """Return the span of `text` for a span of `spaced`."""
        start = span[0] - self.spaced.count(" ", 0, span[0])
        return start, span[1] - self.spaced.count(" ", 0, span[1])

    @cached_property
    def weak(self) -> FoldedPage:
        """The page in WEAK form."""
        page = FoldedPage(fold_weak(self._raw))
        page.take_form(self._find_form)
        return page

    def take_form(self, find: FormFinder) -> None:
        """Let `find` say where the form's own texts stand, once that is asked for.

        Words may begin and end there: some producers put no space between label and value.
        """
        self._find_form = find
        for known in ("form_spans", "edges"):
            self.__dict__.pop(known, None)

    @cached_property
    def dates(self) -> tuple[tuple[int, int, Day], ...]:
        """All dates with their spans in `text`."""
        return find_dates(self.text)

    @cached_property
    def line_by_line(self) -> str:
        """The folded lines without any space, a line each: what begins the next one joins nothing of this one."""
        return "\n".join(self.lines)

    @cached_property
    def days(self) -> frozenset[Day]:
        """All days printed; words and lines are also read apart: a neighbouring cell's digit cannot join in."""
        return frozenset(d[2] for d in (*self.dates, *find_dates(self.spaced), *find_dates(self.line_by_line)))

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
        return not self.breaks.isdisjoint(range(start + 1, end))

    def has_number(self, renderings: tuple[str, ...]) -> bool:
        """Tell whether a number stands on the page, not as part of a longer one."""
        pages = (self.spaced, self.text, self.line_by_line)
        return any(number_in(page, text) for text in renderings for page in pages)

    def matches_weakly(self, folded: str, gaiji: tuple[tuple[str, str], ...]) -> bool:
        """Tell whether a text is there but for what producers lose: selectors, characters beyond the BMP, gaiji."""
        pattern, page = weak_pattern(folded, gaiji), self.weak
        found = pattern.search(page.text)
        while found is not None and not page.stands_free(*found.span()):
            found = pattern.search(page.text, found.start() + 1)  # what is garbled may begin later than it could
        return found is not None

    def _edge(self, place: int) -> bool:
        if place in self.edges or place >= len(self.text):
            return True
        return _script(self.text[place - 1]) != _script(self.text[place])


def number_in(page: str, number: str) -> bool:
    """Tell whether a number stands in a text, not as part of a longer one or of its decimals."""
    start = page.find(number)
    while start >= 0:
        before, after = page[max(0, start - 1) : start], page[start + len(number) : start + len(number) + 2]
        longer = after[:1].isdecimal() or (after[:1] in {",", "."} and after[1:].isdecimal())
        if not (before.isdecimal() or before in {",", "."} or longer):
            return True
        start = page.find(number, start + 1)
    return False


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
