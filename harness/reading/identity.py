"""Who is on a page: the permitted persons it names, and who else would fit everything that was found of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from harness.reading.attribution import OwnTexts
from harness.reading.oracle import Expectation, View
from harness.reading.owners import OwnerIndex
from harness.reading.presence import Found
from harness.reading.profile import Per
from harness.reading.wanted import Wanted

FoundItems = Sequence[Sequence[Found]]  # per view of the expectation, per wanted item


class Cast:
    """The people of one application: who may be listed, and which items tell whom from whom."""

    def __init__(self, expectation: Expectation, index: OwnerIndex) -> None:
        """Prepare what all pages of a document share."""
        self.expectation, self.index = expectation, index
        self.views = expectation.views
        self.applicant = expectation.applicant
        self.permitted = frozenset(p for v in self.views for p in v.persons)
        texts = frozenset[str]().union(*(v.own_texts for v in self.views))
        self.own = OwnTexts(texts, self.permitted | {self.applicant}, index)
        self.identity = tuple(w for v in self.views for w in v.wanted if w.identity)
        self._known_holders: dict[int, frozenset[str]] = {}
        self._known_items: dict[int, dict[str, str]] = {}
        self._known_telling: dict[tuple[int, int], bool] = {}
        self._known_labels: dict[int, dict[str, list[Wanted]]] = {}

    def by_label(self, wanted: Sequence[Wanted]) -> dict[str, list[Wanted]]:
        """Return the items of a view, or `identity`, by the labels beside which they stand."""
        known = self._known_labels.get(id(wanted))
        if known is None:
            known = self._known_labels[id(wanted)] = {}
            for item in wanted:
                for label in item.labels:
                    known.setdefault(label, []).append(item)
        return known

    def holders(self, wanted: Wanted) -> frozenset[str]:
        """Return who has this item with this value, where the index knows."""
        known = self._known_holders.get(id(wanted))
        if known is None:
            known = self._known_holders[id(wanted)] = frozenset(self._holders(wanted))
        return known

    def _holders(self, wanted: Wanted) -> Iterator[str]:
        field = wanted.source.partition(".")[2]
        if wanted.day is not None:
            yield from self.index.having(f"resident.{field}", wanted.day)
        for text in wanted.texts:
            yield from (o.resident for o in self.index.owners_of(text) if o.role == field)

    @cached_property
    def telling(self) -> tuple[frozenset[int], ...]:
        """Per view, the places of the wanted items that tell the listed persons apart.

        A name that may stand there as the householder's or 筆頭者's counts only for people of whom nothing else does.
        """
        return tuple(frozenset(self._telling(view)) for view in self.views)

    def _telling(self, view: View) -> Iterator[int]:
        known = {""}
        for place, wanted in enumerate(view.wanted):
            if self._tells(place, view):
                known.add(wanted.person)
                yield place
        for place, wanted in enumerate(view.wanted):
            if wanted.identity and wanted.per is Per.PERSON and wanted.person not in known:
                yield place

    def lists(self, view: View, person: str, found: Sequence[Found]) -> bool:
        """Tell whether an item that tells `person` is `found` (per wanted item); see `telling`."""
        of_person = [place for place, wanted in enumerate(view.wanted) if wanted.person == person]
        seen = [place for place in of_person if found[place] is not Found.NO]
        if any(self._tells(place, view) for place in seen):
            return True
        named = any(view.wanted[place].identity and view.wanted[place].per is Per.PERSON for place in seen)
        return named and not any(self._tells(place, view) for place in of_person)

    def _tells(self, place: int, view: View) -> bool:
        known = self._known_telling.get((id(view), place))
        if known is None:
            known = self._known_telling[id(view), place] = self._is_telling(view.wanted[place], view)
        return known

    def _is_telling(self, wanted: Wanted, view: View) -> bool:
        if wanted.per is not Per.PERSON or self.holders(wanted) & self.permitted != {wanted.person}:
            return False
        return all(self._item_of(view)[text] == wanted.item for text in wanted.texts)

    def _item_of(self, view: View) -> dict[str, str]:
        """Return the item that has a text, for every text that may be printed; "" where several have it."""
        known = self._known_items.get(id(view))
        if known is None:
            known = self._known_items[id(view)] = {}
            for wanted in (*view.wanted, *view.forbidden):
                for text in wanted.texts:
                    if known.setdefault(text, wanted.item) != wanted.item:
                        known[text] = ""
        return known


class Identity:
    """What was found of the permitted persons on one page."""

    def __init__(self, cast: Cast, found: FoundItems, *, names: frozenset[str] = frozenset()) -> None:
        """Take what was found per view and wanted item; `names` are persons named on a paper of another kind."""
        self._cast = cast
        self._found = found
        self._names = names

    @cached_property
    def named(self) -> dict[str, tuple[float, Found]]:
        """The permitted persons named on the page, with the weight (bits) and sureness of that."""
        persons = dict.fromkeys(sorted(self._names), (0.0, Found.YES))
        for wanted, how in self._items():
            if wanted.identity and wanted.person:
                owners = [o for t in wanted.texts for o in self._cast.index.owners_of(t)]
                bits, before = persons.get(wanted.person, (0.0, Found.NO))
                persons[wanted.person] = (max(bits, self._cast.index.bits(owners)), max(before, how))
        return persons

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The permitted persons listed on the page, known by an item that no other of them has."""
        listed: dict[str, None] = {}
        for view, found in zip(self._cast.views, self._found, strict=True):
            listed.update((person, None) for person in view.persons if self._cast.lists(view, person, found))
        return tuple(listed)

    @property
    def shows_applicant(self) -> bool:
        """Whether the applicant is listed on the page, or could not be told from the others anyway."""
        cast = self._cast
        if cast.applicant in self.listed:
            return True
        tellable = {v.wanted[place].person for v, t in zip(cast.views, cast.telling, strict=True) for place in t}
        return cast.applicant not in tellable

    @cached_property
    def also_fits(self) -> frozenset[str]:
        """The people, not permitted here, whom everything found of every named person fits as well."""
        twins = [self._twins(person) for person in self.named]
        return frozenset().union(*twins) if all(twins) else frozenset()

    def _twins(self, person: str) -> frozenset[str]:
        twins: frozenset[str] | None = None
        items = (wanted for wanted, _ in self._items() if wanted.person == person)
        for wanted in sorted(items, key=_forms):
            if holders := self._cast.holders(wanted):
                twins = (holders if twins is None else twins & holders) - self._cast.permitted
                if not twins:
                    break
        return twins or frozenset()

    def apart_from(self, donor: str) -> bool:
        """Tell whether something on the page is the applicant's or a permitted person's and not also the donor's."""
        ours = self._cast.permitted | {self._cast.applicant}
        return any(
            wanted.person in ours and (holders := self._cast.holders(wanted)) and donor not in holders
            for wanted, _ in self._items()
        )

    @property
    def says_something(self) -> bool:
        """Whether a text or a birth date of the applicant or of a permitted person is on the page at all."""
        ours = self._cast.permitted | {self._cast.applicant}
        return any(
            wanted.person in ours and (wanted.day is None or wanted.source.endswith("born_on"))
            for wanted, _ in self._items()
            if self._cast.holders(wanted)
        )

    def _items(self) -> Iterator[tuple[Wanted, Found]]:
        for view, found in zip(self._cast.views, self._found, strict=True):
            for wanted, how in zip(view.wanted, found, strict=True):
                if how is not Found.NO:
                    yield wanted, how


def _forms(wanted: Wanted) -> tuple[bool, int]:
    """Order items by how soon they tell people apart, and how many texts that takes to look up."""
    return not wanted.identity, len(wanted.texts)
