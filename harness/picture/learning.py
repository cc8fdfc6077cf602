"""Learns which regions of a certificate differ by issue: numbers, dates, barcodes; never an item of a person.

Learned from two issues of the same application for many applicants. What differs for nearly all of them is volatile;
what differs for some is a finding. What recurs from person to person without being everybody's (a name in another
person's issue) tells people apart and is never learned, however many issues it differs in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.picture.alignment import Alignment, warp
from harness.picture.difference import compare, same_within
from harness.picture.filters import box_mean
from harness.picture.raster import Ink, Raster, ink_of
from harness.picture.regions import Mask, crop, inside, merge, regions_of, whole, word_around
from harness.records.picture import Region

LEAST_PAIRS = 3  # fewer applicants cannot show that something differs for all
_NEARLY_ALL = 0.9
_CORE = 0.3  # of the pairs in which a pixel of the region must differ, so that one person's item beside it stays out
_WORD_MOST = 160  # pixels (4 cm) that a number may go on to either side of the digits that changed
_KINDS_OF_ALL = 3  # contents that all share in: the dates around midnight
_LEAST_EACH = 3  # applicants that one such content must have
_CONTEXT = 4

Pair = tuple[Raster, Raster]


def learn_regions(pairs: Sequence[Pair], *, common: bool = False) -> tuple[Region, ...]:
    """Return the regions that differ between two issues of one application for at least 90 % of the applicants.

    With `common` only those whose contents are shared by all. All rasters are of one certificate, page and size;
    pairs of other sizes are left out. () for fewer than 3 pairs.
    """
    pairs = _of_one_size(pairs)
    if len(pairs) < LEAST_PAIRS:
        return ()
    masks = [_differs(first, second) for first, second in pairs]
    votes = np.asarray(np.sum(masks, axis=0), np.int32)
    firsts = [ink_of(first) for first, _ in pairs]
    seconds = [ink_of(second) for _, second in pairs]
    found = []
    for region in regions_of(np.asarray(votes >= max(1, _CORE * len(pairs)))):
        grown = _word(region, firsts, votes)
        here = sum(1 for mask in masks if crop(mask, grown).any())
        if here >= _NEARLY_ALL * len(pairs) and not _tells_people_apart(grown, firsts, seconds, common):
            found.append(grown)
    return merge(found)


def learn_common(pairs: Sequence[Pair]) -> tuple[Region, ...]:
    """Return the regions where pages of today differ from baselines for nearly everybody, and in the same way.

    A date of issue is such a region. Both contents must be everybody's: one that was a person's own never is.
    """
    return learn_regions(pairs, common=True)


def _of_one_size(pairs: Sequence[Pair]) -> list[Pair]:
    """Keep the pairs of the most frequent size."""
    sizes = Counter(first.shape for first, second in pairs if first.shape == second.shape)
    if not sizes:
        return []
    size = min(sizes, key=lambda s: (-sizes[s], s))
    return [(a, b) for a, b in pairs if a.shape == size and b.shape == size]


def _differs(first: Raster, second: Raster) -> Mask:
    """Return the mask of what differs; nothing where they cannot be laid over each other: that teaches nothing."""
    found = compare(second, first)
    if found.alignment is None or found.regions == (whole(first.shape),):
        return np.zeros(first.shape, np.bool_)
    return inside(first.shape, found.regions)


def _word(region: Region, firsts: Sequence[Ink], votes: NDArray[np.int32]) -> Region:
    """Grow to the whole token, through ink that is everybody's or has changed between two issues somewhere."""
    rows = slice(region.top, region.bottom)
    strip = np.stack([ink[rows] for ink in firsts])
    spread = box_mean((strip.max(0) - strip.min(0)) ** 2, 3) > 0.02
    allowed = np.ones(votes.shape, np.bool_)
    allowed[rows] = ~spread | (votes[rows] > 0)
    inked = np.zeros(votes.shape, np.float32)
    inked[rows] = strip.max(0)
    return word_around(region, inked, allowed, _WORD_MOST)


def _tells_people_apart(region: Region, firsts: Sequence[Ink], seconds: Sequence[Ink], common: bool) -> bool:
    """Tell whether contents go from person to person in the region, as a name does that came to somebody else."""
    kinds: list[tuple[Ink, set[int]]] = []
    for inks in (firsts, seconds):
        for applicant, ink in enumerate(inks):
            known = next((people for other, people in kinds if _same(other, ink, region)), None)
            if known is None:
                kinds.append((ink, {applicant}))
            else:
                known.add(applicant)
            # More contents than can be everybody's: the rest is compared only where one that is shared decides.
            if len(kinds) > _KINDS_OF_ALL and (common or any(len(people) > 1 for _, people in kinds)):
                return True
    shared = [people for _, people in kinds if len(people) > 1]
    if not shared:
        return common
    everybodys = len(kinds) <= _KINDS_OF_ALL and all(len(people) >= _LEAST_EACH for _, people in kinds)
    return not everybodys


def _same(one: Ink, other: Ink, region: Region) -> bool:
    around = Region(
        left=max(0, region.left - _CONTEXT),
        top=max(0, region.top - _CONTEXT),
        right=min(one.shape[1], region.right + _CONTEXT),
        bottom=min(one.shape[0], region.bottom + _CONTEXT),
    )
    inner = Region(
        left=region.left - around.left,
        top=region.top - around.top,
        right=region.right - around.left,
        bottom=region.bottom - around.top,
    )
    base, seen = np.asarray(crop(one, around), np.float32), np.asarray(crop(other, around), np.float32)
    if np.array_equal(base, seen):
        return True
    places = [(0.0, 0.0), (-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)]
    return any(same_within(warp(base, Alignment((1.0, 0.0, x, 0.0, 1.0, y))), seen, inner) for x, y in places)
