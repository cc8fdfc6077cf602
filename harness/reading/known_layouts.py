"""Recognises own documents by the layout of earlier ones: the same form, filled with this person's values.

What `plainly_own` found nothing against becomes a pattern: the form's words literally, one hole for each value. A
document that matches it, with the right value in every hole, is the same document of another person: nothing that
`plainly_own` looks at can differ but other people's texts, which are searched for as ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import ahocorasick_rs
from msgspec import Struct

from harness.reading.beside import Beside
from harness.reading.folded_page import LINE, WORD, FoldedPage, Span
from harness.reading.form import FormTexts
from harness.reading.identity import Cast, Identity
from harness.reading.layout_pattern import Hole, Unfit, between, fit, holds, holes_of, pattern_of, places_of
from harness.reading.marks import counter_of, issue_number_of, title_of
from harness.reading.orders import order_vertically
from harness.reading.owners import OwnerIndex
from harness.reading.plainly_own import PlainlyOwn, attributed_at_once, leaks_of
from harness.reading.presence import Found
from harness.reading.profile import Per, Profile
from harness.reading.trust import distrust, repertoire
from harness.records.certificates import Certificate, Options
from harness.records.ownership import OwnerWeight, PageOwnership, PageVerdict
from harness.records.reading import PageRead, Reading, ReadingStatus

_LAYOUTS = 4  # kept of one kind of document; a target that has more is judged the longer way
_ATTEMPTS = 12  # to learn a kind: of forms that never fit another document no more are made

# certificate, options, pages, then what the register holds and what not: items of the same profile in the same order
_Kind = tuple[Certificate, Options, int, tuple[tuple[str, bool, bool], ...], tuple[str, ...], tuple[str, ...]]


class _Page(Struct, frozen=True, kw_only=True):
    """One page of a layout."""

    pattern: re.Pattern[str]  # on marked text; a group for each value
    values: tuple[tuple[int, ...], ...]  # per group: places of the wanted items that stand there
    found: tuple[Found, ...]  # per wanted item, whether it stands there
    form_texts: int  # how many texts of the form stand on the page, in the form's own words
    title: Certificate | None


class KnownLayouts:
    """The layouts of one judge's documents, learned as they come. Says what `plainly_own` would say, or nothing."""

    def __init__(self, index: OwnerIndex, profile: Profile, form: FormTexts) -> None:
        """Know none yet."""
        self._index, self._profile, self._form = index, profile, form
        self._layouts: dict[_Kind, list[tuple[_Page, ...]]] = {}
        self._attempts: dict[_Kind, int] = {}
        self._characters = index.characters | repertoire()
        texts = [t for t in form.every if len(t) > 1]
        self._automaton = ahocorasick_rs.AhoCorasick(texts or ("\ufffe",))
        # a label or filler of one character is one only where a word begins: 名 is in 無名町 too
        single = "".join(t for t in form.every if len(t) == 1)
        self._single = re.compile(f"(?<!\\w)[{re.escape(single)}]" if single else "(?!)")

    def recognise(self, reading: Reading, cast: Cast) -> PlainlyOwn | None:
        """Return the pages of a document in a known layout, as `plainly_own` would judge them."""
        if not _is_of_one(reading, cast):
            return None
        known = self._layouts.get(_kind(reading, cast))
        if not known:
            return None
        pages = [FoldedPage(page.text) for page in reading.pages]
        for layout in known:
            try:
                return self._same(reading, pages, layout, cast)
            except Unfit:
                continue
        return None

    def learn(self, reading: Reading, cast: Cast) -> None:
        """Remember the layout of a document that `plainly_own` found nothing against, where it makes a pattern."""
        if not _is_of_one(reading, cast):
            return
        kind = _kind(reading, cast)
        known = self._layouts.setdefault(kind, [])
        if len(known) >= _LAYOUTS or self._attempts.get(kind, 0) >= _ATTEMPTS:
            return
        self._attempts[kind] = self._attempts.get(kind, 0) + 1
        try:
            known.append(self._learned(reading, cast))
        except Unfit:
            return

    def _same(self, reading: Reading, pages: Sequence[FoldedPage], layout: Sequence[_Page], cast: Cast) -> PlainlyOwn:
        wanted = cast.views[0].wanted
        for page, like in zip(pages, layout, strict=True):
            match = like.pattern.fullmatch(page.marked)
            fit(match is not None and all(map(holds, match.groups(), like.values, [wanted] * len(like.values))))
            fit(self._form_texts(page) == like.form_texts)
            fit(self._characters.issuperset(page.text))
        fit(not any(read.places and order_vertically(read.text, read.places) for read in reading.pages))
        leaks = leaks_of(cast, self._form)
        fit(not any(leak in page.text for leak in leaks for page in pages))
        layers = attributed_at_once(reading, pages, cast.own, self._index, self._form)
        fit(not any(layer.foreign for layer in layers))
        return self._opinion(reading, pages, layout, cast)

    def _opinion(
        self, reading: Reading, pages: Sequence[FoldedPage], layout: Sequence[_Page], cast: Cast
    ) -> PlainlyOwn:
        identities = {like.found: Identity(cast, (like.found,)) for like in layout}
        for identity in identities.values():
            fit(bool(identity.named) and not identity.also_fits)
        fit(any(identity.shows_applicant and identity.listed for identity in identities.values()))
        judged = [
            self._page(read, page, like.title, identities[like.found])
            for read, page, like in zip(reading.pages, pages, layout, strict=True)
        ]
        listed = dict.fromkeys(person for identity in identities.values() for person in identity.listed)
        return PlainlyOwn(pages=tuple(judged), listed=tuple(listed))

    def _page(self, read: PageRead, page: FoldedPage, title: Certificate | None, identity: Identity) -> PageOwnership:
        owners = [OwnerWeight(resident=person, bits=bits) for person, (bits, _) in identity.named.items()]
        return PageOwnership(
            page=read.number,
            verdict=PageVerdict.OWN,
            issue_number=issue_number_of((page,), self._profile),
            counter=counter_of((page,), self._profile),
            certificate=title,
            owners=tuple(owners),
        )

    def _beginnings(self, page: FoldedPage) -> list[Span]:
        """Return the places in a page's text where a text of the form begins as a word does; of one character, none.

        Only there can it be a label, a title or a filler: 年度 is in 令和8年度, too.
        """
        text, edges = page.text, page.word_edges
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [(start, end) for _, start, end in found if start in edges or not text[start - 1].isalnum()]

    def _form_texts(self, page: FoldedPage) -> int:
        return len(self._beginnings(page)) + len(self._single.findall(page.marked))

    def _learned(self, reading: Reading, cast: Cast) -> tuple[_Page, ...]:
        pages = tuple(self._learned_page(page, cast) for page in reading.pages)
        for place, found in enumerate(zip(*(page.found for page in pages), strict=True)):
            wanted = cast.views[0].wanted[place]
            every = all if wanted.identity or wanted.per is Per.PAGE else any
            fit(every(how is Found.YES for how in found))
        return pages

    def _learned_page(self, read: PageRead, cast: Cast) -> _Page:
        page = FoldedPage(read.text)
        page.take_form(self._form.spans)
        wanted = cast.views[0].wanted
        holes = list(holes_of(page, Beside(page, self._form, cast), cast))
        self._tells_without(page, holes)
        there = {place for hole in holes for place in hole.items}
        return _Page(
            pattern=pattern_of(page.marked, holes),
            values=tuple(hole.items for hole in holes),
            found=tuple(Found.YES if place in there else Found.NO for place in range(len(wanted))),
            form_texts=self._form_texts(page),
            title=title_of((page,), self._profile),
        )

    def _tells_without(self, page: FoldedPage, holes: Sequence[Hole]) -> None:
        """See that the form is known by its own words, none of them in a value."""
        places = places_of(page)
        texts = [(places[start], places[end - 1] + 1) for start, end in self._beginnings(page)]
        texts += [single.span() for single in self._single.finditer(page.marked)]
        fit(not any(hole.start < end and start < hole.end for hole in holes for start, end in texts))
        form = "".join(between(page.marked, holes)).replace(WORD, " ").replace(LINE, "\n")
        title = title_of((page,), self._profile)
        known = self._index.characters
        fit(not distrust(PageRead(number=1, text=form), (FoldedPage(form),), self._profile, title, known))


def _is_of_one(reading: Reading, cast: Cast) -> bool:
    """Tell whether a document was read, and must show the applicant alone, in one known state of the register."""
    if reading.status is not ReadingStatus.READ or len(cast.views) != 1 or any(p.undrawn for p in reading.pages):
        return False
    view, alone = cast.views[0], cast.applicant
    return view.persons == (alone,) and all(
        w.person == alone for items in (view.wanted, view.forbidden, view.empty) for w in items
    )


def _kind(reading: Reading, cast: Cast) -> _Kind:
    view, asked = cast.views[0], cast.expectation
    return (
        asked.certificate,
        asked.options,
        len(reading.pages),
        tuple((w.item, w.day is not None, bool(w.texts)) for w in view.wanted),
        tuple(w.item for w in view.forbidden),
        tuple(w.item for w in view.empty),
    )
