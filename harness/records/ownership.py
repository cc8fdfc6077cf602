"""Whose a document is, page by page: what the oracle concluded from a reading. Opinion, where `reading` is fact."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from harness.records.certificates import Certificate
from harness.records.findings import Evidence
from harness.records.picture import PictureOpinion
from harness.records.reading import FileMarks, ReadingStatus


class PageVerdict(StrEnum):
    """What one page is, seen from the applicant."""

    OWN = "own"  # the applicant's (or permitted household members') and nobody else's
    OWN_WEAK = "own_weak"  # the same by a weak match (a dropped variation selector, a gaiji map)
    FOREIGN = "foreign"  # somebody else's, nothing of the applicant's
    MIXED = "mixed"  # the applicant's and somebody else's
    STRANGER = "stranger"  # names a person outside the population where the applicant should stand
    UNREAD = "unread"  # its text cannot be trusted, or nothing identifies anyone: never a pass, never a guess


# gc=False: they hold no cycles, and a million of them are kept while a run is judged.
class OwnerWeight(Struct, frozen=True, kw_only=True, gc=False):
    """How much on a page speaks for one resident."""

    resident: str
    bits: float  # sum over items of log2(residents / owners of that text)


class PageOwnership(Struct, frozen=True, kw_only=True, gc=False):
    """One page, judged against the applicant."""

    page: int  # 1..n, by position in the file
    verdict: PageVerdict
    reason: str = ""  # for OWN_WEAK, STRANGER, UNREAD: why
    owners: tuple[OwnerWeight, ...] = ()  # heaviest first, applicant and permitted persons included
    evidence: tuple[Evidence, ...] = ()  # foreign items with their owners
    issue_number: str = ""  # as printed
    counter: tuple[int, int] | None = None  # printed "page i of n"
    repeats: int = 0  # the page, before it, that lists the same people in the same words; 0 where none does
    certificate: Certificate | None = None  # by its title, None if no title is recognised
    confirmed: str = ""  # of text passes chosen for it: "picture", or why a picture could not; "" where not chosen
    picture: PictureOpinion | None = None  # what comparing with the baseline's picture said, where it was asked
    tier: str = ""  # what decided: "bytes" | "text" | "picture" | "ocr"; "" where nothing did
    otherwise_own: bool = False  # MIXED: a record of the applicant's document is whole on it, or lacks one item


class DocumentOwnership(Struct, frozen=True, kw_only=True, gc=False):
    """One delivered document, judged against the application it was delivered to."""

    application: str
    delivery: str
    digest: str
    status: ReadingStatus
    reason: str = ""
    pages: tuple[PageOwnership, ...] = ()
    missing: tuple[Evidence, ...] = ()  # the applicant's items that must be printed and are not found
    leaked: tuple[Evidence, ...] = ()  # permitted persons' items printed though not asked for
    wrong: tuple[Evidence, ...] = ()  # another value stands where an item must stand
    unexplained: tuple[Evidence, ...] = ()  # values where the register holds nothing, and nobody's that is known
    residue: tuple[Evidence, ...] = ()  # foreign items in hidden text, metadata, earlier revisions
    seal: Evidence | None = None  # a seal that is not the applicant's: owner = whose it is nearest to, "" if nobody's
    listed: tuple[str, ...] = ()  # residents found listed on the pages
    weak: tuple[Evidence, ...] = ()  # items found but for what producers lose: a variation selector, a gaiji
    marks: FileMarks = FileMarks()  # of the file; filled by the judge from the reading


def absent_pages(pages: Sequence[PageOwnership]) -> tuple[int, ...]:
    """Return the numbers that the printed counters of a document promise and that are on none of its pages.

    () where nothing is counted, or where pages without a counter may be the missing ones.
    """
    counters = [p.counter for p in pages if p.counter is not None]
    seen = {number for number, _ in counters}
    absent = [n for n in range(1, max((total for _, total in counters), default=0) + 1) if n not in seen]
    uncounted = len(pages) - len(counters)
    return tuple(absent) if len(absent) > uncounted else ()
