"""Reads what stands beside a label: the only way to tell a wrong value from a merely unread one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from msgspec import Struct

from harness.reading.fold import fold_weak, loses_nothing, weak_pattern
from harness.reading.folded_page import FoldedPage, Span

_PUNCTUATION = "::;・"
_OPENING = {"】": "【", ")": "(", "]": "[", "〕": "〔", "」": "「", "〉": "〈", "》": "《", ">": "<"}
_BRACKETS = frozenset(_OPENING.values())  # what they enclose after a value is a remark: 桐島清志(キリシマキヨシ)
_AFTER_LABELS = frozenset((*_PUNCTUATION, *_OPENING))


class Labelled(Struct, frozen=True, kw_only=True):
    """A label and the text after it, to the line's end or the next label."""

    label: str
    value: str  # folded; "" where the field is empty or holds a filler
    start: int  # of the value, in the page's text
    end: int
    below: bool = False  # the value stands in the line under the label
    filler: str = ""  # what stands there instead of a value


def labelled_values(page: FoldedPage, labels: Sequence[str], fillers: Sequence[str]) -> list[Labelled]:
    """Return every label that stands as a word of its own, with what follows it.

    `labels` and `fillers` are folded, the longest first. A label at a line's end takes the next line's text.
    """
    spans = sorted(_label_spans(page, labels))
    starts = [start for start, _ in spans] + [len(page.text)]
    found = []
    for number, (start, end) in enumerate(spans):
        value = _value_span(page, end, starts[number + 1])
        found.append(_labelled(page, page.text[start:end], value, fillers))
    return found


def _label_spans(page: FoldedPage, labels: Sequence[str]) -> Iterator[Span]:
    taken: list[Span] = []
    for label in labels:
        for start, end in page.occurrences(label):
            if not _begins(page, start) or not _ends(page, end) or _in_brackets(page, start, end):
                continue
            if not any(a < end and start < b for a, b in taken):
                taken.append((start, end))
                yield start, end


def _in_brackets(page: FoldedPage, start: int, end: int) -> bool:
    """Tell whether a label is the end of a longer text in brackets: 氏名 in 【配偶者氏名】, set glyph by glyph."""
    closing = page.text[end : end + 1]
    return closing in _OPENING and page.text[start - 1 : start] != _OPENING[closing]


def _begins(page: FoldedPage, start: int) -> bool:
    return start in page.word_edges or (start - 1 in page.word_edges and page.text[start - 1] in _BRACKETS)


def _ends(page: FoldedPage, end: int) -> bool:
    return end in page.word_edges or page.text[end] in _AFTER_LABELS


def _value_span(page: FoldedPage, start: int, stop: int) -> Span:
    while start < stop and page.text[start] in _AFTER_LABELS:
        start += 1
    following = bisect_right(page.line_ends, start)
    return start, min(stop, page.line_ends[following]) if following < len(page.line_ends) else stop


def _labelled(page: FoldedPage, label: str, span: Span, fillers: Sequence[str]) -> Labelled:
    value = page.text[span[0] : span[1]]
    filler = next((f for f in fillers if value.startswith(f)), "")
    below = span[0] in page.breaks
    return Labelled(label=label, value="" if filler else value, start=span[0], end=span[1], below=below, filler=filler)


def agrees(page: FoldedPage, found: Labelled, expected: str) -> bool:
    """Tell whether the value beside a label is the expected text, or its first line, or begins with it as a word."""
    value = found.value
    if value == expected or (len(value) > 1 and expected.startswith(value)):
        return True
    if value.startswith(expected):
        return found.start + len(expected) in page.edges or value[len(expected)] in _BRACKETS
    weak = fold_weak(value)
    if weak == value and loses_nothing(expected):
        return False
    return weak_pattern(expected).match(weak) is not None


def stands_after(page: FoldedPage, label: str, text: str) -> bool:
    """Tell whether a text stands right after a label, with nothing but signs between: 性別:男, 【性別】男."""
    for _, end in page.occurrences(label):
        place = end
        while place < len(page.text) and page.text[place] in _AFTER_LABELS:
            place += 1
        if page.text.startswith(text, place):
            return True
    return False
