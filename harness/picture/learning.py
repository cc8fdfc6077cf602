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
_NEAREST = 4  # contents of other people that one is looked at closely with
_CONTEXT = 4
_PLACES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))  # pixels (x, y) that one content may lie off another

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
    contents = [(applicant, ink) for inks in (firsts, seconds) for applicant, ink in enumerate(inks)]
    kinds: list[tuple[Ink, set[int]]] = []
    for applicant, ink in contents:
        known = next((people for other, people in kinds if _same(other, ink, region)), None)
        if known is None:
            kinds.append((ink, {applicant}))
        else:
            known.add(applicant)
        if len(kinds) > _KINDS_OF_ALL:  # more than can be everybody's
            return common or _shared_by_some(region, contents)
    if all(len(people) == 1 for _, people in kinds):
        return common
    return any(len(people) < _LEAST_EACH for _, people in kinds)


def _shared_by_some(region: Region, contents: Sequence[tuple[int, Ink]]) -> bool:
    """Tell whether any two people's contents are equal: each is held against other people's nearest to it.

    Who is equal to one is among the nearest, or they are equal as well. So the close looks grow with the people, not
    with their pairs; 60 people's numbers, all different, would be 7,000 of them for every region.
    """
    off = _distances(np.stack([np.asarray(crop(ink, _around(region, ink.shape)), np.float32) for _, ink in contents]))
    people = np.array([applicant for applicant, _ in contents])
    off[people[:, None] == people[None, :]] = np.inf
    nearest = np.argsort(off, axis=1, kind="stable")[:, :_NEAREST]
    pairs = {(min(one, int(n)), max(one, int(n))) for one, row in enumerate(nearest) for n in row}
    different = (pair for pair in sorted(pairs) if people[pair[0]] != people[pair[1]])
    return any(_same(contents[one][1], contents[other][1], region) for one, other in different)


def _distances(crops: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far crops (number, rows, columns) are from each other: squared, in the nearest of their places."""
    flat = crops.reshape(len(crops), -1)
    energies = np.einsum("np,np->n", flat, flat)
    likeness = [np.roll(crops, (y, x), (1, 2)).reshape(flat.shape) @ flat.T for x, y in _PLACES]
    off = energies[:, None] + energies[None, :] - 2 * np.max(likeness, axis=0)
    return np.asarray(np.minimum(off, off.T), np.float32)


def _around(region: Region, shape: tuple[int, ...]) -> Region:
    return Region(
        left=max(0, region.left - _CONTEXT),
        top=max(0, region.top - _CONTEXT),
        right=min(shape[1], region.right + _CONTEXT),
        bottom=min(shape[0], region.bottom + _CONTEXT),
    )


def _same(one: Ink, other: Ink, region: Region) -> bool:
    around = _around(region, one.shape)
    inner = Region(
        left=region.left - around.left,
        top=region.top - around.top,
        right=region.right - around.left,
        bottom=region.bottom - around.top,
    )
    base, seen = np.asarray(crop(one, around), np.float32), np.asarray(crop(other, around), np.float32)
    if np.array_equal(base, seen):
        return True
    moved = (warp(base, Alignment((1.0, 0.0, float(x), 0.0, 1.0, float(y)))) for x, y in _PLACES)
    return any(same_within(there, seen, inner) for there in moved)
