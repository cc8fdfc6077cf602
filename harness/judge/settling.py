"""What a picture's opinion makes of a page: it decides an unread one, or confirms one that is own by its text."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec.structs import replace

from harness.checks.documents import OWN
from harness.checks.marked import base_page, marked
from harness.records.ownership import DocumentOwnership, OwnerWeight, PageOwnership, PageVerdict
from harness.records.picture import PictureOpinion, PictureVerdict
from harness.records.reading import PageRead, Reading
from harness.records.verdict import Confirmed

SAMPLED_OF_1000 = 30  # pages that are own by their text and looked at all the same
_PEOPLE_AT_LEAST = 1024  # as in reading.owners: names are rare in the world, not only among 60 test residents
_MOST_EVIDENCE = 6


def is_sampled(digest: str, page: int) -> bool:
    """Tell whether a page is one of those looked at whatever its text says; by its document's digest."""
    return (int(digest[:8] or "0", 16) + 7919 * page) % 1000 < SAMPLED_OF_1000


def weight(residents: int) -> float:
    """Return the bits that a picture of one of so many people's documents weighs."""
    return round(math.log2(max(_PEOPLE_AT_LEAST, residents)), 2)


def place_of(read: PageRead, reading: Reading) -> tuple[str, int]:
    """Return (document digest, page) of the picture that shows a page: a page swapped in keeps its own."""
    digest, _, number = (read.drawn or f"{reading.digest}/{read.number}").partition("/")
    return digest, int(number)


def settle(page: PageOwnership, opinion: PictureOpinion, bits: float = math.log2(_PEOPLE_AT_LEAST)) -> PageOwnership:
    """Let a picture decide an unread page, or confirm one that is own by its text. `bits`: weight of a donor."""
    return _confirmed(page, opinion, bits) if page.verdict in OWN else _decided(page, opinion, bits)


def _decided(page: PageOwnership, opinion: PictureOpinion, bits: float) -> PageOwnership:
    """Settle an unread page by its picture, or keep it unread and say why the picture does not help."""
    if opinion.verdict is PictureVerdict.OWN:
        verdict = PageVerdict.OWN if opinion.likeness == 1.0 else PageVerdict.OWN_WEAK
        return replace(page, verdict=verdict, tier="picture", picture=opinion, reason="equal to the baseline's picture")
    if opinion.verdict is PictureVerdict.FOREIGN:
        return _foreign(page, opinion, PageVerdict.FOREIGN, bits)
    places = f"; its picture differs from the baseline in {len(opinion.regions)} places" if opinion.regions else ""
    why = f"; {opinion.reason}" if opinion.reason else ""
    return replace(page, picture=opinion, reason=f"{page.reason}{places}{why}")


def _confirmed(page: PageOwnership, opinion: PictureOpinion, bits: float) -> PageOwnership:
    """Note what the picture says of a page that is own by its text; another person's is never passed over."""
    if opinion.verdict is PictureVerdict.FOREIGN:
        return _foreign(replace(page, confirmed="differs"), opinion, PageVerdict.MIXED, bits)
    said = {PictureVerdict.OWN: "picture", PictureVerdict.DEVIATION: "differs"}.get(opinion.verdict, opinion.reason)
    return replace(page, confirmed=said, picture=opinion)


def _foreign(page: PageOwnership, opinion: PictureOpinion, verdict: PageVerdict, bits: float) -> PageOwnership:
    regions = opinion.regions[:_MOST_EVIDENCE]
    evidence = (*marked(page.page, regions, opinion.donor, bits), *base_page(opinion.base, page.page))
    owners = (OwnerWeight(resident=opinion.donor, bits=bits),)
    return replace(page, verdict=verdict, reason="", tier="picture", picture=opinion, owners=owners, evidence=evidence)


def count_confirmed(documents: Iterable[DocumentOwnership]) -> Confirmed:
    """Count what became of the pages that were looked at."""
    pages = [p for d in documents for p in d.pages]
    chosen = [p for p in pages if p.confirmed]
    by_picture = sum(1 for p in chosen if p.confirmed == "picture")
    differing = sum(1 for p in chosen if p.confirmed == "differs")
    return Confirmed(
        chosen=len(chosen),
        by_picture=by_picture,
        differing=differing,
        not_confirmable=len(chosen) - by_picture - differing,
        decided=sum(1 for p in pages if p.tier == "picture" and not p.confirmed),
    )
