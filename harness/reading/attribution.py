"""Decides which of the population's texts on a page really stand there, and which of them are somebody else's.

Substring search alone flags a quarter of all correct documents (村上博 in 村上博美). The rules: a hit inside one of the
applicant's own values says nothing; a hit inside a longer hit is part of it; a short hit inside a longer word is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import Struct

from harness.reading.fold import fold, fold_weak
from harness.reading.folded_page import FoldedPage, Span
from harness.reading.owners import Hit, Owner, OwnerIndex
from harness.reading.profile import Profile

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


class FormTexts:
    """What the form itself prints: labels, titles, fillers, and the patterns of texts that differ by issue."""

    def __init__(self, profile: Profile) -> None:
        """Fold all fixed texts of a profile once."""
        items = [label for item in profile.items.values() for label in item.labels]
        papers = [t for paper in profile.papers.values() for t in (*paper.titles, *paper.labels)]
        texts = {fold(t) for t in (*items, *papers, *profile.fillers, *profile.fixed)}
        self.texts = tuple(sorted((t for t in texts if len(t) > 1), key=len, reverse=True))
        self.labels = tuple(sorted({fold(t) for t in items}, key=len, reverse=True))
        self.fillers = tuple(sorted({fold(t) for t in profile.fillers}, key=len, reverse=True))
        patterns = [p for p in (profile.issue_number, profile.page_counter, *profile.variable) if p]
        self.variable = tuple(re.compile(p) for p in patterns)

    def spans(self, page: FoldedPage) -> list[Span]:
        """Return where the form's own texts stand."""
        fixed = [span for text in self.texts for span in page.occurrences(text)]
        return fixed + [page.unspaced(m.span()) for pattern in self.variable for m in pattern.finditer(page.spaced)]


def attribute(
    page: FoldedPage, own_texts: frozenset[str], weakly_own: frozenset[str], index: OwnerIndex, form: FormTexts
) -> Attributed:
    """Return the texts on `page` that belong to other people than those whose texts `own_texts` are.

    `weakly_own` holds the WEAK forms of `own_texts`: a name that differs from an own one only in what producers lose
    speaks for neither person.
    """
    hits = index.find(page.text)
    explained = form.spans(page) + _own_spans(page, own_texts, hits, index)
    strangers = [h for h in hits if index.text(h.text) not in own_texts]
    strangers = [h for h in strangers if _stands(page, h) and not _explained(page, h, explained)]
    kept = [h for h in _longest(strangers) if fold_weak(index.text(h.text)) not in weakly_own]
    return Attributed(page, tuple(_foreign(h, index) for h in kept))


def _own_spans(page: FoldedPage, own_texts: frozenset[str], hits: Sequence[Hit], index: OwnerIndex) -> list[Span]:
    spans = [(h.start, h.end) for h in hits if index.text(h.text) in own_texts]
    unindexed = (t for t in own_texts if len(t) > 1 and not index.owners_of(t))
    return spans + [span for text in unindexed for span in page.occurrences(text)]


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
        longer_is_whole = page.stands_free(hit.start, hit.end) and not page.crosses_line(hit.start, hit.end)
        return page.stands_free(start, end) and not longer_is_whole
    return page.stands_free(start, end)


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
