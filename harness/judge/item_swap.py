"""Puts one item of somebody else in the place of the applicant's own on a page: the smallest error of the control."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from harness.reading.fold import fold, fold_weak
from harness.records.reading import PageRead
from harness.records.resident import Resident

_ITEMS = ("name", "kana", "address", "honseki")
_SPACE = re.compile(r"\s+")


class _Place(Struct, frozen=True, kw_only=True):
    """Where an item of the applicant stands, and what the other person has there."""

    page: int  # index into the document's pages
    start: int  # of the page's text
    end: int
    theirs: str


def swap_item(
    pages: Sequence[PageRead], own: Resident, other: Resident, chance: random.Random
) -> tuple[PageRead, ...] | None:
    """Return `pages` with one item of `own`, chosen by chance, replaced by `other`'s; None where none can be.

    Only items that are printed as the register has them, and whose two values differ even when variants of characters
    are not told apart. As many words stand there as before, so that places of words still fit.
    """
    places = list(_places(pages, own, other))
    if not places:
        return None
    place = chance.choice(places)
    page = pages[place.page]
    text = page.text[: place.start] + place.theirs + page.text[place.end :]
    # the picture of that page shows the item as it was: only the text is put to the test
    return (*pages[: place.page], replace(page, text=text), *pages[place.page + 1 :])


def _places(pages: Sequence[PageRead], own: Resident, other: Resident) -> Iterator[_Place]:
    for field in _ITEMS:
        mine, theirs = getattr(own, field), getattr(other, field)
        if not mine or not theirs or fold_weak(fold(mine)) == fold_weak(fold(theirs)):
            continue
        standing = re.compile(r"\s*".join(map(re.escape, _SPACE.sub("", mine))))
        for number, page in enumerate(pages):
            if _SPACE.sub("", theirs) in _SPACE.sub("", page.text):
                continue
            for found in standing.finditer(page.text):
                if (instead := _in_words_of(found.group(), theirs)) is not None:
                    yield _Place(page=number, start=found.start(), end=found.end(), theirs=instead)


def _in_words_of(standing: str, theirs: str) -> str | None:
    """Return `theirs` spaced like `standing`; None where it has too few characters for so many words."""
    letters, gaps = _SPACE.sub("", theirs), _SPACE.findall(standing)
    if len(letters) <= len(gaps):
        return None
    cut = [letters[n : n + 1] for n in range(len(gaps))] + [letters[len(gaps) :]]
    return "".join(piece + gap for piece, gap in zip(cut, [*gaps, ""], strict=True))
