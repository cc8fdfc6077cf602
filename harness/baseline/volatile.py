"""Says whether tokens at one place may differ: it was learned to be volatile, and the value fits its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from harness.baseline.moment import Moment, shifted
from harness.baseline.places import Place
from harness.baseline.tokens import Kind, Token
from harness.records.baseline import VolatileKind, VolatileToken
from harness.records.certificates import Certificate

_FORMS = {
    VolatileKind.ISSUE_DATE: {Kind.DATE},
    VolatileKind.SHIFTED_DATE: {Kind.DATE},
    VolatileKind.TIME: {Kind.TIME},
    VolatileKind.YEAR: {Kind.YEAR},
    VolatileKind.NUMBER: {Kind.NUMBER},
    VolatileKind.WORD: {Kind.WORD, Kind.NUMBER},
    VolatileKind.IMAGE: {Kind.IMAGE},
}


class Volatile:
    """The volatile places of all certificates, for look-up."""

    def __init__(self, learned: Iterable[VolatileToken]) -> None:
        """Index them by certificate and the text around."""
        self._at: dict[tuple[Certificate, str, str], list[VolatileToken]] = {}
        self._known: dict[tuple[Certificate, Place, Kind], tuple[VolatileToken, ...]] = {}
        for token in learned:
            self._at.setdefault((token.certificate, token.label, token.after), []).append(token)

    def at(self, certificate: Certificate, place: Place, kind: Kind) -> tuple[VolatileToken, ...]:
        """Return what was learned of tokens of this kind at a place, the surest place first."""
        known = self._known.get((certificate, place, kind))
        if known is None:
            known = self._known[certificate, place, kind] = self._learned_at(certificate, place, kind)
        return known

    def _learned_at(self, certificate: Certificate, place: Place, kind: Kind) -> tuple[VolatileToken, ...]:
        return tuple(
            token
            for label, after in place.texts()
            for token in self._at.get((certificate, label, after), ())
            if kind in _FORMS[token.kind]
        )

    def is_issue_date(self, certificate: Certificate, place: Place) -> bool:
        """Tell whether the day of issue stands at a place."""
        return any(t.kind is VolatileKind.ISSUE_DATE for t in self.at(certificate, place, Kind.DATE))

    def allows(
        self, certificate: Certificate, place: Place, base: Token, now: Token, then: Moment, moment: Moment
    ) -> bool:
        """Tell whether `now`, issued at `moment`, may stand where `base` stood that was issued at `then`."""
        if base.kind is not now.kind:
            return False
        learned = self.at(certificate, place, base.kind)
        return any(fits(token, base, now, then, moment) for token in learned)


def fits(token: VolatileToken, base: Token, now: Token, then: Moment, moment: Moment) -> bool:
    """Tell whether the value `now` is one that a volatile token may have."""
    match token.kind:
        case VolatileKind.ISSUE_DATE:
            return now.day in moment.days
        case VolatileKind.SHIFTED_DATE:
            assert base.day is not None and now.day is not None
            return any(shifted(base.day, a, now.day, b) for a in then.days for b in moment.days)
        case VolatileKind.TIME:
            return moment.is_near(now.amount)
        case VolatileKind.YEAR:
            return moment.is_year(now.amount)
        case VolatileKind.NUMBER:
            return _pattern(token.pattern).fullmatch(now.text) is not None
        case VolatileKind.WORD:
            return now.text in token.words
        case VolatileKind.IMAGE:
            return True


@lru_cache(maxsize=1000)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def pattern_of(samples: Iterable[str]) -> str:
    """Return a regular expression that all samples match, as narrow as they agree: only figures vary, else letters too.

    Figures may be more or fewer than seen: a counter grows and begins anew.
    """
    samples = tuple(dict.fromkeys(samples))
    for varying, stands_for in ((r"\d+|元", r"(?:\d+|元)"), (r"[0-9A-Za-z元]+", "[0-9A-Za-z元]+")):
        shapes = {stands_for.join(re.escape(fixed) for fixed in re.split(varying, sample)) for sample in samples}
        if len(shapes) == 1:
            return shapes.pop()
    return r"[0-9A-Za-z元]+(?:[-./_:][0-9A-Za-z]+)*"
