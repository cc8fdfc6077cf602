"""Judges the seal impressions on a document: whose registered seal is it that is printed?

No threshold tells seals of one name apart: a seal is a resident's where it is nearer to the registered one than to
all others, by a clear part of what parts the two. What is not clear is for a person's eyes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from harness.reading.oracle import Expectation
from harness.reading.seal_index import Likeness, SealIndex
from harness.reading.seal_regions import fits_seal
from harness.records.findings import Evidence
from harness.records.reading import ImageRead, Reading

__all__ = ["SealIndex", "hidden_seals", "judge_seal", "whose"]

_CLOSE = 0.95  # a print of the registered seal reaches this, turned or scanned ones nearly all
_DISTORTED = 0.88  # enough where no other seal comes near: overprinted, blurred, turned and scanned
_ALONE = 0.12  # how much less every other registered seal must correlate then
_LIKE_A_SEAL = 0.5  # less is an official seal, a logo or text: no registered seal is there, nor anything like one
_CLEAR = 0.3  # of what parts two seals: 1 where the print is exactly the one, -1 the other, 0 in the middle
_SAME = 0.99  # two registered seals that correlate so are one picture: which of them is printed makes no difference
_POINTS_PER_MM = 72 / 25.4


class SealOwner(NamedTuple):
    """Whose seal a bitmap shows; "" where it is nobody's, or the expected one and its `rivals` cannot be told."""

    resident: str
    correlation: float = 0.0
    rivals: tuple[str, ...] = ()
    quarter: int = 0  # degrees by which it is turned against the page's text: 90, 180, 270


def whose(image: ImageRead, seals: SealIndex, expected: str = "") -> SealOwner:
    """Return whose registered seal a bitmap shows; of equal registered seals the `expected` resident's."""
    ranked = seals.ranked(image, expected)
    if not ranked:
        return SealOwner("")
    best = next((r for r in ranked if r.resident == expected and _as_good(r, ranked[0], seals)), ranked[0])
    others = [r for r in ranked if r is not best and not _same(best, r, seals)]
    nearest_other = max((r.correlation for r in others), default=-1.0)
    alone = best.correlation >= _DISTORTED and best.correlation - nearest_other >= _ALONE
    if best.correlation < _CLOSE and not alone:
        return SealOwner("", best.correlation)
    rivals = tuple(r.resident for r in others if not _parted(best, r, seals))
    if expected in {best.resident, *rivals} and rivals:
        return SealOwner("", best.correlation, (best.resident, *rivals))
    return SealOwner(best.resident, best.correlation, quarter=best.quarter)


def judge_seal(reading: Reading, expectation: Expectation, seals: SealIndex) -> Evidence | None:
    """Return the seal that is not the applicant's, None where the right one (or none, rightly) is printed.

    The evidence's owner is the resident whose seal it is, "" where it is like nobody's or cannot be told; the
    applicant where it is the right one, but lies on its side or head against the page's text.
    """
    judged = [(page, whose(image, seals, expectation.seal)) for page, image in _seal_sized(reading)]
    for page, found in judged:
        if found.resident and found.resident != expectation.seal:
            return _evidence(page, found)
    right = [(page, found) for page, found in judged if found.resident]
    if not expectation.seal or any(not found.quarter for _, found in right):
        return None
    if right:
        return _evidence(*right[0])
    page, found = max(judged, key=_telling, default=(0, SealOwner("")))
    return _evidence(page if found.correlation >= _LIKE_A_SEAL else 0, found)


def hidden_seals(reading: Reading, applicant: str, seals: SealIndex) -> tuple[Evidence, ...]:
    """Return other people's registered seals that are in the file and not on its pages, as residue."""
    found = ((page, whose(image, seals, applicant)) for page, image in _seal_sized(reading, unseen=True))
    return tuple(
        replace(_evidence(page, seal), kind="residue") for page, seal in found if seal.resident not in {"", applicant}
    )


def _telling(judged: tuple[int, SealOwner]) -> tuple[bool, float]:
    return bool(judged[1].rivals), judged[1].correlation


def _as_good(one: Likeness, best: Likeness, seals: SealIndex) -> bool:
    return one is best or _same(one, best, seals)


def _same(one: Likeness, other: Likeness, seals: SealIndex) -> bool:
    return seals.between(one.resident, other.resident) >= _SAME


def _parted(best: Likeness, other: Likeness, seals: SealIndex) -> bool:
    """Tell whether the print is clearly nearer to the best seal, measured by how far the two seals are apart."""
    apart = 1 - seals.between(best.resident, other.resident)
    return best.correlation - other.correlation >= _CLEAR * apart


def _seal_sized(reading: Reading, *, unseen: bool = False) -> Iterator[tuple[int, ImageRead]]:
    for page in reading.pages:
        for image in _once(image for image in page.images if image.unseen is unseen):
            width, height = image.box[2] - image.box[0], image.box[3] - image.box[1]
            if image.ink64 and fits_seal(width / _POINTS_PER_MM, height / _POINTS_PER_MM):
                yield page.number, image


def _once(images: Iterable[ImageRead]) -> Iterable[ImageRead]:
    """Return a page's pictures, the first of each ink."""
    first: dict[str, ImageRead] = {}
    for image in images:
        first.setdefault(image.ink64, image)
    return first.values()


def _evidence(page: int, found: SealOwner) -> Evidence:
    if not page:
        seen = "no seal impression found"
    elif found.quarter:
        seen = f"turned by {found.quarter} degrees; likeness {found.correlation:.3f}"
    elif found.rivals:
        seen = f"likeness {found.correlation:.3f}; too much like the seals of {', '.join(found.rivals)} to tell"
    else:
        seen = f"likeness {found.correlation:.3f}"
    return Evidence(kind="seal", page=page, item="seal", value=seen, owner=found.resident)
