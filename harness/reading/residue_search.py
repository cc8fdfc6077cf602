"""Searches what is in the file but not on the page for other people's items (RESIDUE)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from harness.reading.attribution import OwnTexts, attribute
from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.reading.owners import OwnerIndex
from harness.reading.weights import SIGNIFICANT_BITS, foreign_evidence, weigh
from harness.records.findings import Evidence
from harness.records.reading import Reading


def foreign_residue(reading: Reading, own: OwnTexts, index: OwnerIndex, form: FormTexts) -> tuple[Evidence, ...]:
    """Return other people's items in hidden text, metadata, attachments and earlier revisions."""
    found: list[Evidence] = []
    for page, text in hidden_texts(reading):
        folded = FoldedPage(text)
        folded.take_form(form.spans)
        foreign = [item for item in attribute(folded, own, index).foreign if item.bits >= SIGNIFICANT_BITS]
        found += (replace(e, kind="residue") for e in foreign_evidence(foreign, weigh(foreign), page))
    return tuple(dict.fromkeys(found))


def hidden_texts(reading: Reading) -> Iterator[tuple[int, str]]:
    """Yield (page, text) of what is in the file and not on a page; page 0 where it belongs to none."""
    for page in reading.pages:
        if page.hidden_text.strip():
            yield page.number, page.hidden_text
    if reading.residue.strip():
        yield 0, reading.residue
