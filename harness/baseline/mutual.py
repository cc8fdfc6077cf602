"""Judges the documents of a baseline against each other: two issues of one application, and two people's documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from harness.baseline.align import align
from harness.baseline.comparison import Differing, telling
from harness.baseline.issued import Issued, twins
from harness.baseline.learning import ENOUGH
from harness.baseline.oracle import Agreement, BaselineOracle, Conclusion
from harness.baseline.shelf import Shelf
from harness.baseline.tellers import values_of
from harness.baseline.tokens import Kind
from harness.records.certificates import Certificate

_STEADY_SHARE = 0.95  # of the residents: a place where nearly everybody's two issues agree
_UNSTABLE_SHARE = 0.3  # of a certificate's twins: beyond it the text layer itself is made anew each time


class Doubt(NamedTuple):
    """What speaks against one document of a baseline."""

    issued: Issued
    other: Issued  # the issue, or the other person's document, that it contradicts
    conclusion: Conclusion
    steady: bool  # it differs where nearly everybody's two issues agree


def doubts_of(oracle: BaselineOracle, issued: Sequence[Issued]) -> tuple[Doubt, ...]:
    """Return what two issues of one application, and the documents of different people, say against each other."""
    steady = _SteadyPlaces(issued)
    doubts = [doubt for first, second in twins(issued) for doubt in _between(oracle, first, second, steady)]
    doubts += _same_of_two(oracle.shelf, issued)
    first_of: dict[tuple[str, str], Doubt] = {}
    for doubt in doubts:
        first_of.setdefault((doubt.issued.application, doubt.issued.delivery), doubt)
    return tuple(first_of.values())


def unstable(oracle: BaselineOracle, issued: Sequence[Issued]) -> tuple[Certificate, ...]:
    """Return the certificates whose text differs at every issue in ways nothing can be learned of.

    Producers that number glyphs anew for each file and leave the text layer wrong do so. What names another person
    is no such difference.
    """
    seen: Counter[Certificate] = Counter()
    differing: Counter[Certificate] = Counter()
    for first, second in twins(issued):
        seen[first.key.certificate] += 1
        conclusion = _conclude(oracle, second, first)
        differing[first.key.certificate] += conclusion.agreement is Agreement.DIFFERENT and not conclusion.donor
    return tuple(sorted(c for c, n in seen.items() if n >= ENOUGH and differing[c] > _UNSTABLE_SHARE * n))


def _between(oracle: BaselineOracle, first: Issued, second: Issued, steady: _SteadyPlaces) -> list[Doubt]:
    """Blame the issue that speaks less of the applicant; of equals that with others' values, else the second."""
    doubts = []
    for one, other in ((first, second), (second, first)):
        conclusion = _conclude(oracle, one, other)
        if conclusion.agreement is not Agreement.DIFFERENT:
            continue
        sure = steady.any_of(one.key.certificate, conclusion.differing) or conclusion.pages != conclusion.pages_now
        doubts.append(Doubt(one, other, conclusion, sure))
    spoken = {one.application: _spoken_for(oracle.shelf, one) for one in (first, second)}
    least = min(spoken.values())
    doubts = [d for d in doubts if spoken[d.issued.application] == least]
    return [d for d in doubts if d.conclusion.donor] or doubts[-1:]


def _conclude(oracle: BaselineOracle, one: Issued, other: Issued) -> Conclusion:
    return oracle.against([other], one.key, one.pages, one.moment)


class _SteadyPlaces:
    """Places that nearly everybody's two issues have alike."""

    def __init__(self, issued: Sequence[Issued]) -> None:
        self._seen: dict[tuple[Certificate, str, str], set[str]] = {}
        self._changed: dict[tuple[Certificate, str, str], set[str]] = {}
        for a, b in twins(issued):
            for base, now in zip(a.pages, b.pages, strict=False):
                for side in align(base, now):
                    for label, after in side.place.texts():
                        place = (a.key.certificate, label, after)
                        self._seen.setdefault(place, set()).add(a.key.resident)
                        if side.base is None or side.now is None or side.base.text != side.now.text:
                            self._changed.setdefault(place, set()).add(a.key.resident)

    def any_of(self, certificate: Certificate, differing: Sequence[Differing]) -> bool:
        """Tell whether any of these differences stands in such a place."""
        return any(self._steady(certificate, *text) for d in differing for text in d.side.place.texts())

    def _steady(self, certificate: Certificate, label: str, after: str) -> bool:
        place = (certificate, label, after)
        seen, changed = len(self._seen.get(place, ())), len(self._changed.get(place, ()))
        return seen >= ENOUGH and changed <= max(1, (1 - _STEADY_SHARE) * seen)


def _same_of_two(shelf: Shelf, issued: Sequence[Issued]) -> list[Doubt]:
    """Return documents that unrelated people were handed alike; whose they are the register's own words tell."""
    alike: dict[tuple[object, ...], list[Issued]] = {}
    for one in issued:
        if one.key.certificate not in shelf.learned.unstable:
            alike.setdefault(_print_of(shelf, one), []).append(one)
    doubts = []
    for same in alike.values():
        owner = max(same, key=lambda one: _spoken_for(shelf, one))
        for one in same:
            if shelf.related(one.key.resident, owner.key.resident):
                continue
            sure = _spoken_for(shelf, owner) > _spoken_for(shelf, one)
            conclusion = Conclusion(
                agreement=Agreement.DIFFERENT,
                donor=owner.key.resident if sure else "",
                whole=sure,
                pages=len(owner.pages),
                pages_now=len(one.pages),
            )
            doubts.append(Doubt(one, owner, conclusion, steady=True))
    return doubts


def _print_of(shelf: Shelf, one: Issued) -> tuple[object, ...]:
    """Return all of a document that does not change from issue to issue."""
    pages = tuple(tuple(telling(one.key.certificate, sheet, shelf.volatile)) for sheet in one.pages)
    return (one.key.certificate, pages) if any(pages) else (one.application, one.digest)


def _spoken_for(shelf: Shelf, one: Issued) -> int:
    """Return how many words of a document the register holds of the person who asked for it."""
    words = {text for kind, text in values_of(one.pages) if kind is Kind.WORD and len(text) > 1}
    return sum(1 for text in words if shelf.known(one.key.resident, text))
