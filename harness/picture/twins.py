"""Tells a noisy page from a twin's: is it the own baseline or the other one, where the two differ?

The matched filter of detection theory: the page's difference from the own baseline, projected on the difference of
the two baselines, is 0 for the own page and 1 for the other's, with a spread that the noise on the page gives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from harness.picture.alignment import align, warp
from harness.picture.filters import box_mean
from harness.picture.raster import Ink, Raster
from harness.picture.regions import Mask, crop, inside, regions_of
from harness.records.picture import Region

_FLOOR = 0.008  # as in difference: what no rounding makes
_LEAST_ENERGY = 0.6  # of a telling difference, in squared ink: less is a speck
_OWN_BELOW = 0.4
_SPREADS = 3.0
_CELL = 8  # pixels to a side: half a character
_CELL_DIFFERS = 32  # grey levels of a cell's mean: an eighth of it inked on one page only
_FAR = 10  # cells: a name and more. Copies of one page differ in none, twins of one character in one or two


def reduced(raster: Raster) -> Raster:
    """Return a page's mean greys over cells of 8 x 8 pixels."""
    return np.asarray(Image.fromarray(raster).reduce(_CELL))


def far_apart(one: Raster, other: Raster, hidden: Raster) -> bool:
    """Tell whether two reduced pages differ by so much that no noise could take one for the other.

    `hidden` is the mask, reduced too, of what is not compared: 0 where a cell is to be seen altogether.
    """
    if not one.shape == other.shape == hidden.shape:
        return True
    off = np.maximum(one, other) - np.minimum(one, other)
    return int(((off > _CELL_DIFFERS) & (hidden == 0)).sum()) >= _FAR


def is_theirs(seen: Ink, theirs: Ink, mine: Ink, words: Sequence[Region]) -> bool:
    """Tell whether `words` on a page are those of `theirs` and not of `mine`, two baselines laid over each other.

    `seen` and `words` lie in the frame of `mine`. Noisy copies lie each otherwise: what is on everybody's page may
    look like one person's alone until their baseline is laid over the applicant's.
    """
    alignment = align(mine, theirs)
    if alignment is None:
        return False
    return bool(told_apart(seen, warp(theirs, alignment), mine, ~inside(mine.shape, words)))


def told_apart(seen: Ink, own: Ink, other: Ink, hidden: Mask) -> bool | None:
    """Tell whether the page is the own one wherever the baselines differ; None where they do not differ at all.

    False where any telling region is nearer to the other's, or where noise leaves it open.
    """
    apart = other - own
    differs = (box_mean(apart * apart, 5) > _FLOOR) & ~hidden
    regions = regions_of(differs)
    if not regions:
        return None
    telling = False
    for region in regions:
        direction = np.asarray(crop(apart, region), np.float32)
        energy = float((direction * direction).sum())
        if energy < _LEAST_ENERGY:
            continue
        telling = True
        rest = np.asarray(crop(seen, region), np.float32) - np.asarray(crop(own, region), np.float32)
        towards = float((rest * direction).sum()) / energy
        spread = float(np.sqrt((rest * rest * direction * direction).sum())) / energy
        if towards + min(_SPREADS * spread, 0.3) > _OWN_BELOW + 0.3 or towards > _OWN_BELOW:
            return False
    return telling
