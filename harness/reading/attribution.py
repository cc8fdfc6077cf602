"""Decides which of the population's texts on a page really stand there, and which of them are somebody else's.

Substring search alone flags a quarter of all correct documents (村上博 in 村上博美). The rules: a hit inside one of the
applicant's own values says nothing; a hit inside a longer hit is part of it; a short hit inside a longer word is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

from harness.reading.fold import fold_weak
from harness.reading.folded_page import FoldedPage, Span
from harness.reading.owners import KOSEKI_ROLES, Hit, Owner, OwnerIndex

# Shorter names need a word's edge on both sides: 林一 is in 小林一郎 too.
_SHORT = 3


class Foreign(Struct, frozen=True, kw_only=True):
    """A text on the page that belongs to other people only."""

    start: int
    end: int
    text: str
    owners: tuple[Owner, ...]
    bits: float


@dataclass(frozen=True, slots=True)
class Attributed:
    """One page in one order of reading, attributed."""

    page: FoldedPage
    foreign: tuple[Foreign, ...]

    def inside_foreign(self, span: Span) -> bool:
        """Tell whether a span is a part of somebody else's longer text."""
        return any(
            f.start <= span[0] and span[1] <= f.end and f.end - f.start > span[1] - span[0] for f in self.foreign
        )


class OwnTexts:
    """The texts that, on one document, say nothing of anybody else."""

    def __init__(self, texts: frozenset[str], people: frozenset[str], index: OwnerIndex) -> None:
        """Keep folded `texts` and the `people` whose document it is.

        Those texts that are no patterns of `index` are searched one by one.
        """
        self.texts = texts
        self._people = people
        self._index = index

    @cached_property
    def weak(self) -> frozenset[str]:
        """The texts in WEAK form."""
        return frozenset(fold_weak(t) for t in self.texts)

    @cached_property
    def unindexed(self) -> tuple[str, ...]:
        """The texts that are no patterns of the index."""
        return tuple(t for t in self.texts if len(t) > 1 and not self._index.owners_of(t))

    def holds(self, text: str, owners: Sequence[Owner]) -> bool:
        """Tell whether a text is own: now, or in a state that the register has left (a stale item is nobody else's)."""
        return text in self.texts or any(o.resident in self._people and o.role not in KOSEKI_ROLES for o in owners)


def attribute(page: FoldedPage, own: OwnTexts, index: OwnerIndex, hits: Sequence[Hit] | None = None) -> Attributed:
    """Return the texts on `page` that belong to other people than those whose texts `own` are.

    A name that differs from an own one only in what producers lose speaks for neither person. `hits` are those of
    `index` where the page was searched already, in its order.
    """
    hits = index.find(page.text) if hits is None else hits
    strangers = [h for h in hits if not own.holds(index.text(h.text), index.owners(h.text))]
    if not strangers:
        return Attributed(page, ())
    explained = [*page.form_spans, *_own_spans(page, own, hits, index)]
    strangers = [h for h in strangers if _stands(page, h) and not _explained(page, h, explained)]
    whole = {(h.start, h.end) for h in strangers}
    strangers = [h for h in strangers if not any(_next_number_joins(page, h, end) for _, end in _within(h, whole))]
    kept = [h for h in _longest(strangers) if fold_weak(index.text(h.text)) not in own.weak]
    return Attributed(page, tuple(_foreign(h, index) for h in kept))


def _own_spans(page: FoldedPage, own: OwnTexts, hits: Sequence[Hit], index: OwnerIndex) -> list[Span]:
    spans = [(h.start, h.end) for h in hits if own.holds(index.text(h.text), index.owners(h.text))]
    return spans + [span for text in own.unindexed for span in page.occurrences(text)]


def _stands(page: FoldedPage, hit: Hit) -> bool:
    """Tell whether a hit can be a value of its own: not a name within a word, not a part of a number."""
    text = page.text[hit.start : hit.end]
    wordlike = text.isascii() or not _has_kanji(text) or len(text) <= _SHORT
    return page.stands_free(hit.start, hit.end) if wordlike else True


def _has_kanji(text: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" or c > "\U00010000" for c in text)


def _explained(page: FoldedPage, hit: Hit, explained: Iterable[Span]) -> bool:
    """Tell whether a hit lies in, or only comes about by overlapping, a text that is the form's or the applicant's."""
    for start, end in explained:
        if start <= hit.start and hit.end <= end:
            return True
        if hit.start < end and start < hit.end and _own_wins(page, hit, start, end):
            return True
    return False


def _own_wins(page: FoldedPage, hit: Hit, start: int, end: int) -> bool:
    """Decide between an own text and an overlapping one of others: 山田太郎 in its cell, or 山田太郎一?"""
    if hit.start <= start and end <= hit.end:
        if _next_number_joins(page, hit, end):
            return True
        longer_is_whole = page.stands_free(hit.start, hit.end) and not page.crosses_line(hit.start, hit.end)
        return page.stands_free(start, end) and not longer_is_whole
    return page.stands_free(start, end)


def _within(hit: Hit, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans that begin as a hit does and end before it."""
    return (span for span in spans if span[0] == hit.start and span[1] < hit.end)


def _next_number_joins(page: FoldedPage, hit: Hit, end: int) -> bool:
    """Tell whether a hit is a text that ends with a number at `end`, and the number of another cell behind it.

    6-10-1 with the 1 of a first row is not 6-10-11; but where every digit is set by itself, it may be.
    """
    if end not in page.word_edges or end - 1 in page.word_edges:
        return False
    return page.text[end - 1 : end].isdecimal() and page.text[end : hit.end].isdecimal()


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    """Drop hits that lie inside longer ones."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not kept or hit.end > kept[-1].end or (hit.start, hit.end) == (kept[-1].start, kept[-1].end):
            kept.append(hit)
    return kept


def _foreign(hit: Hit, index: OwnerIndex) -> Foreign:
    owners = index.owners(hit.text)
    return Foreign(start=hit.start, end=hit.end, text=index.text(hit.text), owners=owners, bits=index.bits(owners))
