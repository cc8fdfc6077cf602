"""Judges one page against an expectation: trust, other people's items, own identity, values beside labels, marks."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from harness.reading.attribution import Foreign
from harness.reading.beside import Beside, nearly
from harness.reading.fields import PageFields, filled_items, page_fields
from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.reading.identity import Cast, Identity
from harness.reading.layout import Layout, look_over
from harness.reading.marks import counter_of, issue_number_of, title_of
from harness.reading.owners import KOSEKI_ROLES, Owner, OwnerIndex
from harness.reading.page_in_orders import PageInOrders
from harness.reading.presence import Found, stands
from harness.reading.profile import Lists, Per, Profile
from harness.reading.weights import SIGNIFICANT_BITS, foreign_evidence, weigh
from harness.records.findings import Evidence
from harness.records.ownership import OwnerWeight, PageOwnership, PageVerdict
from harness.records.reading import PageRead

_TELLING_TEXTS = 2  # different texts of one other person: of the people there are, nobody else has both
_LACKING = 1  # items in whose place somebody else's stands: an address; of two it is a record of both people


class JudgedPage(Struct, frozen=True, kw_only=True):
    """A page's ownership, and per view of the expectation what was found and what is wrong."""

    ownership: PageOwnership
    found: tuple[tuple[Found, ...], ...]  # per view, per wanted item
    wrong: tuple[tuple[Evidence, ...], ...]  # per view
    unexpected: tuple[tuple[Evidence, ...], ...]  # per view: values where the register holds nothing
    fields: tuple[PageFields, ...] = ()  # per view; none of an untrusted page
    texts: tuple[FoldedPage, ...] = ()  # the page in its orders of reading; none of an untrusted page
    leaked: tuple[Evidence, ...] = ()
    listed: tuple[str, ...] = ()
    ambiguous: bool = False  # names the applicant, but fits somebody else as well
    shows_applicant: bool = True

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

    def __init__(self, index: OwnerIndex, profile: Profile, form: FormTexts, cast: Cast) -> None:
        """Judge for the people of `cast`."""
        self.index, self.profile, self.form = index, profile, form
        self.cast = cast
        self.koseki = profile.paper(cast.expectation.certificate).lists is Lists.KOSEKI

    def pages(self, pages: Sequence[PageRead]) -> list[JudgedPage]:
        """Judge the pages of a document, which share one layout."""
        read = [PageInOrders(page, self.cast, self.index, self.profile, self.form) for page in pages]
        trusted = [page for page in read if not page.distrust]
        self._complete(trusted)
        texts = [text for page in trusted for text in page.texts]
        named = any(page.names_somebody for page in trusted)
        layout = look_over([page.beside for page in trusted], texts, self.cast.views, self.profile, named=named)
        return [_Page(self, page).judge(layout) for page in read]

    def _complete(self, pages: Sequence[PageInOrders]) -> None:
        """Read pages in other orders too where an item is on no page, or a page names nobody."""
        wanted = (range(len(view.wanted)) for view in self.cast.views)
        missing = all(
            any(all(p.found[v][w] is not Found.YES for p in pages) for w in items) for v, items in enumerate(wanted)
        )
        for page in pages:
            if missing or not page.names_somebody:
                page.read_in_all_orders()


class _Page:
    """One page under judgement."""

    def __init__(self, judge: PageJudge, page: PageInOrders) -> None:
        self._judge = judge
        self._cast = judge.cast
        self._page = page
        self._number = page.page.number

    def judge(self, layout: Layout) -> JudgedPage:
        """Return what the page is."""
        if distrust := self._page.distrust or layout.distrust:
            return self._anothers() or self._unread(distrust)
        return self._opinion(layout)

    def _anothers(self) -> JudgedPage | None:
        """Return a page whose text is not to be believed as another person's, where their name and more stand on it.

        A page that is half another form's lacks labels; text that decodes badly spells nobody's name by chance.
        """
        foreign = [] if self._page.page.undrawn else self._foreign(self._page.beside)
        donors = weigh(foreign)
        donor = next(iter(donors), "")
        theirs = [{o.role for o in f.owners if o.resident == donor} for f in foreign]
        if sum(map(bool, theirs)) < _TELLING_TEXTS or not any("name" in roles for roles in theirs):
            return None
        mixed = Identity(self._cast, self._page.found).apart_from(donor)
        judged = self._unread("")
        ownership = replace(
            judged.ownership,
            verdict=PageVerdict.MIXED if mixed else PageVerdict.FOREIGN,
            owners=tuple(OwnerWeight(resident=person, bits=bits) for person, bits in donors.items()),
            evidence=foreign_evidence(foreign, donors, self._number),
        )
        return replace(judged, ownership=ownership)

    def _unread(self, distrust: str) -> JudgedPage:
        """Return a page of which nothing can be believed, its number and counter neither."""
        views = self._cast.views
        none: tuple[tuple[Evidence, ...], ...] = ((),) * len(views)
        return JudgedPage(
            ownership=PageOwnership(page=self._number, verdict=PageVerdict.UNREAD, reason=distrust),
            found=tuple((Found.NO,) * len(view.wanted) for view in views),
            wrong=none,
            unexpected=none,
        )

    def _opinion(self, layout: Layout) -> JudgedPage:
        beside, views, number = self._page.beside, self._cast.views, self._number
        title = title_of(self._page.texts, self._judge.profile)
        other_kind = title not in {None, self._cast.expectation.certificate}
        identity = Identity(self._cast, self._page.found, names=self._names() if other_kind else frozenset())
        foreign = self._foreign(beside)
        if not weigh(foreign):
            foreign += self._look_alikes(identity) if identity.named else self._named_others()
        donors = weigh(foreign)
        verdict, reason = self._verdict(donors, identity, beside)
        weights = {**donors, **{person: bits for person, (bits, _) in identity.named.items()}}
        owners = [OwnerWeight(resident=person, bits=bits) for person, bits in weights.items()]
        ownership = PageOwnership(
            page=number,
            verdict=verdict,
            reason=reason,
            issue_number=issue_number_of(self._page.texts, self._judge.profile),
            counter=counter_of(self._page.texts, self._judge.profile),
            certificate=title,
            owners=tuple(sorted(owners, key=lambda o: (-o.bits, o.resident))),
            evidence=foreign_evidence(foreign, donors, number),
            otherwise_own=verdict is PageVerdict.MIXED and self._otherwise_own(identity),
        )
        return JudgedPage(
            ownership=ownership,
            found=self._page.found,
            wrong=tuple(self._wrong(identity, layout, place) for place in range(len(views))),
            unexpected=tuple(
                tuple(filled_items(beside, view, proven, self._judge.index, number))
                for view, proven in zip(views, layout.proven, strict=True)
            ),
            fields=tuple(page_fields(beside, v, p, number) for v, p in zip(views, layout.proven, strict=True)),
            texts=tuple(self._page.texts),
            leaked=tuple(beside.leaked(views[-1], self._page.layers, number)),
            listed=(*identity.listed, *donors),
            ambiguous=verdict is PageVerdict.UNREAD and bool(identity.named),
            shows_applicant=identity.shows_applicant
            or any(beside.compare(v.wanted).names_only(self._cast.applicant) for v in views),
        )

    def _verdict(self, donors: dict[str, float], identity: Identity, beside: Beside) -> tuple[PageVerdict, str]:
        """Return verdict and reason."""
        if donors:
            mixed = identity.apart_from(next(iter(donors)))
            return (PageVerdict.MIXED if mixed else PageVerdict.FOREIGN), ""
        if not identity.named:
            if strange := beside.strangers(self._cast.identity):
                seen = f"{strange[0].label}: {strange[0].value}"
                if identity.says_something:  # a damaged file misreads a name sooner than it moves an address
                    return PageVerdict.UNREAD, f"{seen} is no permitted person, but other items are the applicant's"
                if any(nearly(strange[0].value, t) for w in self._cast.identity for t in w.texts):
                    return PageVerdict.UNREAD, f"{seen} is nearly a permitted person's name"
                return PageVerdict.STRANGER, seen
            return PageVerdict.UNREAD, "no permitted person's name was found on it, nor anybody else's"
        if others := identity.also_fits:
            reason = f"it fits {', '.join(sorted(others)[:3])} as well: nothing on it tells them from the applicant"
            return PageVerdict.UNREAD, reason
        if all(how is Found.WEAKLY for _, how in identity.named.values()):
            return PageVerdict.OWN_WEAK, "the name matches but for a character that the file does not carry"
        return PageVerdict.OWN, ""

    def _otherwise_own(self, identity: Identity) -> bool:
        """Tell whether the people listed are whole: named, and lacking at most one other item of the page's."""
        listed = {"", *identity.listed}
        for view, found in zip(self._cast.views, self._page.found, strict=True):
            here = [
                (w, how)
                for w, how in zip(view.wanted, found, strict=True)
                if (w.texts or w.day) and (w.per is not Per.PERSON or w.person in listed)
            ]
            lacking = [w for w, how in here if how is Found.NO]
            if len(lacking) <= _LACKING and not any(w.identity for w in lacking):
                return bool(identity.listed)
        return False

    def _foreign(self, beside: Beside) -> list[Foreign]:
        """Return other people's texts on the page, each once, and the names beside labels of a listed person."""
        found = {f.text: f for layer in self._page.layers for f in layer.foreign}
        if not self._judge.koseki:
            found = {t: f for t, f in found.items() if not all(o.role in KOSEKI_ROLES for o in f.owners)}
        for other in beside.other_people(self._cast.identity, self._cast.permitted):
            found.setdefault(other.text, other)
        return list(found.values())

    def _names(self) -> frozenset[str]:
        """Return the permitted persons whose names stand on the page: on a paper that was not asked for."""
        names = {pair for view in self._cast.views for pair in view.names}
        return frozenset(person for person, name in names if any(stands(layer, name) for layer in self._page.layers))

    def _named_others(self) -> list[Foreign]:
        """Return people who stand on the page with name and birth date, though their name alone might be explained.

        A householder's name is the applicant's own item; the householder's own document has the birth date too.
        """
        index, page = self._judge.index, self._page.texts[0]
        born = {key for day in page.days for key in index.having("resident.born_on", day)} - self._cast.permitted
        found = []
        for hit in index.find(page.text) if born else ():
            owners = tuple(o for o in index.owners(hit.text) if o.role == "name" and o.resident in born)
            if owners:
                text, bits = index.text(hit.text), index.bits(index.owners(hit.text))
                found.append(Foreign(start=hit.start, end=hit.end, text=text, owners=owners, bits=bits))
        return found

    def _look_alikes(self, identity: Identity) -> list[Foreign]:
        """Return people whom everything found fits as well, whose birth date is on the page and the own is not."""
        index, days = self._judge.index, self._page.texts[0].days
        own = {w.day for v in self._cast.views for w in v.wanted if w.day and w.source.endswith(".born_on")}
        found = []
        for day in sorted(days) if identity.also_fits and not own & days else ():
            born = identity.also_fits.intersection(index.having("resident.born_on", day))
            if born:
                owners = tuple(Owner(key, "born_on") for key in sorted(born))
                text = "{}-{:02}-{:02}".format(*day)
                found.append(Foreign(start=0, end=0, text=text, owners=owners, bits=index.bits(owners)))
        return found

    def _wrong(self, identity: Identity, layout: Layout, place: int) -> tuple[Evidence, ...]:
        wanted, found, proven = self._cast.views[place].wanted, self._page.found[place], layout.proven[place]
        missing = frozenset(
            id(w)
            for w, how in zip(wanted, found, strict=True)
            if how is Found.NO and (w.per is not Per.PERSON or not w.person or w.person in identity.listed)
        )
        return tuple(self._page.beside.wrong(wanted, missing, proven, self._number, whole=layout.whole))
