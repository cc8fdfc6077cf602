"""Finds the parts of a picture that have the size of a seal impression: ink that holds together, near square.

A part may be anything of that size (an official seal, a block of text, a frame around the seal): whose seal it is,
or that it is none, the comparison with the registered ones tells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Box = tuple[int, int, int, int]  # left, top, right, bottom
Cells = NDArray[np.bool_]  # rows, columns: whether they are inked
Places = NDArray[np.int64]

SIZE_MM = (6.0, 34.0)  # registered seals are 8 to 25 mm; official ones, to 30 mm, are left to the comparison
SQUARE_WITHIN = 1.6  # longer side over shorter
MOST_REGIONS = 16  # per picture: a page of outlined text has many squarish words
_CELLS_PER_MM = 2  # cells in which ink holds together: gaps to half a millimetre do not part
_CELL_INKED = 40  # of 255: a hairline through the cell
_REACHES = 3  # ink is grown by 0, 1 and 2 cells: a chipped rim, or none, leaves gaps between the strokes
_RULE_MM = 36.0  # longer runs of ink are rules and frames, which may cross or touch an impression


def fits_seal(width_mm: float, height_mm: float) -> bool:
    """Tell whether something of this size may be a seal impression."""
    least, most = sorted((width_mm, height_mm))
    return SIZE_MM[0] <= least and most <= SIZE_MM[1] and most <= SQUARE_WITHIN * least


def seal_regions(ink: Image.Image, pixels_per_mm: float) -> list[Box]:
    """Return boxes of the parts of `ink` (mode "L", 0 paper .. 255 ink) that may be seal impressions, in pixels.

    The squarest first, at most `MOST_REGIONS`.
    """
    cell = max(1, round(pixels_per_mm / _CELLS_PER_MM))
    cells_per_mm = pixels_per_mm / cell
    grid = _without_rules(np.asarray(ink.reduce(cell)) >= _CELL_INKED, round(_RULE_MM * cells_per_mm))
    found: dict[Box, float] = {}
    for reach in range(_REACHES):
        grid = _grown(grid) if reach else grid
        for box in _connected(grid):
            inner = (box[0] + reach, box[1] + reach, box[2] - reach, box[3] - reach)
            width, height = inner[2] - inner[0], inner[3] - inner[1]
            if fits_seal(width / cells_per_mm, height / cells_per_mm) and not any(_same(inner, b) for b in found):
                found[inner] = max(width, height) / min(width, height)
    squarest = sorted(found, key=lambda b: (found[b], b))[:MOST_REGIONS]
    return [_in_pixels(box, cell, ink.size) for box in squarest]


def _in_pixels(box: Box, cell: int, size: tuple[int, int]) -> Box:
    """Return the box in pixels, a cell wider: cells that are hardly inked were left out."""
    left, top, right, bottom = box
    return (
        max(0, (left - 1) * cell),
        max(0, (top - 1) * cell),
        min(size[0], (right + 1) * cell),
        min(size[1], (bottom + 1) * cell),
    )


def _same(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))


def _without_rules(grid: Cells, longest: int) -> Cells:
    """Erase runs of cells, across and down, that are longer than any seal."""
    for _ in range(2):
        padded, starts, ends = _runs(grid)
        rules = np.flatnonzero(ends - starts >= longest)
        for start, end in zip(starts[rules].tolist(), ends[rules].tolist(), strict=True):
            padded.reshape(-1)[start:end] = False
        grid = padded[:, 1:-1].T
    return grid


def _runs(grid: Cells) -> tuple[Cells, Places, Places]:
    """Return the grid with an empty column on either side, and where runs of inked cells start and end in its cells."""
    padded = np.zeros((grid.shape[0], grid.shape[1] + 2), bool)
    padded[:, 1:-1] = grid
    cells = padded.reshape(-1)
    edges = np.flatnonzero(cells[1:] != cells[:-1]) + 1
    return padded, edges[::2], edges[1::2]


def _grown(grid: Cells) -> Cells:
    """Return the grid with all neighbours of inked cells inked."""
    wide = grid.copy()
    wide[:, 1:] |= grid[:, :-1]
    wide[:, :-1] |= grid[:, 1:]
    high = wide.copy()
    high[1:] |= wide[:-1]
    high[:-1] |= wide[1:]
    return high


def _connected(grid: Cells) -> list[Box]:
    """Return the boxes of connected inked cells, corners connecting too: runs of rows that touch the last row's."""
    padded, starts, ends = _runs(grid)
    if not len(starts):
        return []
    width = padded.shape[1]
    first = np.searchsorted(ends, starts - width)
    counts = np.maximum(np.searchsorted(starts, ends - width, side="right") - first, 0)
    below = np.arange(len(starts)).repeat(counts)
    above = np.arange(counts.sum()) + (first - counts.cumsum() + counts).repeat(counts)
    group = _grouped(len(starts), above, below)
    order = np.argsort(group, kind="stable")
    heads = np.flatnonzero(np.diff(group[order], prepend=-1))
    rows = starts[order] // width
    left, right = starts[order] - rows * width - 1, ends[order] - rows * width - 1
    sides = (
        np.minimum.reduceat(left, heads),
        np.minimum.reduceat(rows, heads),
        np.maximum.reduceat(right, heads),
        np.maximum.reduceat(rows, heads) + 1,
    )
    return list(zip(*(side.tolist() for side in sides), strict=True))


def _grouped(count: int, above: Places, below: Places) -> Places:
    """Return for each run the first of those it is connected with, by pairs that touch."""
    group = np.arange(count)
    while True:
        least = np.minimum(group[above], group[below])
        joined = group.copy()
        np.minimum.at(joined, group[above], least)
        np.minimum.at(joined, group[below], least)
        joined = joined[joined]
        if np.array_equal(joined, group):
            return group
        group = joined
