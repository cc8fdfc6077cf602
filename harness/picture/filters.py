"""Means and steepness over small neighbourhoods of an ink picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.picture.raster import Ink


def box_mean(values: Ink, side: int) -> Ink:
    """Return the mean over the `side` x `side` pixels (odd) around each pixel; beyond the edge counts as 0."""
    half = side // 2
    padded = np.pad(values, half)
    mean = _sums(_sums(padded, side, 0), side, 1)
    mean /= side * side
    return mean


def _sums(values: Ink, count: int, axis: int) -> Ink:
    """Return sums of `count` neighbours along an axis, by sums of two, four, eight: few passes over the picture."""
    length = values.shape[axis] - count + 1
    powers, sums, width = values, None, 1
    at = 0
    while count:
        if count & 1:
            part = _part(powers, at, length, axis)
            sums = part.copy() if sums is None else np.add(sums, part, out=sums)
            at += width
        count >>= 1
        if count:
            shorter = powers.shape[axis] - width
            powers = _part(powers, 0, shorter, axis) + _part(powers, width, shorter, axis)
            width *= 2
    assert sums is not None
    return sums


def _part(values: Ink, start: int, length: int, axis: int) -> Ink:
    return values[start : start + length] if axis == 0 else values[:, start : start + length]


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
    return _spread(_spread(mask, rows).T, columns).T


def _spread(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """Return the mask grown along its rows' axis, by steps of one, two, four."""
    out, step = mask.copy(), 1
    while by > 0:
        step = min(step, by)
        before = out.copy()
        out[step:] |= before[:-step]
        out[:-step] |= before[step:]
        by -= step
        step *= 2
    return out
