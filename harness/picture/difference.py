"""Says where two pages differ, by their pictures: robust to shift, anti-aliasing, 1-bit, JPEG and scanners' noise.

What a pixel may differ by is measured on the pages themselves: where ink is steep, a fraction of a pixel's
displacement, and everywhere the noise of the paper. A page drawn by the same producer has neither, and then the
smallest stroke shows; a scanned one has both, and where a stroke could hide in them that is said (`faint`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from harness.picture.alignment import STILL, Alignment, align, warp
from harness.picture.filters import box_mean, softened, steepness
from harness.picture.raster import Ink, Raster, ink_of
from harness.picture.regions import Mask, crop, inside, merge, regions_of, whole
from harness.records.picture import Region

_SIDE = 5  # pixels: a stroke with its edges at 100 dpi
# Mean squared difference over 5 x 5 pixels. Drawn alike: one pixel by a half, or a hair stroke by a third.
_FLOOR = 0.008
# Softened, under noise: copies of one page differ by up to 0.009 somewhere, 邉 and 邊 by 0.008 to 0.06; twins that
# are known are told apart by the matched filter (twins.py), far below this.
_NOISY_FLOOR = 0.009
_NOISE_TIMES = 12.0  # above the typical noise; the tail of rasterising edges
_QUIET = 0.3  # the quantile of what differs that surely is noise, on a page with much that is another person's
_QUIET_OF_MEAN = 0.55  # of the median that this quantile is, measured on copies in 1-bit, grey and JPEG
_MOST_DISPLACED = 0.12  # squared pixels per steepness: a third of a pixel everywhere; more is no copy of this page
_FAINT = 0.016  # bound in typical print from which a stroke may hide below it
_ALIKE = 0.4  # of the inked pixels that are the same to the grey where one producer drew both pages in one place
_MARGIN = 2  # pixels around volatile regions
_NUDGE = (-1.0, -0.5, 0.0, 0.5, 1.0)  # pixels: a word that a producer placed otherwise by rounding
_MOST_NUDGED = 12  # words that rounding placed otherwise; more are another page, and each costs 25 comparisons
_SHAPE_OFF = 3  # pixels that rounding paper sizes makes
_STEEP = 0.003  # softened steepness from which there is print
_SAME_FLOOR = 0.004  # between two crops, of which one is asked to be equal: stricter than for a finding
_INKED = 200  # grey below which a pixel is print


class Difference(Struct, frozen=True):
    """How a page compares with a base."""

    regions: tuple[Region, ...]  # in the base's frame; the whole page where they cannot be laid over each other
    alignment: Alignment | None
    exact: bool = False  # drawn alike to the pixel where they do not differ: nothing can hide
    faint: bool = False  # noisy enough for a stroke to hide
    share: float = 0.0  # of the base's ink that is not found again


def differing(page: Raster, base: Raster, volatile: Sequence[Region] = ()) -> tuple[Region, ...]:
    """Return the regions, in pixels of `base`, where the two differ outside `volatile`; the whole page where they
    cannot be laid over each other."""
    return compare(page, base, volatile).regions


def compare(page: Raster, base: Raster, volatile: Sequence[Region] = ()) -> Difference:
    """Return where and how clearly two pages differ."""
    if page.shape != base.shape:
        page = fitted(page, base.shape)
        if page.shape != base.shape:
            return Difference((whole(base.shape),), None)
    if np.array_equal(page, base):
        return Difference((), STILL, exact=True)
    hidden = inside(base.shape, volatile, _MARGIN)
    if _drawn_alike(page, base):
        return _exactly(page, base, hidden)
    wanted, seen = ink_of(base), ink_of(page)
    alignment = align(wanted, seen)
    if alignment is None:
        return Difference((whole(base.shape),), None)
    return _under_noise(softened(wanted), softened(warp(seen, alignment)), hidden, alignment)


def fitted(page: Raster, shape: tuple[int, ...]) -> Raster:
    """Cut or fill a page to `shape` where it is off by a few pixels; else return it as it is."""
    if any(abs(a - b) > _SHAPE_OFF for a, b in zip(page.shape, shape, strict=True)):
        return page
    out = np.full(shape, 255, np.uint8)
    rows, columns = min(page.shape[0], shape[0]), min(page.shape[1], shape[1])
    out[:rows, :columns] = page[:rows, :columns]
    return out


def _drawn_alike(page: Raster, base: Raster) -> bool:
    """Tell whether one producer drew both in one place: what is printed on both is the same to the grey."""
    inked = (base < _INKED) | (page < _INKED)
    return int((inked & (page == base)).sum()) >= _ALIKE * int(inked.sum())


def _exactly(page: Raster, base: Raster, hidden: Mask) -> Difference:
    """Compare pages that are drawn alike; only the part where any pixel differs is worked on."""
    off = (page != base) & ~hidden
    if not off.any():
        return Difference((), STILL, exact=True)
    rows, columns = np.flatnonzero(off.any(1)), np.flatnonzero(off.any(0))
    here = np.s_[max(0, rows[0] - _SIDE) : rows[-1] + _SIDE, max(0, columns[0] - _SIDE) : columns[-1] + _SIDE]
    apart = np.asarray((page[here].astype(np.float32) - base[here]) / 255, np.float32)
    differs = np.zeros(base.shape, np.bool_)
    differs[here] = (box_mean(apart * apart, _SIDE) > _FLOOR) & ~hidden[here]
    inked = (base < _INKED) | (page < _INKED)
    share = float((differs & inked).sum() / max(1, inked.sum()))
    return Difference(regions_of(differs), STILL, exact=True, share=share)


def _under_noise(wanted: Ink, seen: Ink, hidden: Mask, alignment: Alignment) -> Difference:
    seen = seen * _gain(wanted, seen)
    steep = box_mean(steepness(np.maximum(wanted, seen)), _SIDE)
    off = wanted - seen
    energy = box_mean(off * off, _SIDE)
    inked = steep > _STEEP
    noise = _typical(energy[~inked]) if not inked.all() else 0.0
    displaced = _typical(energy[inked] / steep[inked]) if inked.any() else 0.0
    if displaced > _MOST_DISPLACED:
        return Difference((whole(wanted.shape),), alignment, faint=True, share=1.0)
    bound = np.maximum(_NOISE_TIMES * (displaced * steep + noise), _NOISY_FLOOR)
    differs = (energy > bound) & ~hidden
    found = regions_of(differs)
    few = len(found) <= _MOST_NUDGED
    kept = [r for r in found if not (few and _nudged(wanted, seen, r, bound, hidden))]
    here = inside(wanted.shape, kept) & differs
    return Difference(
        merge(kept),
        alignment,
        faint=bool(inked.any()) and float(np.median(bound[inked])) > _FAINT,
        share=float((here & inked).sum() / max(1, inked.sum())),
    )


def _typical(energies: Ink) -> float:
    """Return the mean of the noise among energies of which up to two thirds are real differences."""
    return float(np.quantile(energies, _QUIET)) / _QUIET_OF_MEAN if energies.size else 0.0


def _gain(wanted: Ink, seen: Ink) -> float:
    """Return by how much more ink `wanted` has where both have some: copies are paler or darker throughout."""
    both = (wanted > 0.2) & (seen > 0.2)
    if both.sum() < 100:
        return 1.0
    return float(np.clip(np.median(wanted[both] / seen[both]), 0.6, 1.6))


def _nudged(wanted: Ink, seen: Ink, region: Region, bound: Ink, hidden: Mask) -> bool:
    """Tell whether a region only lies a little off: moved as a whole by up to a pixel, nothing differs."""
    around = Region(
        left=max(0, region.left - 4),
        top=max(0, region.top - 4),
        right=min(wanted.shape[1], region.right + 4),
        bottom=min(wanted.shape[0], region.bottom + 4),
    )
    base, page = np.asarray(crop(wanted, around)), np.asarray(crop(seen, around))
    most, covered = np.asarray(crop(bound, around)), np.asarray(crop(hidden, around))
    for x in _NUDGE:
        for y in _NUDGE:
            off = base - warp(page, Alignment((1.0, 0.0, x, 0.0, 1.0, y)))
            energy = box_mean(off * off, _SIDE)
            if not ((energy > most) & ~covered)[4:-4, 4:-4].any():
                return True
    return False


def same_within(base: Ink, seen: Ink, region: Region) -> bool:
    """Tell whether two crops in one place are equal in `region`, under the noise that the crops themselves show."""
    off = base - seen
    energy = box_mean(off * off, _SIDE)
    inner = np.asarray(crop(energy, region), np.float32)
    if not (inner > _FLOOR).any():
        return True
    base, seen = softened(base), softened(seen)
    off = base - seen
    energy = box_mean(off * off, _SIDE)
    inner = np.asarray(crop(energy, region), np.float32)
    steep = box_mean(steepness(np.maximum(base, seen)), _SIDE)
    inked = steep > _STEEP
    displaced = _typical(energy[inked] / steep[inked]) if inked.any() else 0.0
    if displaced > _MOST_DISPLACED:
        return False
    noise = _typical(energy[~inked]) if not inked.all() else 0.0
    bound = np.maximum(_NOISE_TIMES * (displaced * steep + noise), _SAME_FLOOR)
    return not (inner > np.asarray(crop(bound, region))).any()
