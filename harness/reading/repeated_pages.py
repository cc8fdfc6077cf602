"""Finds pages that stand twice in one document: what listed them was gone through twice, or by two at once."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.records.reading import Reading

_DIGITS = re.compile(r"\d+")


def repeated_pages(reading: Reading, form: FormTexts) -> Mapping[int, int]:
    """Return the pages that say word for word what an earlier one says, with that page's number.

    Counters, issue numbers and what else the profile calls variable may differ. Whose the pages are is not looked at.
    """
    pages = len(reading.pages)
    if pages < 2 or len({_DIGITS.sub("", page.text) for page in reading.pages}) == pages:
        return {}
    first: dict[str, int] = {}
    told = ((page.number, form.without_variable(FoldedPage(page.text))) for page in reading.pages)
    return {number: first[text] for number, text in told if text and first.setdefault(text, number) != number}
