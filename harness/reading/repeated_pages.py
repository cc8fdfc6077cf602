"""Finds pages that stand twice in one document: what listed them was gone through twice, or by two at once."""

from __future__ import annotations

from collections.abc import Mapping

from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.records.reading import Reading

_DIGITS = dict.fromkeys(map(ord, "0123456789０１２３４５６７８９"))


def repeated_pages(reading: Reading, form: FormTexts) -> Mapping[int, int]:
    """Return the pages that say word for word what an earlier one says, with that page's number.

    Counters, issue numbers and what else the profile calls variable may differ. Whose the pages are is not looked at.
    """
    if len({page.text.translate(_DIGITS) for page in reading.pages}) == len(reading.pages):
        return {}
    first: dict[str, int] = {}
    told = ((page.number, form.without_variable(FoldedPage(page.text))) for page in reading.pages)
    return {number: first[text] for number, text in told if text and first.setdefault(text, number) != number}
