"""What the form itself prints: labels, titles, fillers, fixed texts, and texts that differ by issue."""

from __future__ import annotations

import re

import ahocorasick_rs

from harness.reading.fold import fold
from harness.reading.folded_page import FoldedPage, Span
from harness.reading.profile import Profile


class FormTexts:
    """The fixed texts of a profile, folded once."""

    def __init__(self, profile: Profile) -> None:
        """Collect labels, titles, fillers, fixed texts and variable patterns."""
        labels = {fold(label) for item in profile.items.values() for label in item.labels}
        papers = {fold(t) for paper in profile.papers.values() for t in (*paper.titles, *paper.labels)}
        fillers = {fold(t) for t in profile.fillers}
        fixed = {fold(t) for t in profile.fixed}
        self.texts = tuple(sorted((t for t in labels | papers | fillers | fixed if len(t) > 1), key=_longest_first))
        self.labels = tuple(sorted(labels, key=_longest_first))
        self.fillers = tuple(sorted(fillers, key=_longest_first))
        self.every = tuple(
            sorted((labels | papers | fillers | fixed) - {""}, key=_longest_first)
        )  # also single characters
        patterns = (profile.issue_number, profile.page_counter, *profile.variable)
        self._variable = tuple(re.compile(p) for p in patterns if p)
        self._variable_spaceless = tuple(re.compile(spaceless(p)) for p in patterns if p)
        self._automaton = ahocorasick_rs.AhoCorasick(
            self.texts or ("\ufffe",), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

    def spans(self, page: FoldedPage) -> list[Span]:
        """Return where the form's own texts stand on a page, the longest where several begin."""
        fixed = [(start, end) for _, start, end in self._automaton.find_matches_as_indexes(page.text)]
        return fixed + [page.unspaced(m.span()) for pattern in self._variable for m in pattern.finditer(page.spaced)]

    def without_variable(self, page: FoldedPage) -> str:
        """Return a page's lines, without any space, and without what differs from issue to issue."""
        told = "\n".join(page.lines)
        for pattern in self._variable_spaceless:
            told = pattern.sub("", told)
        return told


def spaceless(pattern: str) -> str:
    """Return a profile's pattern for text without spaces: some producers put them anywhere."""
    return pattern.replace(" ?", "").replace(" ", "")


def _longest_first(text: str) -> tuple[int, str]:
    return -len(text), text
