"""Searches what is in the file but not on the page for other people's items (RESIDUE)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.reading.attribution import FormTexts, attribute
from harness.reading.fold import fold_weak
from harness.reading.folded_page import FoldedPage
from harness.reading.oracle import Expectation
from harness.reading.owners import OwnerIndex
from harness.records.findings import Evidence
from harness.records.reading import Reading

_SIGNIFICANT_BITS = 6.0


def foreign_residue(
    reading: Reading, expectation: Expectation, index: OwnerIndex, form: FormTexts
) -> tuple[Evidence, ...]:
    """Return other people's items in hidden text, metadata, attachments and earlier revisions."""
    own = frozenset[str]().union(*(v.own_texts for v in expectation.views))
    weakly_own = frozenset(fold_weak(t) for t in own)
    found = []
    for page, text in _hidden(reading):
        for item in attribute(FoldedPage(text), own, weakly_own, index, form).foreign:
            if item.bits >= _SIGNIFICANT_BITS:
                owner = item.owners[0]
                found.append(
                    Evidence(
                        kind="residue",
                        page=page,
                        item=owner.role,
                        value=item.text,
                        owner=owner.resident,
                        bits=round(item.bits, 2),
                    )
                )
    return tuple(dict.fromkeys(found))


def _hidden(reading: Reading) -> Iterator[tuple[int, str]]:
    for page in reading.pages:
        if page.hidden_text.strip():
            yield page.number, page.hidden_text
    if reading.residue.strip():
        yield 0, reading.residue
