"""Compares a document with one issued quietly for the same application: equal but for volatile parts, or where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from harness.baseline.align import Side, align, placed
from harness.baseline.issued import Sheet
from harness.baseline.moment import Moment
from harness.baseline.template import Template
from harness.baseline.tokens import Kind, Value, value_of
from harness.baseline.volatile import Volatile
from harness.records.certificates import Certificate

TemplateOf = Callable[[Certificate, Sheet], Template]


class Differing(NamedTuple):
    """One place where a document is not as its baseline, on page 1..n; page 0 where a whole page is concerned."""

    page: int
    side: Side

    @property
    def label(self) -> str:
        """Return the text before the place, for readers."""
        return self.side.place.before.strip("\x02\x03")


class Compared(NamedTuple):
    """What comparing two documents gave."""

    pages: int  # of the baseline
    pages_now: int
    differing: tuple[Differing, ...]
    compared: int  # tokens that had to be the same

    @property
    def equal(self) -> bool:
        """Tell whether nothing but volatile parts differs, and there was something to compare."""
        return not self.differing and self.pages == self.pages_now and self.compared > 0


def compare(
    certificate: Certificate,
    base: Sequence[Sheet],
    then: Moment,
    now: Sequence[Sheet],
    moment: Moment,
    volatile: Volatile,
    template_of: TemplateOf,
) -> Compared:
    """Compare the pages `now`, issued at `moment`, with those of `base`, issued at `then`."""
    differing: list[Differing] = []
    compared = 0
    for number, (a, b) in enumerate(zip(base, now, strict=False), 1):
        template = template_of(certificate, a)
        if a.images == b.images and template.fits(b.text, then, moment):
            compared += template.steady + len(a.images)
            continue
        sides = align(a, b)
        strays = [s for s in sides if not _agrees(certificate, s, then, moment, volatile)]
        compared += len(sides) - len(strays) - sum(1 for s in sides if _volatile(certificate, s, volatile))
        differing += [Differing(number, side) for side in strays]
    return Compared(len(base), len(now), tuple(differing), max(compared, 0))


def _agrees(certificate: Certificate, side: Side, then: Moment, moment: Moment, volatile: Volatile) -> bool:
    base, now = side.base, side.now
    if base is None or now is None:
        return False
    if base.kind is now.kind and base.text == now.text:
        return _still(certificate, side, then, moment, volatile)
    if base.kind is Kind.DATE and base.day == now.day:
        return True
    return volatile.allows(certificate, side.place, base, now, then, moment)


def _still(certificate: Certificate, side: Side, then: Moment, moment: Moment, volatile: Volatile) -> bool:
    """Tell whether a token may be the same as before: yesterday's date of issue may not stand on today's document."""
    assert side.base is not None
    if side.base.kind is not Kind.DATE or side.base.day in moment.days:
        return True
    return not volatile.is_issue_date(certificate, side.place)


def _volatile(certificate: Certificate, side: Side, volatile: Volatile) -> bool:
    return side.base is not None and bool(volatile.at(certificate, side.place, side.base.kind))


def telling(certificate: Certificate, sheet: Sheet, volatile: Volatile) -> Iterator[Value]:
    """Yield what of a page may tell residents apart: every word and token in a place that is not volatile."""
    for token, place in placed(sheet):
        if not volatile.at(certificate, place, token.kind):
            yield value_of(token)
