"""A page in the orders in which it can be read, with what was found on it of the items it must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from harness.reading.attribution import Attributed, attribute
from harness.reading.beside import Beside
from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.reading.identity import Cast
from harness.reading.marks import title_of
from harness.reading.orders import order_by_columns, order_by_halves, order_by_rows, order_vertically
from harness.reading.owners import OwnerIndex
from harness.reading.presence import Found, look_for
from harness.reading.profile import Profile
from harness.reading.trust import distrust
from harness.records.reading import PageRead


class PageInOrders:
    """One page: its text in drawing order, and in others where that one does not do."""

    def __init__(self, page: PageRead, cast: Cast, index: OwnerIndex, profile: Profile, form: FormTexts) -> None:
        """Read `page` in drawing order; in all orders where that cannot be trusted. `distrust` says why none can."""
        self.page, self._cast, self._index, self._profile, self._form = page, cast, index, profile, form
        self._gaiji = vendor_characters(profile)
        self.texts: list[FoldedPage] = []
        self._reordered = False
        if page.places and (columns := order_vertically(page.text, page.places)):
            self._add(columns)  # PDFium takes a lone character for one of the next column's
        self._add(page.text)
        self.distrust = self._trust()
        if self.distrust and page.places:
            self._reorder()
            self.distrust = self._trust()

    @cached_property
    def beside(self) -> Beside:
        """The values beside labels, in the order of reading in which most of them are right.

        A page drawn across two people's columns is read by rows or columns, if that explains what contradicts them. A
        wrong value contradicts its label in every order.
        """
        drawn = self._beside(self.texts[0])
        right, against = self._agreement(drawn)
        if self.page.places and (against or not right):
            for text in self._other_orders():
                other = self._beside(text)
                agreement = self._agreement(other)
                if agreement[0] > right and (agreement[1] < against or not agreement[1]):
                    drawn, (right, against) = other, agreement
        return drawn

    def _beside(self, text: FoldedPage) -> Beside:
        return Beside(text, self._form, self._cast, self.texts)

    def _agreement(self, beside: Beside) -> tuple[int, int]:
        """Return how many labels have a value of theirs beside them, and how many another one."""
        compared = beside.compare(self._cast.views[-1].wanted)
        return len(compared.matches), len(compared.against)

    def _other_orders(self) -> Iterator[FoldedPage]:
        for order in (order_by_rows, order_by_columns, order_by_halves):
            if raw := order(self.page.text, self.page.places):
                yield self._folded(raw)

    @property
    def names_somebody(self) -> bool:
        """Whether a permitted person's name is found on the page."""
        return any(
            w.identity and found is not Found.NO
            for view, of_view in zip(self._cast.views, self.found, strict=True)
            for w, found in zip(view.wanted, of_view, strict=True)
        )

    def read_in_all_orders(self) -> None:
        """Read the page by rows and by columns as well, unless that was done or would find nothing more."""
        if not self._reordered and self.page.places and self._incomplete():
            self._reorder()

    def _trust(self) -> str:
        title = title_of(self.texts, self._profile)
        return distrust(self.page, self.texts, self._profile, title, self._index.characters)

    def _add(self, raw: str) -> None:
        self.texts.append(self._folded(raw))

    def _folded(self, raw: str) -> FoldedPage:
        text = FoldedPage(raw)
        text.take_form(self._form.spans)
        return text

    def _reorder(self) -> None:
        """Add the orders by rows and by columns: drawing order may be shuffled, a value may wrap in its cell."""
        self._reordered = True
        self.__dict__.pop("layers", None)
        self.__dict__.pop("found", None)
        for order in (order_by_rows, order_by_columns):
            if raw := order(self.page.text, self.page.places):
                self._add(raw)

    def _incomplete(self) -> bool:
        return all(any(f is not Found.YES for f in found) for found in self.found)

    @cached_property
    def layers(self) -> list[Attributed]:
        """The page in its orders of reading, attributed."""
        return [attribute(text, self._cast.own, self._index) for text in self.texts]

    @cached_property
    def found(self) -> tuple[tuple[Found, ...], ...]:
        """Per view, how surely each wanted item is on the page."""
        return tuple(tuple(look_for(w, self.layers, self._gaiji) for w in v.wanted) for v in self._cast.views)


def vendor_characters(profile: Profile) -> tuple[tuple[str, str], ...]:
    """Return the vendor's own characters as pairs (register's, vendor's)."""
    return tuple(sorted((k, _character(v)) for k, v in profile.gaiji.items()))


def _character(code: str) -> str:
    return chr(int(code[2:], 16)) if code.startswith("U+") else code
