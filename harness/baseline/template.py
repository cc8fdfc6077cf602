"""A page of a baseline as one pattern with holes for volatile tokens: most documents are compared by one match."""

from __future__ import annotations

import re

from harness.baseline.issued import Sheet
from harness.baseline.moment import Moment
from harness.baseline.places import Place, places_of
from harness.baseline.tokens import Token, runs_of, tokens_of
from harness.baseline.volatile import Volatile
from harness.reading.fold import fold
from harness.records.certificates import Certificate

_HOLE = "(.{1,64}?)"  # no date, time or number is longer


class Template:
    """What a page must say, and where it may say something else. What does not match may still be equal."""

    def __init__(self, certificate: Certificate, sheet: Sheet, volatile: Volatile) -> None:
        """Build the pattern; words are taken without white space, as lines may break elsewhere."""
        tokens = runs_of(sheet.text)
        holes: list[tuple[Place, Token]] = []
        parts = []
        for token, place in zip(tokens, places_of(tokens), strict=True):
            hole = bool(volatile.at(certificate, place, token.kind))
            parts.append(_HOLE if hole else re.escape(token.text))
            holes += [(place, token)] if hole else []
        self._pattern = re.compile("".join(parts), re.DOTALL)
        self._holes = tuple(holes)
        self._certificate = certificate
        self._volatile = volatile
        self.steady = len(tokens) - len(holes)  # tokens that must be the same

    def fits(self, text: str, then: Moment, moment: Moment) -> bool:
        """Tell whether a page's text, issued at `moment`, differs from this one of `then` in volatile tokens only."""
        found = self._pattern.fullmatch(fold(text))
        if found is None:
            return False
        return all(self._may(*hole, now, then, moment) for hole, now in zip(self._holes, found.groups(), strict=True))

    def _may(self, place: Place, base: Token, now: str, then: Moment, moment: Moment) -> bool:
        tokens = tokens_of(now)
        if len(tokens) != 1:
            return False
        return self._volatile.allows(self._certificate, place, base, tokens[0], then, moment)
