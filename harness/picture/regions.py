"""Rectangles on a page: made from marked pixels, grown to whole words, joined and compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.picture.filters import grown
from harness.picture.raster import Ink
from harness.records.picture import Region

_CELL = 4  # pixels: the grid on which marked pixels are joined
_ACROSS = 8  # pixels between two parts of one word, e.g. two changed digits
_DOWN = 3  # lines of print are farther apart
_PAD = 1

Mask = NDArray[np.bool_]  # rows, columns


def inside(shape: tuple[int, ...], regions: Iterable[Region], margin: int = 0) -> Mask:
    """Return the mask of all pixels in any region, grown by `margin`."""
    mask = np.zeros(shape[:2], np.bool_)
    for r in regions:
        mask[max(0, r.top - margin) : r.bottom + margin, max(0, r.left - margin) : r.right + margin] = True
    return mask


def crop(of: NDArray[np.generic], region: Region) -> NDArray[np.generic]:
    """Return the part of a picture in a region."""
    return of[region.top : region.bottom, region.left : region.right]


def whole(shape: tuple[int, ...]) -> Region:
    """Return the region that is the whole picture."""
    return Region(left=0, top=0, right=shape[1], bottom=shape[0])


def touches(one: Region, other: Region) -> bool:
    """Tell whether two regions share a pixel."""
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def joined(one: Region, other: Region) -> Region:
    """Return the smallest region around both."""
    return Region(
        left=min(one.left, other.left),
        top=min(one.top, other.top),
        right=max(one.right, other.right),
        bottom=max(one.bottom, other.bottom),
    )


def regions_of(mask: Mask) -> tuple[Region, ...]:
    """Return rectangles around the marked pixels, those of one word or line joined; from top to bottom."""
    if not mask.any():
        return ()
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    down, across = _edge(int(rows[0]), _DOWN), _edge(int(columns[0]), _ACROSS)
    inner = mask[down : int(rows[-1]) + _DOWN + _CELL, across : int(columns[-1]) + _ACROSS + _CELL]
    near = grown(inner, _DOWN, _ACROSS)
    boxes = [_tight(mask, _moved(box, across, down)) for box in _components(_cells(near))]
    return tuple(sorted(_merged(b for b in boxes if b), key=lambda r: (r.top, r.left)))


def _edge(first: int, margin: int) -> int:
    """Return where what matters begins, a margin before the first marked row or column; on the grid of cells."""
    return max(0, first - margin) // _CELL * _CELL


def _moved(box: Region, across: int, down: int) -> Region:
    return Region(left=box.left + across, top=box.top + down, right=box.right + across, bottom=box.bottom + down)


def _cells(mask: Mask) -> Mask:
    rows, columns = (-(-n // _CELL) for n in mask.shape)
    padded = np.pad(mask, ((0, rows * _CELL - mask.shape[0]), (0, columns * _CELL - mask.shape[1])))
    return np.asarray(padded.reshape(rows, _CELL, columns, _CELL).any(axis=(1, 3)), np.bool_)


def _components(cells: Mask) -> list[Region]:
    """Return the bounding boxes, in pixels, of cells that touch; runs of a row are joined with those below."""
    found: list[Region] = []
    open_runs: list[Region] = []  # parts that reach into the row before
    for row in np.flatnonzero(cells.any(1)).tolist():
        here = [Region(left=a, top=row, right=b, bottom=row + 1) for a, b in _runs(cells[row])]
        still: list[Region] = []
        for run in here:
            reach = Region(left=run.left - 1, top=run.top - 1, right=run.right + 1, bottom=run.bottom)
            mine = [o for o in (*open_runs, *still) if touches(o, reach)]
            for other in mine:
                run = joined(run, other)  # noqa: PLW2901  grows by every part it touches
                (open_runs if other in open_runs else still).remove(other)
            still.append(run)
        found += [o for o in open_runs if o.bottom < row]
        open_runs = [o for o in open_runs if o.bottom >= row] + still
    return [
        Region(left=r.left * _CELL, top=r.top * _CELL, right=r.right * _CELL, bottom=r.bottom * _CELL)
        for r in (*found, *open_runs)
    ]


def _runs(line: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], line.view(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _tight(mask: Mask, box: Region) -> Region | None:
    here = mask[box.top : box.bottom, box.left : box.right]
    if not here.any():
        return None
    rows, columns = np.flatnonzero(here.any(1)), np.flatnonzero(here.any(0))
    return Region(
        left=max(0, box.left + int(columns[0]) - _PAD),
        top=max(0, box.top + int(rows[0]) - _PAD),
        right=min(mask.shape[1], box.left + int(columns[-1]) + 1 + _PAD),
        bottom=min(mask.shape[0], box.top + int(rows[-1]) + 1 + _PAD),
    )


def _merged(regions: Iterable[Region]) -> list[Region]:
    """Join regions that overlap, until none do."""
    out: list[Region] = []
    for region in regions:
        grow = region
        while mine := [o for o in out if touches(o, grow)]:
            for other in mine:
                grow = joined(grow, other)
                out.remove(other)
        out.append(grow)
    return out


def merge(regions: Iterable[Region]) -> tuple[Region, ...]:
    """Return the regions with overlapping ones joined, from top to bottom."""
    return tuple(sorted(_merged(regions), key=lambda r: (r.top, r.left)))


def word_around(region: Region, ink: Ink, allowed: Mask, most: int) -> Region:
    """Grow a region along its line to the ends of the word: through ink that `allowed` marks, at most `most` pixels.

    A gap as wide as the line is high ends a word; so does ink that is not allowed.
    """
    rows = slice(region.top, region.bottom)
    height = region.bottom - region.top
    inked = np.asarray((ink[rows] > 0.2).any(0), np.bool_)
    barred = np.asarray((~allowed[rows] & (ink[rows] > 0.2)).any(0), np.bool_)
    left = _end_of_word(inked, barred, region.left - 1, -1, height, most)
    right = _end_of_word(inked, barred, region.right, 1, height, most)
    return Region(
        left=left + 1 if left < region.left else region.left, top=region.top, right=right, bottom=region.bottom
    )


def _end_of_word(inked: Mask, barred: Mask, at: int, step: int, gap: int, most: int) -> int:
    """Walk from `at` and return the first place that is no longer of the word."""
    last, steps = at, 0
    while 0 <= at < len(inked) and steps < most and abs(at - last) <= gap:
        if barred[at]:
            break
        if inked[at]:
            last = at + step
        at += step
        steps += 1
    return last


def area(regions: Sequence[Region]) -> int:
    """Return the pixels in all regions together (they do not overlap)."""
    return sum((r.right - r.left) * (r.bottom - r.top) for r in regions)
