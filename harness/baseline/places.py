"""Where a token stands on a page, told by the text around it: the same place on everybody's certificate of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.baseline.tokens import Kind, Tokens

_HOLE = "\u25c7"  # stands for a token that is no word: its text differs between residents and issues
WIDTHS = (8, 6, 4, 3, 2)  # characters of the text around; the widest that residents share is taken


class Place(NamedTuple):
    """What stands before and behind a token, at most the widest width of it, holes for tokens that are no words."""

    before: str
    after: str

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield (text before, "") and ("", text behind), the widest first; a bitmap has one place only."""
        if not self.after:
            yield self.before, ""
            return
        for width in WIDTHS:
            if len(self.before) >= width:
                yield self.before[-width:], ""
            if len(self.after) >= width:
                yield "", self.after[:width]


def places_of(tokens: Tokens) -> tuple[Place, ...]:
    """Return the place of every token of a page; the page's edges count as text of their own."""
    shown = [t.text if t.kind is Kind.WORD else _HOLE for t in tokens]
    page = "\x02" * WIDTHS[0] + "".join(shown) + "\x03" * WIDTHS[0]
    places = []
    at = WIDTHS[0]
    for text in shown:
        end = at + len(text)
        places.append(Place(page[at - WIDTHS[0] : at], page[end : end + WIDTHS[0]]))
        at = end
    return tuple(places)
