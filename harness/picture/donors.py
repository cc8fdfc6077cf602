"""Whose is what stands in a region: golden crops, cut from everybody's judged baseline at the same place.

The nearest crop alone proves nothing (a stranger's name is near to somebody's): it must be equal there, under the
noise measured on the page itself. Twins of one variant character differ by a stroke, which counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.picture.alignment import Alignment, warp
from harness.picture.difference import same_within
from harness.picture.raster import Ink, Raster, ink_of
from harness.picture.regions import crop
from harness.records.picture import Region

_REACH = 2  # pixels that a crop may lie off; rounding of page sizes makes one
_CONTEXT = 12  # pixels around: the neighbours tell how noisy the page is
_LEAST_INK = 4.0  # pixels full of ink: less is no character
_NEAREST = 6  # crops that are looked at closely
_HALVES = (-0.5, 0.0, 0.5)
_CLEARLY = 1.5  # times farther off than the nearest: below, noise does not tell two people's crops apart
_NEAR = 0.35  # of the ink's energy that may be off before a crop is not worth a close look


def whose(page: Raster, region: Region, candidates: Mapping[str, Raster]) -> tuple[str, float] | None:
    """Return the one resident whose baseline shows in `region` what the page shows, and the likeness (0 to 1).

    `page` and the candidates lie in one frame. None where nobody's does, or several people's do: that proves nothing.
    """
    owners, likeness = owners_there(ink_of(page), region, {who: ink_of(base) for who, base in candidates.items()})
    return (owners[0], likeness) if len(owners) == 1 else None


def owners_there(page: Ink, region: Region, candidates: Mapping[str, Ink]) -> tuple[tuple[str, ...], float]:
    """Return all whose baseline is equal to the page in `region`, and the likeness of the nearest; () for no ink."""
    seen = np.asarray(crop(page, region), np.float32)
    energy = float((seen * seen).sum())
    if energy < _LEAST_INK:
        return (), 0.0
    off = {who: _off(seen, base, region) for who, base in candidates.items() if base.shape == page.shape}
    near = sorted((o, who, place) for who, (o, place) in off.items() if o < _NEAR * energy)
    same: list[str] = []
    best = 0.0
    for number, (rest, who, place) in enumerate(near):
        alike = bool(same) and rest <= _CLEARLY * near[0][0] + 1e-6
        if not alike and number >= _NEAREST:
            break
        if alike or _equal(page, candidates[who], region, place):
            same.append(who)
            best = max(best, 1.0 - rest / energy)
    return tuple(sorted(same)), round(best, 4)


def _off(seen: Ink, base: Ink, region: Region) -> tuple[float, tuple[int, int]]:
    """Return the least squared difference of a crop within reach, and where (x, y) it lies."""
    height, width = seen.shape
    best = (float("inf"), (0, 0))
    for y in sorted(range(-_REACH, _REACH + 1), key=abs):
        for x in sorted(range(-_REACH, _REACH + 1), key=abs):
            top, left = region.top + y, region.left + x
            if top < 0 or left < 0 or top + height > base.shape[0] or left + width > base.shape[1]:
                continue
            rest = seen - base[top : top + height, left : left + width]
            best = min(best, (float((rest * rest).sum()), (x, y)), key=lambda found: found[0])
            if best[0] == 0.0:
                return best
    return best


def _equal(page: Ink, base: Ink, region: Region, place: tuple[int, int]) -> bool:
    """Tell whether nothing differs in the region at `place`, or half a pixel beside it."""
    around = Region(
        left=max(0, region.left - _CONTEXT),
        top=max(0, region.top - _CONTEXT),
        right=min(page.shape[1], region.right + _CONTEXT),
        bottom=min(page.shape[0], region.bottom + _CONTEXT),
    )
    seen, other = np.asarray(crop(page, around), np.float32), np.asarray(crop(base, around), np.float32)
    inner = Region(
        left=region.left - around.left,
        top=region.top - around.top,
        right=region.right - around.left,
        bottom=region.bottom - around.top,
    )
    x, y = place
    moves = sorted(((x + i, y + j) for i in _HALVES for j in _HALVES), key=lambda m: abs(m[0] - x) + abs(m[1] - y))
    return any(same_within(warp(other, Alignment((1.0, 0.0, i, 0.0, 1.0, j))), seen, inner) for i, j in moves)
