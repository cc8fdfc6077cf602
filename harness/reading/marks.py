"""Reads a page's own marks: which certificate it says it is, its issue number, its page counter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.reading.fold import fold
from harness.reading.folded_page import FoldedPage
from harness.reading.form import spaceless
from harness.reading.profile import Profile
from harness.records.certificates import Certificate


def title_of(layers: Sequence[FoldedPage], profile: Profile) -> Certificate | None:
    """Return the certificate whose title stands on the page as words of its own, the first of several.

    The sentence of proof names certificates too, but within a sentence.
    """
    for page in layers:
        found = [
            (start, -len(title), certificate)
            for certificate, paper in profile.papers.items()
            for title in map(fold, paper.titles)
            for start, end in page.occurrences(title)
            if start in page.word_edges and end in page.word_edges
        ]
        if found:
            return min(found)[2]
    return None


def issue_number_of(layers: Sequence[FoldedPage], profile: Profile) -> str:
    """Return the issue number as printed (folded), "" where none is found."""
    found = _search(layers, profile.issue_number)
    return found["number"] if found else ""


def counter_of(layers: Sequence[FoldedPage], profile: Profile) -> tuple[int, int] | None:
    """Return (page, pages) as printed, None where no counter is found."""
    found = _search(layers, profile.page_counter)
    return (int(found["page"]), int(found["pages"])) if found else None


def _search(layers: Sequence[FoldedPage], pattern: str) -> re.Match[str] | None:
    """Search each order of reading; then line by line without spaces, which some producers put anywhere."""
    if not pattern:
        return None
    anywhere = spaceless(pattern)
    for page in layers:
        if found := re.search(pattern, page.spaced):
            return found
        if found := next((m for line in page.lines if (m := re.search(anywhere, line))), None):
            return found
    return None
