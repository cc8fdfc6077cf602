"""What a family hands to the typesetter: pages of labelled items, each with the size at which it fits its field."""

from __future__ import annotations

import unicodedata
from datetime import date

from msgspec import Struct

from mock_issuer.documents.dates import Dates, PlainDates
from mock_issuer.people import Extract

BLANK = "【空欄】"  # the register holds nothing here
OMITTED = "＊＊＊"  # the applicant did not ask for it
NORMAL_PT = 9.0
_SMALLEST_PT = 4.0
_MM_PER_PT = 0.3528


class Item(Struct, frozen=True, kw_only=True):
    """One printed item."""

    label: str
    value: str
    size: float = NORMAL_PT


class Page(Struct, frozen=True, kw_only=True):
    """One sheet: items of its head, then blocks. Each block is four lists of items, in reading order:

    full width above, left column, right column, full width below.
    """

    head: tuple[Item, ...]
    blocks: tuple[tuple[tuple[Item, ...], ...], ...] = ()
    picture: str = ""  # a seal, below press/seals
    picture_mm: float = 0.0


class Layout(Struct, frozen=True, kw_only=True):
    """A whole certificate but for its issue number."""

    template: str
    title: str
    proof: str
    issued_on: str
    pages: tuple[Page, ...]


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the applicant chose (the interface's options)."""

    scope: str = "self"
    persons: tuple[str, ...] = ()
    honseki: bool = False
    relation: bool = False
    my_number: bool = False
    tax_year: int | None = None
    tax_kind: str = "kazei"
    copies: int = 1


class Order(Struct, frozen=True, kw_only=True):
    """One certificate to be set."""

    certificate: str
    choice: Choice
    extract: Extract
    today: date
    picture: str = ""
    picture_mm: float = 0.0
    dates: Dates = PlainDates()


def fitted(label: str, value: str | None, width_mm: float) -> Item:
    """Return an item whose value keeps to one line of `width_mm`, set smaller where it is long."""
    text = value or BLANK
    size = min(NORMAL_PT, width_mm / (_ems(text) * _MM_PER_PT))
    return Item(label=label, value=text, size=round(max(size, _SMALLEST_PT), 1))


def fits(text: str, width_mm: float) -> bool:
    """Tell whether a value keeps to one line of `width_mm` at the smallest size."""
    return _ems(text) * _SMALLEST_PT * _MM_PER_PT <= width_mm


def _ems(text: str) -> float:
    """Return the width of a text in ems; narrow characters count 0.6, marks and selectors nothing."""
    widths = {"W": 1.0, "F": 1.0, "A": 1.0}
    return sum(0.0 if unicodedata.combining(c) else widths.get(unicodedata.east_asian_width(c), 0.6) for c in text)
