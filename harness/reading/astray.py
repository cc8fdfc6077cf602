"""Finds another resident's date or amount on pages whose own one is missing, wherever the layout puts it.

Beside its label a wrong value is told by the label. In a table with its labels in the first row, or drawn in any
order, only what the value is tells: a birth date that one other resident has, where the applicant's stands nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.reading.dates import Day
from harness.reading.folded_page import FoldedPage
from harness.reading.oracle import View
from harness.reading.owners import OwnerIndex
from harness.reading.profile import Format
from harness.reading.wanted import Wanted
from harness.records.findings import Evidence

# A plain run of digits may be any number of the form's; a sum of money is written as one.
_AMOUNT = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])|(?<!\d)\d{4,}(?=円)")


class PageTexts(NamedTuple):
    """A page's number, from 1, and its text in its orders of reading."""

    number: int
    texts: Sequence[FoldedPage]


def astray(
    view: View, seen: frozenset[int], pages: Sequence[PageTexts], index: OwnerIndex, permitted: frozenset[str]
) -> Iterator[Evidence]:
    """Yield values of one other resident that stand where an item of `view` is missing. `seen`: places of those found.

    A date must stand on the page in most of its orders of reading: digits in a wrong order make dates, too.
    """
    own_days = {w.day for w in (*view.wanted, *view.forbidden) if w.day}
    own_texts = {t.replace(",", "") for w in (*view.wanted, *view.forbidden) for t in w.texts}
    told: set[tuple[str, Day | str]] = set()
    for wanted in (w for place, w in enumerate(view.wanted) if place not in seen):
        for page in pages:
            for value in sorted(_values(wanted, page.texts), key=str):
                key = (wanted.source, value)
                owners = set(index.having(_indexed(wanted.source), value)) - permitted
                if value in own_days or value in own_texts or key in told or len(owners) != 1:
                    continue
                told.add(key)
                shown = "{}-{:02}-{:02}".format(*value) if isinstance(value, tuple) else value
                yield Evidence(kind="wrong item", page=page.number, item=wanted.item, value=shown, owner=owners.pop())


def _indexed(source: str) -> str:
    """Return the source under which the index knows a value: a koseki member's birth date is the resident's."""
    return "resident.born_on" if source == "member.born_on" else source


def _values(wanted: Wanted, texts: Sequence[FoldedPage]) -> set[Day | str]:
    """Return what stands on a page in the form of a wanted item."""
    found: set[Day | str] = set()
    if wanted.day is not None:
        days = [text.days for text in texts]
        found.update(day for day in set().union(*days) if 2 * sum(day in of_one for of_one in days) > len(days))
    elif wanted.format is Format.NUMBER:
        found.update(amount for text in texts for amount in _amounts(text))
    return found


def _amounts(text: FoldedPage) -> set[str]:
    """Return the sums of money of a page, also those whose digits are set apart."""
    return {a.replace(",", "") for line in (text.spaced, *text.lines) for a in _AMOUNT.findall(line)}
