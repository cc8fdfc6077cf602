"""Judges one page against an expectation: trust, other people's items, own identity, values beside labels, marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from harness.reading.attribution import Attributed, Foreign, FormTexts, attribute
from harness.reading.beside import Beside
from harness.reading.fold import fold_weak
from harness.reading.folded_page import FoldedPage, order_by_columns, order_by_rows
from harness.reading.marks import counter_of, issue_number_of, title_of
from harness.reading.oracle import Expectation, View, Wanted
from harness.reading.owners import Owner, OwnerIndex
from harness.reading.presence import Found, look_for
from harness.reading.profile import Lists, Per, Profile
from harness.reading.trust import distrust
from harness.records.findings import Evidence
from harness.records.ownership import OwnerWeight, PageOwnership, PageVerdict
from harness.records.reading import PageRead

# Less than this is a text that a good part of a small town shares: weighed, but no proof of anybody.
SIGNIFICANT_BITS = 6.0
NAME_ROLES = frozenset({"name", "alias", "kana"})
_KOSEKI_ROLES = frozenset({"father", "mother", "events", "addresses"})  # printed on 戸籍 and 附票 only


class JudgedPage(Struct, frozen=True, kw_only=True):
    """A page's ownership, and per view of the expectation what was found and what is wrong."""

    ownership: PageOwnership
    found: tuple[tuple[Found, ...], ...]  # per view, per wanted item
    wrong: tuple[tuple[Evidence, ...], ...] = ()  # per view
    leaked: tuple[Evidence, ...] = ()
    listed: tuple[str, ...] = ()
    ambiguous: bool = False  # identifies the applicant, but somebody else as well
    shows_applicant: bool = True  # by name, or by an item that no other person listed here has

    def as_own(self) -> JudgedPage:
        """Return the page as the applicant's, its other candidates ruled out by another page."""
        return replace(self, ownership=replace(self.ownership, verdict=PageVerdict.OWN, reason=""), ambiguous=False)

    def as_theirs(self) -> JudgedPage:
        """Return the page as that of the permitted people on it: the applicant is on no page of the document."""
        page = self.ownership.page
        evidence = tuple(
            Evidence(kind="foreign item", page=page, item="listed", owner=o, bits=SIGNIFICANT_BITS) for o in self.listed
        )
        return replace(self, ownership=replace(self.ownership, verdict=PageVerdict.FOREIGN, evidence=evidence))


class PageJudge:
    """Judges the pages of one document."""

    def __init__(self, index: OwnerIndex, profile: Profile, form: FormTexts, expectation: Expectation) -> None:
        """Prepare what all pages of a document share."""
        self.index, self.profile, self.form, self.expectation = index, profile, form, expectation
        self.own_texts = frozenset[str]().union(*(v.own_texts for v in expectation.views))
        self.weakly_own = frozenset(fold_weak(t) for t in self.own_texts)
        self.permitted = frozenset(p for v in expectation.views for p in v.persons)
        self.gaiji = tuple(sorted((k, _character(v)) for k, v in profile.gaiji.items()))
        self.koseki = profile.paper(expectation.certificate).lists is Lists.KOSEKI

    def page(self, page: PageRead) -> JudgedPage:
        """Judge one page."""
        return _Page(self, page).judge()


def _character(code: str) -> str:
    return chr(int(code[2:], 16)) if code.startswith("U+") else code


class _Page:
    """One page under judgement."""

    def __init__(self, judge: PageJudge, page: PageRead) -> None:
        self._judge = judge
        self._page = page
        self._views = judge.expectation.views
        self._texts = [FoldedPage(page.text)]
        self._distrust = self._trust()
        if self._distrust and page.places:
            self._reorder()
            self._distrust = self._trust()

    def judge(self) -> JudgedPage:
        """Return what the page is."""
        marks = PageOwnership(
            page=self._page.number,
            verdict=PageVerdict.UNREAD,
            reason=self._distrust,
            issue_number=issue_number_of(self._texts, self._judge.profile),
            counter=counter_of(self._texts, self._judge.profile),
            certificate=title_of(self._texts, self._judge.profile),
        )
        if self._distrust:
            nothing = tuple((Found.NO,) * len(v.wanted) for v in self._views)
            return JudgedPage(ownership=marks, found=nothing, wrong=((),) * len(self._views))
        if len(self._texts) == 1 and self._page.places and self._incomplete():
            self._reorder()
        return self._opinion(marks)

    def _trust(self) -> str:
        title = title_of(self._texts, self._judge.profile)
        known = self._judge.index.characters
        return distrust(self._page, self._texts, self._judge.profile, title, known)

    def _reorder(self) -> None:
        """Add the orders by rows and by columns: drawing order may be shuffled, a value may wrap in its cell."""
        self.__dict__.pop("layers", None)
        self.__dict__.pop("found", None)
        for order in (order_by_rows, order_by_columns):
            if raw := order(self._page.text, self._page.places):
                self._texts.append(FoldedPage(raw))

    def _incomplete(self) -> bool:
        return all(any(f is not Found.YES for f in found) for found in self.found)

    @cached_property
    def layers(self) -> list[Attributed]:
        """The page in its orders of reading, attributed."""
        judge = self._judge
        for text in self._texts:
            text.let_edges_be_at(judge.form.texts)
        return [attribute(t, judge.own_texts, judge.weakly_own, judge.index, judge.form) for t in self._texts]

    @cached_property
    def found(self) -> tuple[tuple[Found, ...], ...]:
        """Per view, how surely each wanted item is on the page."""
        return tuple(tuple(look_for(w, self.layers, self._judge.gaiji) for w in view.wanted) for view in self._views)

    @cached_property
    def beside(self) -> Beside:
        """The values beside labels."""
        return Beside(self.layers[0].page, self._judge.form, self._judge.index)

    def _opinion(self, marks: PageOwnership) -> JudgedPage:
        foreign = self._foreign()
        identified = self._identified()
        if not _weigh(foreign):
            foreign += self._look_alikes(identified) if identified else self._named_others()
        donors = _weigh(foreign)
        verdict, reason, ambiguous = self._verdict(donors, identified)
        own = tuple(OwnerWeight(resident=key, bits=bits) for key, (bits, _) in identified.items())
        others = tuple(OwnerWeight(resident=key, bits=bits) for key, bits in donors.items())
        ownership = replace(
            marks,
            verdict=verdict,
            reason=reason,
            owners=tuple(sorted(own + others, key=lambda o: (-o.bits, o.resident))),
            evidence=_evidence(foreign, donors, self._page.number),
        )
        return JudgedPage(
            ownership=ownership,
            found=self.found,
            wrong=tuple(self._wrong(view, found) for view, found in zip(self._views, self.found, strict=True)),
            leaked=self._leaked(),
            listed=(*self.shown, *donors),
            ambiguous=ambiguous,
            shows_applicant=self._shows_applicant(),
        )

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The permitted persons listed on the page, known by an item that no other of them has."""
        shown: dict[str, None] = {}
        for view, found in zip(self._views, self.found, strict=True):
            on_page = {id(w) for w, how in zip(view.wanted, found, strict=True) if how is not Found.NO}
            seen = {w.person for w in self._telling(view) if id(w) in on_page}
            shown.update((person, None) for person in view.persons if person in seen)
        return tuple(shown)

    def _telling(self, view: View) -> list[Wanted]:
        """Return the items that tell the listed persons apart.

        A name that may stand there as the householder's or 筆頭者's counts only for people of whom nothing else does.
        """
        telling = [w for w in view.wanted if self._tells(w, view)]
        known = {w.person for w in telling} | {""}
        return telling + [w for w in view.wanted if w.identity and w.per is Per.PERSON and w.person not in known]

    def _shows_applicant(self) -> bool:
        """Tell whether the applicant is listed on the page, or could not be told from the others anyway."""
        applicant = self._judge.expectation.applicant
        if applicant in self.shown:
            return True
        return not any(w.person == applicant for view in self._views for w in self._telling(view))

    def _tells(self, wanted: Wanted, view: View) -> bool:
        if wanted.per is not Per.PERSON or self._holders(wanted) & self._judge.permitted != {wanted.person}:
            return False
        others = (w for w in (*view.wanted, *view.forbidden) if w.item != wanted.item)
        return not any(set(wanted.texts) & set(w.texts) for w in others)

    def _foreign(self) -> list[Foreign]:
        """Return other people's texts on the page, each once, and the names beside labels of a listed person."""
        found = {f.text: f for layer in self.layers for f in layer.foreign}
        if not self._judge.koseki:
            found = {t: f for t, f in found.items() if not all(o.role in _KOSEKI_ROLES for o in f.owners)}
        for view in self._views[-1:]:
            for other in self.beside.other_people(self._identity_items(view), self._judge.permitted):
                found.setdefault(other.text, other)
        return list(found.values())

    def _identity_items(self, view: View) -> list[Wanted]:
        return [w for v in self._views for w in v.wanted if w.identity] if view else []

    def _identified(self) -> dict[str, tuple[float, Found]]:
        """Return the permitted persons named on the page with the weight and sureness of that."""
        persons: dict[str, tuple[float, Found]] = {}
        for view, found in zip(self._views, self.found, strict=True):
            for wanted, how in zip(view.wanted, found, strict=True):
                if wanted.identity and how is not Found.NO and wanted.person:
                    self._note(persons, wanted, how)
        return persons

    def _note(self, persons: dict[str, tuple[float, Found]], wanted: Wanted, how: Found) -> None:
        index = self._judge.index
        owners = [o for t in wanted.texts for o in index.owners_of(t)]
        bits = index.bits(owners) if owners else 0.0
        before = persons.get(wanted.person, (0.0, Found.NO))
        persons[wanted.person] = (max(bits, before[0]), max(how, before[1]))

    def _verdict(
        self, donors: dict[str, float], identified: dict[str, tuple[float, Found]]
    ) -> tuple[PageVerdict, str, bool]:
        """Return verdict, reason, and whether the page identifies the applicant and somebody else alike."""
        if donors:
            heaviest = next(iter(donors))
            mixed = self._own_apart_from(heaviest)
            return (PageVerdict.MIXED if mixed else PageVerdict.FOREIGN), "", False
        if not identified:
            return self._nobody()
        if others := self._also_fits(identified):
            reason = f"it fits {', '.join(sorted(others)[:3])} as well: nothing on it tells them from the applicant"
            return PageVerdict.UNREAD, reason, True
        if all(how is Found.WEAKLY for _, how in identified.values()):
            return PageVerdict.OWN_WEAK, "the name matches but for a character that the file does not carry", False
        return PageVerdict.OWN, "", False

    def _nobody(self) -> tuple[PageVerdict, str, bool]:
        items = [w for v in self._views for w in v.wanted if w.identity]
        if strange := self.beside.strangers(items):
            return PageVerdict.STRANGER, f"{strange[0].label}: {strange[0].value}", False
        return PageVerdict.UNREAD, "no permitted person's name was found on it, nor anybody else's", False

    def _found_items(self, person: str) -> Iterator[Wanted]:
        for view, found in zip(self._views, self.found, strict=True):
            for wanted, how in zip(view.wanted, found, strict=True):
                if how is not Found.NO and wanted.person == person:
                    yield wanted

    def _also_fits(self, identified: dict[str, tuple[float, Found]]) -> set[str]:
        """Return the people, not permitted here, whom everything found of every identified person fits too."""
        everyone: set[str] = set()
        for person in identified:
            others = self._twins(person)
            if not others:
                return set()
            everyone |= others
        return everyone

    def _twins(self, person: str) -> set[str]:
        twins: set[str] | None = None
        for wanted in self._found_items(person):
            holders = self._holders(wanted)
            if holders:
                twins = holders if twins is None else twins & holders
        return (twins or set()) - self._judge.permitted

    def _holders(self, wanted: Wanted) -> set[str]:
        """Return who has this item with this value, where the index knows."""
        index = self._judge.index
        if wanted.day is not None:
            field = wanted.source.partition(".")[2]
            return set(index.having(f"resident.{field}", wanted.day))
        role = wanted.source.partition(".")[2]
        return {o.resident for t in wanted.texts for o in index.owners_of(t) if o.role == role}

    def _own_apart_from(self, donor: str) -> bool:
        """Tell whether something on the page is the applicant's (or a permitted person's) and not also the donor's."""
        for person in self._judge.permitted | {self._judge.expectation.applicant}:
            for wanted in self._found_items(person):
                holders = self._holders(wanted)
                if holders and donor not in holders:
                    return True
        return False

    def _named_others(self) -> list[Foreign]:
        """Return people who stand on the page with name and birth date, though their name alone might be explained.

        A householder's name is the applicant's own item; the householder's own document has the birth date too.
        """
        index, days = self._judge.index, self.layers[0].page.days
        born = {key for day in days for key in index.having("resident.born_on", day)} - self._judge.permitted
        found = []
        for hit in index.find(self.layers[0].page.text):
            owners = tuple(o for o in index.owners(hit.text) if o.role == "name" and o.resident in born)
            if owners:
                text = index.text(hit.text)
                bits = index.bits(index.owners(hit.text))
                found.append(Foreign(start=hit.start, end=hit.end, text=text, owners=owners, bits=bits))
        return found

    def _look_alikes(self, identified: dict[str, tuple[float, Found]]) -> list[Foreign]:
        """Return people whom everything found fits as well, whose birth date is on the page and the own is not."""
        index, days = self._judge.index, self.layers[0].page.days
        own = {w.day for v in self._views for w in v.wanted if w.day and w.source.endswith(".born_on")}
        if own & days:
            return []
        found = []
        for day in sorted(days):
            born = set(index.having("resident.born_on", day)) & self._also_fits(identified)
            if born:
                owners = tuple(Owner(key, "born_on") for key in sorted(born))
                text = "{}-{:02}-{:02}".format(*day)
                found.append(Foreign(start=0, end=0, text=text, owners=owners, bits=index.bits(owners)))
        return found

    def _wrong(self, view: View, found: Sequence[Found]) -> tuple[Evidence, ...]:
        here = {*self.shown, ""}
        missing = frozenset(
            id(w)
            for w, how in zip(view.wanted, found, strict=True)
            if how is Found.NO and (w.per is not Per.PERSON or w.person in here)
        )
        return tuple(self.beside.wrong(view.wanted, missing, self._page.number))

    def _leaked(self) -> tuple[Evidence, ...]:
        view = self._views[-1]
        return tuple(self.beside.leaked(view, self.layers, self._page.number))


def _weigh(foreign: Sequence[Foreign]) -> dict[str, float]:
    """Return the people whom other people's texts speak for significantly, heaviest first.

    Among equals, those come first whose own names they are: a householder's name is an item of the whole household.
    """
    bits: dict[str, float] = {}
    named: dict[str, int] = {}
    for item in foreign:
        for owner in item.owners:
            named[owner.resident] = named.get(owner.resident, 0) + (owner.role in NAME_ROLES)
        for resident in {o.resident for o in item.owners}:
            bits[resident] = bits.get(resident, 0.0) + item.bits
    heavy = {k: b for k, b in bits.items() if b >= SIGNIFICANT_BITS}
    return dict(sorted(heavy.items(), key=lambda pair: (-pair[1], -named[pair[0]], pair[0])))


def _evidence(foreign: Sequence[Foreign], donors: dict[str, float], page: int) -> tuple[Evidence, ...]:
    """Return each foreign item with the heaviest of its owners."""
    found = []
    rank = {resident: number for number, resident in enumerate(donors)}
    for item in sorted(foreign, key=lambda f: (f.start, f.text)):
        owner = min(item.owners, key=lambda o: (rank.get(o.resident, len(rank)), o.role not in NAME_ROLES, o))
        if owner.resident in donors:
            found.append(_item_evidence(item, owner, page))
    return tuple(found)


def _item_evidence(item: Foreign, owner: Owner, page: int) -> Evidence:
    return Evidence(
        kind="foreign item", page=page, item=owner.role, value=item.text, owner=owner.resident, bits=round(item.bits, 2)
    )
