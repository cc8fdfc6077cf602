"""Means and steepness over small neighbourhoods of an ink picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.picture.raster import Ink


def box_mean(values: Ink, side: int) -> Ink:
    """Return the mean over the `side` x `side` pixels (odd) around each pixel; beyond the edge counts as 0."""
    half = side // 2
    padded = np.pad(values.astype(np.float64), ((half + 1, half), (half + 1, half)))
    sums = padded.cumsum(0).cumsum(1)
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    mean: Ink = (total / (side * side)).astype(np.float32)
    return mean


def softened(ink: Ink) -> Ink:
    """Return the ink with its edges softened (binomial, 3 x 3): what rasterising rounds goes, strokes stay."""
    padded = np.pad(ink, 1)
    across = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
    return np.asarray((across[:-2] + 2 * across[1:-1] + across[2:]) / 4, np.float32)


def steepness(ink: Ink) -> Ink:
    """Return the squared gradient per pixel: what a picture changes by, squared, when it moves by one pixel."""
    out = np.zeros_like(ink)
    out[:, 1:-1] += ((ink[:, 2:] - ink[:, :-2]) / 2) ** 2
    out[1:-1, :] += ((ink[2:, :] - ink[:-2, :]) / 2) ** 2
    return out


def grown(mask: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.bool_]:
    """Return the mask grown by so many pixels up and down, left and right."""
    counts = mask.astype(np.float32)
    side_rows, side_columns = 2 * rows + 1, 2 * columns + 1
    padded = np.pad(counts, ((rows + 1, rows), (columns + 1, columns))).cumsum(0).cumsum(1)
    sums = (
        padded[side_rows:, side_columns:]
        - padded[:-side_rows, side_columns:]
        - padded[side_rows:, :-side_columns]
        + padded[:-side_rows, :-side_columns]
    )
    out: NDArray[np.bool_] = sums > 0.5
    return out
