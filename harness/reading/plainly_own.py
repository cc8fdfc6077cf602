"""Recognises ordinary own documents in a fraction of the time that judging takes: nearly all documents are such.

It answers only where `PageJudge` and what follows it can come to one conclusion: every item found, every label with
its own value, nobody else's text anywhere. What it cannot prove in passing it leaves to them, so that the answer is the
same whoever gives it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from harness.reading.attribution import Attributed, OwnTexts, attribute
from harness.reading.beside import Beside, comparable
from harness.reading.dates import Day, find_dates, stands_apart
from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.reading.identity import Cast, Identity
from harness.reading.labelled import Labelled
from harness.reading.marks import counter_of, issue_number_of, title_of
from harness.reading.orders import order_vertically
from harness.reading.owners import Hit, OwnerIndex
from harness.reading.page_in_orders import vendor_characters
from harness.reading.presence import Found, look_for
from harness.reading.profile import Per, Profile
from harness.reading.residue_search import hidden_texts
from harness.reading.trust import distrust
from harness.reading.wanted import Wanted
from harness.records.certificates import Certificate
from harness.records.ownership import OwnerWeight, PageOwnership, PageVerdict
from harness.records.reading import PageRead, Reading, ReadingStatus

_END = "\ufdd0"  # a noncharacter between texts that are searched at once: no text holds it
_SHORT = 2  # texts that are leaked only where a label says so


class PlainlyOwn(Struct, frozen=True, kw_only=True):
    """An own document with nothing wrong, missing, leaked, hidden or unexplained."""

    pages: tuple[PageOwnership, ...]
    listed: tuple[str, ...]


class _Doubt(Exception):
    """The document needs a closer look; nothing is said against it."""


def plainly_own(
    reading: Reading, cast: Cast, index: OwnerIndex, profile: Profile, form: FormTexts
) -> PlainlyOwn | None:
    """Return the pages of a document that plainly is that of `cast`, as they would be judged; None for all others.

    Seals are not looked at.
    """
    if len(cast.views) != 1 or reading.status is not ReadingStatus.READ:
        return None
    try:
        return _Document(reading, cast, index, profile, form).opinion()
    except _Doubt:
        return None


class _Rules:
    """What must not stand on any page of an application's document."""

    def __init__(self, cast: Cast, form: FormTexts) -> None:
        view = cast.views[0]
        labels = {label for w in view.wanted for label in w.labels}
        self.leaks = leaks_of(cast, form)
        self.leaking_labels = {label for w in view.forbidden for label in w.labels} - labels
        self.alone = view.persons[0] if len(view.persons) == 1 else ""
        wanted = {(label, w.person) for w in view.wanted for label in w.labels}
        none = {(label, w.person) for w in (*view.empty, *view.forbidden) for label in w.labels}
        self.unfilled = none - wanted  # (label, person) beside which no value may stand


class _Document:
    """One document under a quick look. Every method raises _Doubt where it cannot be sure."""

    def __init__(self, reading: Reading, cast: Cast, index: OwnerIndex, profile: Profile, form: FormTexts) -> None:
        self._reading, self._cast, self._index, self._profile, self._form = reading, cast, index, profile, form
        self._wanted = cast.views[0].wanted
        self._rules = _Rules(cast, form)

    def opinion(self) -> PlainlyOwn:
        """Return what the document is."""
        _sure(all(w.person and (w.texts or w.day) for w in self._wanted))  # else pages are read in all orders
        self._persons_tell()
        pages = [self._text(page) for page in self._reading.pages]
        layers = self._attributed([page for page, _ in pages])
        agreed: set[int] = set()
        fillers: set[str] = set()
        found = []
        for layer in layers:
            fields = _Fields(layer.page, Beside(layer.page, self._form, self._cast), self._cast, self._rules)
            agreed |= fields.agreeing(self._wanted)
            fields.agreeing(self._cast.identity)
            fields.check()
            fillers |= fields.fillers
            found.append(self._found(layer, fields))
        blank = (w for w in self._wanted if id(w) not in agreed and comparable(w))
        _sure(not fillers or not any(fillers.intersection(w.labels) for w in blank))
        self._complete(found)
        identities = [Identity(self._cast, (of_page,)) for of_page in found]
        _sure(any(identity.shows_applicant for identity in identities))
        judged = [
            self._page(read, text, title, identity)
            for read, (text, title), identity in zip(self._reading.pages, pages, identities, strict=True)
        ]
        listed = dict.fromkeys(person for identity in identities for person in identity.listed)
        return PlainlyOwn(pages=tuple(judged), listed=tuple(listed))

    def _persons_tell(self) -> None:
        """Doubt a document of several persons of whom one has not even a name of their own."""
        named = {w.person for w in self._wanted if w.identity and w.per is Per.PERSON}
        persons = self._cast.views[0].persons
        _sure(len(persons) < 2 or named.issuperset(persons))

    def _text(self, page: PageRead) -> tuple[FoldedPage, Certificate | None]:
        """Return a page's text, which is to be believed in the order it was drawn in, and its title."""
        _sure(not (page.places and order_vertically(page.text, page.places)))
        text = FoldedPage(page.text)
        text.take_form(self._form.spans)
        title = title_of((text,), self._profile)
        _sure(title in {None, self._cast.expectation.certificate})
        _sure(not distrust(page, (text,), self._profile, title, self._index.characters))
        return text, title

    def _attributed(self, pages: Sequence[FoldedPage]) -> list[Attributed]:
        """Return the pages, on which and beside which nobody else's text is."""
        layers = attributed_at_once(self._reading, pages, self._cast.own, self._index, self._form)
        _sure(not any(layer.foreign for layer in layers))
        _sure(not any(leak in page.text for leak in self._rules.leaks for page in pages))
        return layers[: len(pages)]

    def _found(self, layer: Attributed, fields: _Fields) -> tuple[Found, ...]:
        """Return how surely each item is on a page; dates beside their labels need no search for others."""
        gaiji = vendor_characters(self._profile)
        days = fields.days
        return tuple(
            Found.YES if w.day is not None and w.day in days else look_for(w, (layer,), gaiji) for w in self._wanted
        )

    def _complete(self, found: Sequence[Sequence[Found]]) -> None:
        """Doubt a document that lacks an item, and a page that names nobody."""
        _sure(not any(Found.WEAKLY in of_page for of_page in found))
        for of_page in found:
            _sure(any(w.identity and how is Found.YES for w, how in zip(self._wanted, of_page, strict=True)))
        for wanted, of_item in zip(self._wanted, zip(*found, strict=True), strict=True):
            _sure((all if wanted.per is Per.PAGE else any)(how is Found.YES for how in of_item))

    def _page(self, read: PageRead, text: FoldedPage, title: Certificate | None, identity: Identity) -> PageOwnership:
        _sure(bool(identity.named) and not identity.also_fits)
        owners = [OwnerWeight(resident=person, bits=bits) for person, (bits, _) in identity.named.items()]
        return PageOwnership(
            page=read.number,
            verdict=PageVerdict.OWN,
            issue_number=issue_number_of((text,), self._profile),
            counter=counter_of((text,), self._profile),
            certificate=title,
            owners=tuple(sorted(owners, key=lambda o: (-o.bits, o.resident))),
        )


class _Fields:
    """The labels of a page, each of which must have a value of its own items, whosever part of the page it is in."""

    def __init__(self, page: FoldedPage, beside: Beside, cast: Cast, rules: _Rules) -> None:
        self._text, self._beside, self._cast, self._rules = page.text, beside, cast, rules
        self.fillers = {found.label for found in beside.labels if found.filler}

    @cached_property
    def days(self) -> frozenset[Day]:
        """Days that stand beside labels, each apart from other digits: a search of the whole page finds them too."""
        return frozenset(
            day
            for field in self._beside.values
            if field.value[-1] == "日" or field.value[-1].isdecimal()
            for start, end, day in find_dates(field.value)
            if start == 0 and end == len(field.value) and stands_apart(self._text, field.start, field.end)
        )

    def agreeing(self, wanted: Sequence[Wanted]) -> set[int]:
        """Return the ids of the items that surely agree with the values beside their labels; doubt other values.

        `person_regions` gives a part of the page to one person or to nobody. Here all values of a part agree with
        the person whose name it begins with, and nothing in it with another person alone: it is theirs or nobody's,
        and in both cases these items agree.
        """
        by_label = self._cast.by_label(wanted)
        parts = self._parts
        starts = [start for start, _ in parts]
        agreed: set[int] = set()
        for found in (f for f in self._beside.values if f.label in by_label):
            items = [w for w in by_label[found.label] if comparable(w)]
            part = bisect_right(starts, found.start)
            _sure(bool(self._rules.alone) or items == by_label[found.label])  # what else could vote
            of_person = [w for w in items if w.per is Per.PERSON]
            if part and of_person:
                person = parts[part - 1][1]
                items = [w for w in of_person if w.person == person]
                _sure(bool(items))
            agreeing = [w for w in items if self._beside.agree(found, w)]
            _sure(bool(agreeing) or not items)
            agreed.update(map(id, agreeing))
        return agreed

    def check(self) -> None:
        """Doubt values beside labels of items that the register does not hold, or that were not asked for."""
        parts = self._parts
        starts = [start for start, _ in parts]
        for found in self._beside.values:
            _sure(found.label not in self._rules.leaking_labels)
            part = bisect_right(starts, found.start)
            persons = {self._rules.alone, parts[part - 1][1]} if part else {self._rules.alone}
            _sure(found.below or not any((found.label, person) in self._rules.unfilled for person in persons))

    @cached_property
    def _parts(self) -> list[tuple[int, str]]:
        """The starts of the parts of the page, and the one person whose name each begins with."""
        by_label = self._cast.by_label(self._cast.identity)
        labels = {label for label, items in by_label.items() if any(w.per is Per.PERSON for w in items)}
        return [
            (found.start, self._named(found, by_label[found.label]))
            for found in self._beside.labels
            if found.label in labels and (found.value or found.filler)
        ]

    def _named(self, found: Labelled, items: Sequence[Wanted]) -> str:
        if self._rules.alone:
            return self._rules.alone
        persons = {w.person for w in items if w.per is Per.PERSON and self._beside.agree(found, w)}
        _sure(len(persons) == 1)
        return persons.pop()


def leaks_of(cast: Cast, form: FormTexts) -> list[str]:
    """Return the texts that were not asked for and must not stand on any page of an application's document."""
    view = cast.views[0]
    allowed = {t for w in view.wanted for t in w.texts}
    unasked = (t for w in view.forbidden for t in w.texts)
    return [t for t in unasked if len(t) > _SHORT and t not in allowed and t not in form.texts]


def attributed_at_once(
    reading: Reading, pages: Sequence[FoldedPage], own: OwnTexts, index: OwnerIndex, form: FormTexts
) -> list[Attributed]:
    """Return a document's `pages`, then what is in it beside them, attributed; all are searched in one pass."""
    texts = [*pages, *(FoldedPage(text) for _, text in hidden_texts(reading))]
    hits = _shared(index.find(_END.join(p.text for p in texts)), texts)
    for page in texts:
        page.take_form(form.spans)
    return [attribute(page, own, index, of_page) for page, of_page in zip(texts, hits, strict=True)]


def _shared(hits: Sequence[Hit], texts: Sequence[FoldedPage]) -> Iterator[list[Hit]]:
    """Yield the hits of each of some texts that were searched as one."""
    start, place = 0, 0
    for text in texts:
        end = start + len(text.text)
        of_text = []
        while place < len(hits) and hits[place].end <= end:
            hit = hits[place]
            of_text.append(Hit(hit.start - start, hit.end - start, hit.text))
            place += 1
        yield of_text
        start = end + 1


def _sure(condition: bool) -> None:
    if not condition:
        raise _Doubt
