"""Judges whose a document is, page by page: the register oracle's opinion on a reading.

A page is the applicant's only on positive evidence: a permitted person is named on it and nobody else's item is. What
cannot be trusted or identifies nobody is UNREAD: never a pass, never a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from harness.reading.astray import PageTexts, astray
from harness.reading.fields import OTHERS_ITEM, PageFields, blank_items
from harness.reading.form import FormTexts
from harness.reading.identity import Cast
from harness.reading.known_layouts import KnownLayouts
from harness.reading.oracle import Expectation, View
from harness.reading.owners import OwnerIndex
from harness.reading.page_judgement import JudgedPage, PageJudge
from harness.reading.plainly_own import PlainlyOwn, plainly_own
from harness.reading.presence import Found
from harness.reading.profile import Per, Profile
from harness.reading.repeated_pages import repeated_pages
from harness.reading.residue_search import foreign_residue
from harness.reading.seals import SealIndex, hidden_seals, judge_seal
from harness.reading.wanted import Wanted
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict, absent_pages
from harness.records.reading import Reading, ReadingStatus

_FOREIGN = frozenset({PageVerdict.FOREIGN, PageVerdict.MIXED})
_ANOTHERS = _FOREIGN | {PageVerdict.STRANGER}
_OWN = frozenset({PageVerdict.OWN, PageVerdict.OWN_WEAK})
_CASTS = 500  # expectations whose people are kept; about 20 kB each
_ITEMS_OF_A_PERSON = 2  # a name and a birth date; one of them alone may hide in a picture or a broken character map


class Judge:
    """Judges documents of one population and profile; keeps what is the same for all of them. Pure and thread-safe."""

    def __init__(self, index: OwnerIndex, profile: Profile, seals: SealIndex | None = None) -> None:
        """Remember the index of owners, the profile, and the registered seals (None: seals are not looked at)."""
        self._index = index
        self._profile = profile
        self._form = FormTexts(profile)
        self._seals = seals
        self._layouts = KnownLayouts(index, profile, self._form)
        self._casts: dict[int, Cast] = {}  # by id of the expectation, which the cast keeps alive

    def document(
        self, reading: Reading, expectation: Expectation, *, application: str = "", delivery: str = ""
    ) -> DocumentOwnership:
        """Return whose `reading` is, seen from the application that `expectation` is of."""
        base = DocumentOwnership(
            application=application,
            delivery=delivery,
            digest=reading.digest,
            status=reading.status,
            reason=reading.reason,
            marks=reading.marks,
        )
        if not reading.pages:
            return base
        cast = self._cast(expectation)
        repeated = repeated_pages(reading, self._form)
        if not repeated and (plain := self._plainly(reading, cast)) is not None:
            return replace(base, pages=plain.pages, listed=plain.listed)
        judge = PageJudge(self._index, self._profile, self._form, cast)
        judged = _settle(judge.pages(reading.pages), expectation)
        shown = {(e.owner, e.value) for j in judged for e in j.ownership.evidence}
        found = foreign_residue(reading, judge.cast.own, self._index, self._form)
        residue = tuple(e for e in found if (e.owner, e.value) not in shown)  # a field's value stands on its page, too
        document = replace(
            base,
            pages=tuple(_with_repeated(j, repeated) for j in judged),
            leaked=tuple(e for j in judged for e in j.leaked),
            residue=(*residue, *self._hidden_seals(reading, expectation)),
            seal=self._seal(reading, expectation, judged),
            listed=tuple(dict.fromkeys(r for j in judged for r in j.listed)),
        )
        return _with_content(document, judge.cast, judged)

    def _plainly(self, reading: Reading, cast: Cast) -> PlainlyOwn | None:
        """Return the pages of a document that needs no closer look, as that would judge them."""
        plain = self._layouts.recognise(reading, cast)
        if plain is None:
            plain = plainly_own(reading, cast, self._index, self._profile, self._form)
            if plain is not None:
                self._layouts.learn(reading, cast)
        if plain is None or self._seals is None:
            return plain
        wrong = judge_seal(reading, cast.expectation, self._seals) or self._hidden_seals(reading, cast.expectation)
        return None if wrong else plain

    def _hidden_seals(self, reading: Reading, expectation: Expectation) -> tuple[Evidence, ...]:
        return hidden_seals(reading, expectation.applicant, self._seals) if self._seals is not None else ()

    def _cast(self, expectation: Expectation) -> Cast:
        """Return the people of an application; those of the last ones are kept: applications are repeated."""
        cast = self._casts.get(id(expectation))
        if cast is None:
            if len(self._casts) >= _CASTS:
                self._casts.clear()
            cast = self._casts[id(expectation)] = Cast(expectation, self._index)
        return cast

    def _seal(self, reading: Reading, expectation: Expectation, judged: Sequence[JudgedPage]) -> Evidence | None:
        """Return a seal that is not the applicant's, unless its page is that other person's altogether."""
        wrong = judge_seal(reading, expectation, self._seals) if self._seals is not None else None
        owners = {(j.ownership.page, o.resident) for j in judged for o in j.ownership.owners}
        foreign = wrong is not None and any(j.ownership.verdict in _FOREIGN for j in judged)
        if wrong is None or (foreign and (not wrong.owner or (wrong.page, wrong.owner) in owners)):
            return None
        return wrong


def judge_document(
    reading: Reading,
    expectation: Expectation,
    index: OwnerIndex,
    profile: Profile,
    *,
    seals: SealIndex | None = None,
    application: str = "",
    delivery: str = "",
) -> DocumentOwnership:
    """Judge a single document; for many of them keep a `Judge`."""
    judge = Judge(index, profile, seals)
    return judge.document(reading, expectation, application=application, delivery=delivery)


def _with_repeated(judged: JudgedPage, repeated: Mapping[int, int]) -> PageOwnership:
    """Note the page that this one repeats; sheets that list nobody may be alike."""
    first = repeated.get(judged.ownership.page, 0)
    return replace(judged.ownership, repeats=first) if first and judged.listed else judged.ownership


def _settle(judged: list[JudgedPage], expectation: Expectation) -> list[JudgedPage]:
    """Let pages of one document speak for each other.

    A page that fits several people is own where a sure page carries the same issue number. A document that lists
    only other people of the household, the applicant not at all, is theirs; unless its counters say that pages are
    lost: the applicant may have stood there.
    """
    sure = {j.ownership.issue_number for j in judged if j.ownership.verdict in _OWN} - {""}
    judged = [j.as_own() if j.ambiguous and j.ownership.issue_number in sure else j for j in judged]
    listed = any(expectation.applicant in v.persons for v in expectation.views)
    own = all(j.ownership.verdict in _OWN for j in judged)
    theirs = own and any(j.listed for j in judged) and not any(j.shows_applicant for j in judged)
    if listed and theirs and not absent_pages([j.ownership for j in judged]):
        return [j.as_theirs() for j in judged]
    return judged


def _with_content(document: DocumentOwnership, cast: Cast, judged: Sequence[JudgedPage]) -> DocumentOwnership:
    """Add what the document says otherwise than the register, under the state of it that fits best."""
    best = _best_view(cast.expectation, judged)
    view = cast.views[best]
    wrong = [e for j in judged for e in j.wrong[best]]
    unexpected = [e for j in judged for e in j.unexpected[best]]
    of_others = [e for e in unexpected if e.owner or e.kind == OTHERS_ITEM]
    wrong += of_others
    verdicts = {j.ownership.verdict for j in judged}
    if document.status is not ReadingStatus.READ or verdicts & _ANOTHERS:
        return replace(document, wrong=tuple(wrong))
    seen = frozenset(p for p in range(len(view.wanted)) if any(j.found[best][p] is not Found.NO for j in judged))
    wrong += blank_items(view, [j.fields[best] for j in judged if j.fields], seen)
    if not verdicts <= _OWN:
        return replace(document, wrong=tuple(wrong))
    wrong += _absent(view, cast.telling[best], seen, [j.fields[best] for j in judged if j.fields])
    wrong += _astray(cast, view, seen, judged, wrong)
    return replace(
        document,
        weak=tuple(_weak(view, best, judged)),
        missing=tuple(_missing(view, best, judged)),
        wrong=tuple(wrong),
        unexplained=tuple(e for e in unexpected if e not in of_others),
    )


def _astray(
    cast: Cast, view: View, seen: frozenset[int], judged: Sequence[JudgedPage], wrong: Sequence[Evidence]
) -> list[Evidence]:
    """Return other residents' dates and amounts in the place of missing items that no label told already."""
    told = {(e.item, e.owner) for e in wrong}
    pages = [PageTexts(j.ownership.page, j.texts) for j in judged]
    permitted = cast.permitted | {cast.applicant}
    found = astray(view, seen, pages, cast.index, permitted)
    return [e for e in found if (e.item, e.owner) not in told]


def _absent(
    view: View, telling: frozenset[int], seen: frozenset[int], pages: Sequence[PageFields]
) -> Iterator[Evidence]:
    """Yield persons that must be listed and of whom nothing stands there, where somebody else is listed.

    One item may be the reader's miss; all that only this person has are not. Where that is one item, the fields for
    names must all be filled with the others'. Whoever is listed may be no resident: then everything of theirs counts.
    """
    items: dict[str, list[int]] = {person: [] for person in view.persons}
    for place in sorted(telling):
        items.setdefault(view.wanted[place].person, []).append(place)
    peculiar = _peculiar_items(view, seen)
    absent = {
        person
        for person, places in items.items()
        if (not seen.intersection(places) if places else peculiar[person] >= _ITEMS_OF_A_PERSON)
    }
    few = any(max(len(items[person]), peculiar[person]) < _ITEMS_OF_A_PERSON for person in absent)
    if few and not _all_names_are_of(view, frozenset(items) - absent, pages):
        return
    residents = len(absent) < len(items)
    others = any(view.wanted[place].per is Per.PERSON and not view.wanted[place].person for place in seen)
    for person in view.persons:
        if person in absent and (residents or (others and peculiar[person] >= _ITEMS_OF_A_PERSON)):
            theirs = (w for w in view.wanted if w.person == person and w.per is Per.PERSON)
            first = view.wanted[items[person][0]] if items[person] else next(theirs)
            yield replace(_evidence(first, None), kind="missing person")


def _peculiar_items(view: View, seen: frozenset[int]) -> Counter[str]:
    """Count the items that only one person has and that are not seen, though their kinds are printed of others.

    Of whom one such item is seen there is none: the person stands there.
    """
    printed = {view.wanted[place].item for place in seen}
    holders: dict[Hashable, set[str]] = {}
    for wanted in view.wanted:
        for value in (*wanted.texts, wanted.day):
            holders.setdefault(value, set()).add(wanted.person)
    peculiar = [
        (place, wanted.person)
        for place, wanted in enumerate(view.wanted)
        if wanted.per is Per.PERSON
        and wanted.item in printed
        and all(holders[value] == {wanted.person} for value in (*wanted.texts, wanted.day) if value)
    ]
    there = {person for place, person in peculiar if place in seen}
    return Counter(person for _, person in peculiar if person not in there)


def _all_names_are_of(view: View, present: frozenset[str], pages: Sequence[PageFields]) -> bool:
    """Tell whether there is one field for a name per person present, each filled with that person's own."""
    agreed = frozenset[int]().union(*(p.agreed for p in pages))
    names: dict[str, list[Wanted]] = {}
    for wanted in (view.wanted[place] for place in sorted(agreed)):
        if wanted.identity and wanted.per is Per.PERSON:
            names.setdefault(wanted.item, []).append(wanted)
    return any(
        {w.person for w in filled} == present
        and sum(p.labels.count(label) for p in pages for label in filled[0].labels) == len(present)
        for filled in names.values()
    )


def _best_view(expectation: Expectation, judged: Sequence[JudgedPage]) -> int:
    """Return the state of the register that the document fits best; the newest of equals."""

    def flaws(number: int) -> tuple[int, int]:
        view = expectation.views[number]
        wrong = sum(len(j.wrong[number]) + len(j.unexpected[number]) for j in judged)
        return sum(1 for _ in _missing(view, number, judged)) + wrong, -number

    return min(range(len(expectation.views)), key=flaws)


def _missing(view: View, number: int, judged: Sequence[JudgedPage]) -> Iterator[Evidence]:
    """Yield the items of `view` that must be printed and are not found where they must be."""
    for place, wanted in enumerate(view.wanted):
        if wanted.day is None and not wanted.texts:
            continue
        found = [j.found[number][place] is not Found.NO for j in judged]
        if wanted.per is Per.PAGE:
            for j, here in zip(judged, found, strict=True):
                if not here:
                    yield _evidence(wanted, j.ownership)
        elif not any(found):
            yield _evidence(wanted, None)


def _weak(view: View, number: int, judged: Sequence[JudgedPage]) -> Iterator[Evidence]:
    """Yield the items of `view` that were found nowhere but for characters that producers lose."""
    for place, wanted in enumerate(view.wanted):
        if max(j.found[number][place] for j in judged) is Found.WEAKLY:
            yield replace(_evidence(wanted, None), kind="weak match")


def _evidence(wanted: Wanted, page: PageOwnership | None) -> Evidence:
    value = "{}-{:02}-{:02}".format(*wanted.day) if wanted.day else wanted.texts[0]
    number = page.page if page else 0
    return Evidence(kind="missing item", page=number, item=wanted.item, value=value, owner=wanted.person)
