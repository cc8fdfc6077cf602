"""What the pages of a document show together: where it puts its values, and whether its text can be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from harness.reading.beside import Beside, Compared
from harness.reading.folded_page import FoldedPage
from harness.reading.misreading import exchanged_digits
from harness.reading.oracle import View
from harness.reading.profile import Profile
from harness.reading.trust import form_decodes

_PROVEN = 4  # so many values as expected beside their labels show that this layout puts values there; 3 if none is not


class Layout(Struct, frozen=True, kw_only=True):
    """One document's layout."""

    proven: tuple[frozenset[bool], ...]  # per view: values stand beside their labels (False), below them (True)
    whole: bool  # all fixed labels of the form decode
    distrust: str  # why the text of no page may be used, "" where it may


def look_over(
    pages: Sequence[Beside], texts: Sequence[FoldedPage], views: Sequence[View], profile: Profile, *, named: bool
) -> Layout:
    """Return the layout of a document by the pages whose text is trusted, and their `texts` in all orders.

    Its digits may lie only where it is `named` after a person who may stand on it: numbers of somebody else's document
    differ too, and a few of them differ one for one by chance.
    """
    return Layout(
        proven=tuple(proven_places([page.compare(view.wanted) for page in pages]) for view in views),
        whole=form_decodes(texts, profile),
        distrust=exchanged_digits([page.compare(views[-1].wanted) for page in pages]) if named else "",
    )


def proven_places(compared: Sequence[Compared]) -> frozenset[bool]:
    """Return where a document puts its values, if enough of them agree: False beside their labels, True below."""
    agreed = Counter(labelled.below for c in compared for labelled, _ in c.matches)
    against = Counter(d.labelled.below for c in compared for d in c.against)
    return frozenset(
        b for b in (False, True) if agreed[b] >= _PROVEN - (not against[b]) and 2 * agreed[b] >= _PROVEN * against[b]
    )
