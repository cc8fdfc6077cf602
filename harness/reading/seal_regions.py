"""Finds the parts of a picture that have the size of a seal impression: ink that holds together, near square.

A part may be anything of that size (an official seal, a block of text, a frame around the seal): whose seal it is,
or that it is none, the comparison with the registered ones tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from PIL import Image, ImageFilter

Box = tuple[int, int, int, int]  # left, top, right, bottom

SIZE_MM = (6.0, 34.0)  # registered seals are 8 to 25 mm; official ones, to 30 mm, are left to the comparison
SQUARE_WITHIN = 1.6  # longer side over shorter
MOST_REGIONS = 16  # per picture: a page of outlined text has many squarish words
_CELLS_PER_MM = 2  # cells in which ink holds together: gaps to half a millimetre do not part
_CELL_INKED = 40  # of 255: a hairline through the cell
_REACHES = (0, 1, 2)  # cells by which ink is grown: a chipped rim, or none, leaves gaps between the strokes
_RULE_MM = 36.0  # longer runs of ink are rules and frames, which may cross or touch an impression
_RUN = re.compile(b"\xff+")


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
    grid = ink.reduce(cell).point([0] * _CELL_INKED + [255] * (256 - _CELL_INKED))
    grid = _without_rules(grid, round(_RULE_MM * cells_per_mm))
    found: dict[Box, float] = {}
    for reach in _REACHES:
        for box in _connected(grid.filter(ImageFilter.MaxFilter(2 * reach + 1)) if reach else grid):
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


def _without_rules(grid: Image.Image, longest: int) -> Image.Image:
    """Erase runs of cells, across and down, that are longer than any seal."""
    for _ in range(2):
        long_run = re.compile(b"\xff{%d,}" % longest)
        rows = bytearray()
        for row in _rows(grid):
            rows += long_run.sub(lambda run: bytes(len(run.group())), row) if b"\xff" in row else row
        grid = Image.frombytes("L", grid.size, bytes(rows)).transpose(Image.Transpose.TRANSPOSE)
    return grid


def _rows(grid: Image.Image) -> Iterator[bytes]:
    samples, width = grid.tobytes(), grid.width
    for start in range(0, len(samples), width):
        yield samples[start : start + width]


def _connected(grid: Image.Image) -> list[Box]:
    """Return the boxes of connected inked cells, corners connecting too. Runs of a row are joined to the last row's."""
    boxes: list[list[int]] = []
    parent: list[int] = []
    above: list[tuple[int, int, int]] = []
    for y, row in enumerate(_rows(grid)):
        here: list[tuple[int, int, int]] = []
        for run in _RUN.finditer(row):
            left, right = run.span()
            number = len(boxes)
            boxes.append([left, y, right, y + 1])
            parent.append(number)
            here.append((left, right, number))
            for over_left, over_right, other in above:
                if over_left <= right and over_right >= left:
                    _join(parent, boxes, other, number)
        above = here
    return [(b[0], b[1], b[2], b[3]) for number, b in enumerate(boxes) if parent[number] == number]


def _join(parent: list[int], boxes: list[list[int]], one: int, other: int) -> None:
    one, other = _root(parent, one), _root(parent, other)
    if one == other:
        return
    parent[other] = one
    into, part = boxes[one], boxes[other]
    into[:] = [min(into[0], part[0]), min(into[1], part[1]), max(into[2], part[2]), max(into[3], part[3])]


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        parent[number] = parent[parent[number]]
        number = parent[number]
    return number
