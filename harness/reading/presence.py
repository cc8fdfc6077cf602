"""Looks for the expected items on a page: found, found but for what producers lose, or not found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum

from harness.reading.attribution import Attributed
from harness.reading.folded_page import FoldedPage
from harness.reading.labelled import stands_after
from harness.reading.profile import Format
from harness.reading.wanted import Wanted

# 男, 子, 妻: too short to be searched for, they must be words or stand beside their label
_SHORT = 2
_LOSABLE = re.compile(r"[\ufe00-\ufe0f\uf900-\ufaff\ue000-\uf8ff\u2460-\u24ff\u3200-\u33ff\U00010000-\U0010ffff]")


class Found(IntEnum):
    """How surely an item is on the page."""

    NO = 0
    WEAKLY = 1  # but for a selector, a character beyond the BMP, a gaiji
    YES = 2


def look_for(wanted: Wanted, layers: Sequence[Attributed], gaiji: tuple[tuple[str, str], ...]) -> Found:
    """Return how surely `wanted` is on the page, whose orders of reading are `layers`."""
    if wanted.day is not None:
        return Found.YES if any(wanted.day in layer.page.days for layer in layers) else Found.NO
    for text in wanted.texts:
        if any(_has(layer, wanted, text) for layer in layers):
            return Found.YES
    for text in wanted.texts:
        if any(_weakly(layer.page, text, gaiji) for layer in layers):
            return Found.WEAKLY
    return Found.NO


def _has(layer: Attributed, wanted: Wanted, text: str) -> bool:
    page = layer.page
    if wanted.format is Format.NUMBER:
        return page.has_number((text,))
    if wanted.format is Format.PARTS:
        return text in page.text  # within a sentence of its own, the next bracket ends it
    if len(text) <= _SHORT:
        return text in page.words or any(stands_after(page, label, text) for label in wanted.labels)
    return stands(layer, text)


def stands(layer: Attributed, text: str) -> bool:
    """Tell whether a folded text stands on the page as words of its own and not within somebody else's."""
    page = layer.page
    return any(page.stands_free(*span) and not layer.inside_foreign(span) for span in page.occurrences(text))


def _weakly(page: FoldedPage, text: str, gaiji: tuple[tuple[str, str], ...]) -> bool:
    losable = _LOSABLE.search(text) is not None
    if not losable and (len(text) <= _SHORT or page.weak.text == page.text):
        return False
    return page.matches_weakly(text, gaiji)
