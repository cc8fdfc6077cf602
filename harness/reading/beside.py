"""What the values beside a page's labels say: other people's names, wrong values, values nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from harness.reading.attribution import Attributed, Foreign
from harness.reading.dates import Day, find_dates
from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.reading.identity import Cast
from harness.reading.labelled import Labelled, agrees, labelled_values
from harness.reading.oracle import View
from harness.reading.owners import Owner
from harness.reading.profile import Format, Per
from harness.reading.regions import person_regions
from harness.reading.wanted import Wanted
from harness.records.findings import Evidence

_NUMBER = re.compile(r"\d[\d,]*")
_LONG_NUMBER = re.compile(r"\d{4}")  # an individual number begins with four digits in every notation
_NAME_ROLES = frozenset({"name", "alias"})
_SHORT = 2
_DRAWN = 2  # characters of one value that may be drawn as pictures
_IDEOGRAPHS = "\u3400"
_ORDERS = 2  # of reading, in which a date must stand: digits of a column read in a wrong order make dates too
_LEAST_LINE = 6  # characters; a shorter beginning of an address is half the town's


class Disagreement(NamedTuple):
    """A value that is none of its label's items."""

    labelled: Labelled
    items: list[Wanted]  # whose label it is
    of_person: bool  # they are one person's, in whose part of the page it stands


class Compared(NamedTuple):
    """One page's labelled values against one view's items."""

    regions: list[tuple[int, str]]  # start and person of the parts of the page; "" where it is not sure whose
    matches: list[tuple[Labelled, list[Wanted]]]  # values that are items of their labels
    against: list[Disagreement]

    def names_only(self, person: str) -> bool:
        """Tell whether a label for names of persons listed has this person's name beside it, and nobody else's."""
        return any(
            all(w.identity and w.per is Per.PERSON and w.person == person for w in items) for _, items in self.matches
        )

    @property
    def agreed(self) -> Iterator[Wanted]:
        """The items that stand beside their labels."""
        return (w for _, items in self.matches for w in items)

    def person_at(self, labelled: Labelled) -> str:
        """Return whose part of the page a label's value stands in, "" where that is not sure."""
        return next((person for start, person in reversed(self.regions) if start <= labelled.start), "")


class Beside:
    """The labels of one page and their values."""

    def __init__(self, page: FoldedPage, form: FormTexts, cast: Cast, orders: Sequence[FoldedPage] = ()) -> None:
        """Look at `page` with the labels of `form`, for the people of `cast`; `orders` are all in which it was read."""
        self._page = page
        self._orders = orders
        self._form = form
        self._cast = cast
        self._index = cast.index
        self._compared: dict[int, Compared] = {}
        self._agreeing: dict[tuple[int, int], bool] = {}

    @cached_property
    def labels(self) -> list[Labelled]:
        """All labels, with a value, a filler or nothing beside them, in the order of the page."""
        return labelled_values(self._page, self._form.labels, self._form.fillers)

    @cached_property
    def values(self) -> list[Labelled]:
        """All labels that carry a value."""
        return [v for v in self.labels if v.value]

    def other_people(self, identity: Sequence[Wanted], permitted: frozenset[str]) -> Iterator[Foreign]:
        """Yield names of other residents that stand where a listed person's name must stand."""
        for found in (d.labelled for d in self.compare(identity).against):
            owned = self._name_at_start(found, permitted)
            if owned is not None:
                text, owners = owned
                bits = self._index.bits(self._index.owners_of(text))
                yield Foreign(start=found.start, end=found.start + len(text), text=text, owners=owners, bits=bits)

    def strangers(self, identity: Sequence[Wanted]) -> list[Labelled]:
        """Return values where a listed person's name must stand that are nobody's name."""
        return [d.labelled for d in self.compare(identity).against if _name_like(d.labelled.value)]

    def is_form(self, found: Labelled) -> bool:
        """Tell whether what stands beside a label is a text of the form."""
        return found.value.startswith(self._form.texts)

    def wrong(
        self, wanted: Sequence[Wanted], missing: frozenset[int], proven: frozenset[bool], page: int, *, whole: bool
    ) -> Iterator[Evidence]:
        """Yield values that are not what must stand beside their label. `missing` holds ids of items not on the page.

        A text counts only where the document is `proven` to put values, in a part of the page that is surely one
        person's, where the right one is nowhere on the page, or where it is somebody else's: tables put other things
        beside a label than its value. Where the form's own texts do not decode as a `whole`, values may not either.
        """
        for found, items, of_person in self.compare(wanted).against:
            first = items[0]
            value = _typed(found.value, first.format)
            if value is None or _unreadable(found.value, items) or found.value.startswith(self._form.labels):
                continue
            if not whole and partly_exchanged(found.value, (t for w in items for t in w.texts)):
                continue
            if any(id(w) not in missing and self._wraps(found, w) for w in items):
                continue
            if self._is_a_value(found, wanted):
                continue
            if isinstance(value, tuple) and not self._confirmed(value):
                continue
            owners = self._owners(first, value)
            if not owners and any(partly_lost(found.value, t) for w in items for t in w.texts):
                continue
            others = set(owners) - self._cast.permitted - {self._cast.applicant}
            absent = not found.below and any(id(w) in missing for w in items)
            sure = found.below in proven or (of_person and not found.below)
            if sure or absent or (others and first.format is not Format.TEXT):
                owner = owners[0] if len(owners) == 1 else ""
                yield Evidence(kind="wrong item", page=page, item=first.item, value=found.value[:60], owner=owner)

    def _confirmed(self, day: Day) -> bool:
        """Tell whether a date stands on the page in a second order of reading, if that was read in several."""
        return len(self._orders) < _ORDERS or sum(day in order.days for order in self._orders) >= _ORDERS

    def _is_a_value(self, found: Labelled, wanted: Sequence[Wanted]) -> bool:
        """Tell whether what looks like a label is a value, as 世帯主 is: elsewhere it stands with its own value."""
        if not any(found.label in w.texts for w in wanted):
            return False
        return any(match.label == found.label for match, _ in self.compare(wanted).matches)

    def _wraps(self, found: Labelled, wanted: Wanted) -> bool:
        """Tell whether a value begins an address that goes on elsewhere: its line ends, and another cell's follows."""
        if wanted.format is not Format.ADDRESS:
            return False
        ends = [e - found.start for e in self._page.word_edges if found.start + _LEAST_LINE <= e <= found.end]
        return any(t.startswith(found.value[:end]) for t in wanted.texts for end in ends)

    def leaked(self, view: View, layers: Sequence[Attributed], page: int) -> Iterator[Evidence]:
        """Yield items printed though their option was not chosen."""
        allowed = {t for w in view.wanted for t in w.texts}
        wanted_labels = {label for w in view.wanted for label in w.labels}
        for item in view.forbidden:
            texts = [t for t in item.texts if len(t) > _SHORT and t not in allowed and t not in self._form.texts]
            seen = next((t for t in texts if any(self._stands(layer, t) for layer in layers)), "")
            beside = "" if seen else self._beside(item, wanted_labels)
            if seen or beside:
                yield Evidence(kind="leaked item", page=page, item=item.item, value=seen or beside, owner=item.person)

    def _stands(self, layer: Attributed, text: str) -> bool:
        """Tell whether a text stands on the page outside the form's own texts and other people's."""
        page = layer.page
        return any(
            page.stands_free(a, b)
            and not layer.inside_foreign((a, b))
            and not any(c <= a and b <= d for c, d in page.form_spans)
            for a, b in page.occurrences(text)
        )

    def _beside(self, item: Wanted, wanted_labels: set[str]) -> str:
        """Return the value of a label that belongs to items not asked for alone."""
        for found in self.values:
            if found.label not in item.labels or found.label in wanted_labels:
                continue
            if not item.source and _LONG_NUMBER.match(found.value):
                return found.value[:14]
            if any(agrees(self._page, found, t) for t in item.texts):
                return item.texts[0]
        return ""

    def compare(self, wanted: Sequence[Wanted]) -> Compared:
        """Compare the page's labelled values with the items of one view; kept for the view."""
        known = self._compared.get(id(wanted))
        if known is None:
            known = self._compared[id(wanted)] = self._compare(wanted)
        return known

    def _compare(self, wanted: Sequence[Wanted]) -> Compared:
        by_label = self._cast.by_label(wanted)
        fields = [f for f in self.labels if f.value or f.filler]
        compared = Compared(person_regions(fields, by_label, self.agree), [], [])
        for labelled in self.values:
            items = [w for w in by_label.get(labelled.label, ()) if comparable(w)]
            person = compared.person_at(labelled)
            of_person = [w for w in items if person and w.person == person and w.per is Per.PERSON]
            chosen = of_person or items
            if agreeing := [w for w in chosen if self.agree(labelled, w)]:
                compared.matches.append((labelled, agreeing))
            elif chosen:
                compared.against.append(Disagreement(labelled, chosen, bool(of_person)))
        return compared

    def agree(self, found: Labelled, wanted: Wanted) -> bool:
        """Tell whether a value is an item's; asked again and again for regions, comparison and views."""
        pair = (found.start, id(wanted))
        known = self._agreeing.get(pair)
        if known is None:
            known = self._agreeing[pair] = self._is(found, wanted)
        return known

    def _is(self, found: Labelled, wanted: Wanted) -> bool:
        if wanted.day is not None:
            dates = find_dates(found.value)
            return bool(dates) and dates[0][2] == wanted.day
        if wanted.format is Format.NUMBER:
            number = _NUMBER.match(found.value)
            return number is not None and number.group().replace(",", "") == wanted.texts[0]
        return any(agrees(self._page, found, t) for t in wanted.texts)

    def _name_at_start(self, found: Labelled, permitted: frozenset[str]) -> tuple[str, tuple[Owner, ...]] | None:
        """Return the longest name that the value begins with, and its bearers, if no permitted person bears it."""
        best: tuple[str, tuple[Owner, ...]] | None = None
        for hit in self._index.find(found.value):
            text = self._index.text(hit.text)
            bearers = tuple(o for o in self._index.owners(hit.text) if o.role in _NAME_ROLES)
            whole = hit.end == len(found.value) or found.start + hit.end in self._page.edges
            if hit.start or not bearers or not whole or (best and len(best[0]) >= len(text)):
                continue
            best = (text, bearers)
        if best is None or any(o.resident in permitted for o in best[1]):
            return None
        return best

    def _owners(self, item: Wanted, value: object) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return self._index.having(item.source, value)
        if item.format is Format.NUMBER:
            return self._index.having(item.source, str(value))
        return tuple(dict.fromkeys(o.resident for o in self._index.owners_of(str(value))))


def _typed(value: str, format_: Format) -> object | None:
    """Return the value as its item's type, None where it is none: then the label's neighbour is something else."""
    if format_ is Format.DATE:
        dates = find_dates(value)
        return dates[0][2] if dates and dates[0][0] == 0 else None
    if format_ is Format.NUMBER:
        number = _NUMBER.match(value)
        return number.group().replace(",", "") if number else None
    return value


def _name_like(value: str) -> bool:
    return _SHORT <= len(value) <= 40 and not value[0].isdecimal() and not find_dates(value) and "\ufffd" not in value


def nearly(value: str, expected: str) -> bool:
    """Tell whether a value differs from a text of its length in less than half of the characters."""
    same = sum(c == d for c, d in zip(value, expected, strict=False))
    return len(value) == len(expected) and same * 2 > len(value)


def partly_exchanged(value: str, expected: Iterable[str]) -> bool:
    """Tell whether a value is an expected text with some characters, no digits, in the place of others."""
    for text in expected:
        differing = [pair for pair in zip(text, value, strict=False) if pair[0] != pair[1]]
        if len(text) == len(value) and 0 < len(differing) < len(text):
            return not any(c.isdecimal() for pair in differing for c in pair)
    return False


def partly_lost(value: str, expected: str) -> bool:
    """Tell whether a value is an expected text but for an ideograph or two, which vendors may draw as pictures."""
    lost = len(expected) - len(value)
    if not 0 < lost <= _DRAWN or len(value) < _SHORT:
        return False
    place = 0
    for character in expected:
        if place < len(value) and value[place] == character:
            place += 1
        elif character < _IDEOGRAPHS:
            return False
    return place == len(value)


def _unreadable(value: str, items: Sequence[Wanted]) -> bool:
    """Tell whether a value with characters that do not decode could still be one of the expected texts."""
    if "\ufffd" not in value:
        return False
    strange = [min(sum(c not in t for c in value if c != "\ufffd") for t in w.texts) for w in items if w.texts]
    return not strange or min(strange) < _SHORT


def comparable(wanted: Wanted) -> bool:
    """Tell whether an item's value is known and printed as one piece."""
    return wanted.format is not Format.PARTS and bool(wanted.texts or wanted.day)
