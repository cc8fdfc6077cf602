"""Labelled fields against the register: blank though it holds a value, filled though it holds none.

A text that is merely not found may be the reader's miss. A filler beside its label is not, nor is somebody's value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from harness.reading.beside import Beside, comparable
from harness.reading.dates import find_dates
from harness.reading.labelled import Labelled
from harness.reading.oracle import View
from harness.reading.owners import OwnerIndex
from harness.reading.profile import Per
from harness.reading.wanted import Wanted
from harness.records.findings import Evidence

OTHERS_ITEM = "others' item"
_SAYS_SOMETHING = re.compile(r"[^\W_]")
_NOTHING = ("なし", "無し", "該当なし", "記載なし", "該当事項なし")  # a vendor's fillers that no profile thought of


class Blank(Struct, frozen=True, kw_only=True):
    """A label with a filler where its value would stand."""

    page: int
    label: str
    person: str  # whose part of the page it stands in; "" where that is not sure
    filler: str


class PageFields(Struct, frozen=True, kw_only=True):
    """The fields of one page under one view."""

    agreed: frozenset[int]  # places in `View.wanted` of the items that stand beside their labels
    disputed: frozenset[str]  # labels with a value that is none of their items'
    labels: tuple[str, ...]  # every label, as often as it stands on the page
    blanks: tuple[Blank, ...]


def page_fields(beside: Beside, view: View, proven: frozenset[bool], page: int) -> PageFields:
    """Return the fields of a page. `proven` says where the document's values stand (see `proven_places`)."""
    compared = beside.compare(view.wanted)
    places = {id(w): place for place, w in enumerate(view.wanted)}
    return PageFields(
        agreed=frozenset(places[id(w)] for w in compared.agreed),
        disputed=frozenset(d.labelled.label for d in compared.against),
        labels=tuple(labelled.label for labelled in beside.labels),
        blanks=tuple(
            Blank(page=page, label=found.label, person=compared.person_at(found), filler=found.filler)
            for found in beside.labels
            if found.filler and found.below in proven
        ),
    )


def blank_items(view: View, pages: Sequence[PageFields], found: frozenset[int]) -> Iterator[Evidence]:
    """Yield the items of the register whose field holds a filler. `found` are places of items seen anywhere.

    Parts of the form that are struck out for want of a further person are nobody's fields.
    """
    agreed = frozenset[int]().union(*(p.agreed for p in pages))
    for place, wanted in enumerate(view.wanted):
        if place in agreed or not comparable(wanted):
            continue
        for blank in (b for p in pages for b in p.blanks if b.label in wanted.labels):
            if _is_field_of(wanted, blank, view, pages, seen=place in found):
                value = "{}-{:02}-{:02}".format(*wanted.day) if wanted.day else wanted.texts[0]
                told = f"{blank.label} {blank.filler}: {value}"
                yield Evidence(kind="blank item", page=blank.page, item=wanted.item, value=told, owner=wanted.person)
                break


def _is_field_of(wanted: Wanted, blank: Blank, view: View, pages: Sequence[PageFields], *, seen: bool) -> bool:
    """Tell whether a blank surely is the field of this item."""
    empty = [e for e in (*view.empty, *view.forbidden) if blank.label in e.labels]
    if blank.person and wanted.per is Per.PERSON:
        return blank.person == wanted.person and not any(e.person == wanted.person for e in empty)
    if empty or any(blank.label in p.disputed for p in pages):
        return False
    fields = sum(p.labels.count(blank.label) for p in pages)
    items = sum(len(pages) if w.per is Per.PAGE else 1 for w in view.wanted if blank.label in w.labels)
    return not seen or fields <= items


def filled_items(
    beside: Beside, view: View, proven: frozenset[bool], index: OwnerIndex, page: int
) -> Iterator[Evidence]:
    """Yield values beside the labels of items that the register does not hold, or that were not asked for.

    `owner` is whose value it is, where the population tells. Of one that several have no owner is named; any other
    may be a text of the form that the profile lacks.
    """
    compared = beside.compare(view.wanted)
    alone = view.persons[0] if len(view.persons) == 1 else ""
    for found in beside.values if False in proven else ():
        person = compared.person_at(found) or alone
        none = [w for w in (*view.empty, *view.forbidden) if found.label in w.labels and w.person == person]
        if found.below or not none or any(found.label in w.labels and w.person == person for w in view.wanted):
            continue
        if _says_something(beside, found, view):
            having = _having(index, none[0], found.value)
            kind = OTHERS_ITEM if len(having) > 1 else "unexpected item"
            owner = having.pop() if len(having) == 1 else ""
            yield Evidence(kind=kind, page=page, item=none[0].item, value=found.value[:60], owner=owner)


def _says_something(beside: Beside, found: Labelled, view: View) -> bool:
    """Tell whether a value is more than a sign for "nothing", and no text of the form or of the people listed."""
    value = found.value
    if not _SAYS_SOMETHING.search(value) or value in _NOTHING or beside.is_form(found):
        return False
    dates = find_dates(value)
    own_days = {w.day for w in view.wanted if w.day}
    if dates and dates[0][0] == 0 and dates[0][2] in own_days:
        return False
    texts = {t for w in view.wanted for t in w.texts} | {t for t in view.own_texts if len(t) > 1}
    return not any(value.startswith(t) for t in texts)


def _having(index: OwnerIndex, item: Wanted, value: str) -> set[str]:
    """Return the residents who have a value: in this item, or as something that tells whose it is."""
    dates = find_dates(value)
    having = set(index.having(item.source, value)) | {o.resident for o in index.owners_of(value)}
    if dates and dates[0][0] == 0:
        having |= set(index.having(item.source, dates[0][2]))
    return having
