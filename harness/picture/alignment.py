"""Lays one page over another: shift, slight scale and rotation, found by correlating parts of the pages.

Phase correlation of the whole page, then of a grid of windows, and an affine fit to those that agree (what differs
between two pages must not pull them together).
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PIL import Image

from harness.picture.raster import Ink, Raster

_MOST_SHIFT = 48  # pixels (12 mm): a paper that lies otherwise was not fed, it was thrown
_PRINT = 0.25  # ink below is the paper's pattern or a scanner's noise, which keeps its place when the print moves
_WINDOW = 160
_QUICK = 64  # what the sides of a page are cut to for its Fourier transform: few and small prime factors
_LEAST_INK = 60.0  # in a window, in pixels full of ink: a word
_LEAST_WINDOWS = 4
_OUTLIER = 1.0  # pixels
_ROUNDS = 4
_MOST_STRETCH = 0.04  # scale and rotation (radians) together
_STILL = 0.08  # pixels, at the corners: below, the page lies where the base lies; noise alone makes 0.04

Affine = NDArray[np.float64]  # 2 x 3: page (x, y) of a base place (x, y, 1)


class Alignment(Struct, frozen=True):
    """Where a place of the base is found on the page."""

    matrix: tuple[float, float, float, float, float, float]  # x' = a x + b y + c, y' = d x + e y + f

    @property
    def still(self) -> bool:
        """Tell whether the page lies exactly where the base lies."""
        return self.matrix == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


STILL = Alignment((1.0, 0.0, 0.0, 0.0, 1.0, 0.0))


def align(base: Ink, page: Ink) -> Alignment | None:
    """Return where `base` lies on `page` (same shape, within 48 pixels); None where they do not agree anywhere."""
    if base.sum() < _LEAST_INK or page.sum() < _LEAST_INK:
        return STILL if base.sum() < _LEAST_INK and page.sum() < _LEAST_INK else None
    base, page = (np.where(ink > _PRINT, ink, np.float32(0.0)) for ink in (base, page))
    fit = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    fit[0, 2], fit[1, 2] = (2 * round(s) for s in _shift(_halved(base), _halved(page), _MOST_SHIFT // 2))
    for reach in (16, 4):  # coarse, then what is left after laying it so
        moved = warp(page, _alignment(fit))
        rest = _fit(base, moved, reach)
        if rest is None:
            return None
        fit = _after(fit, rest)
        if _farthest(fit, base.shape) < _STILL:
            return STILL
    stretch = np.abs(fit[:, :2] - np.eye(2)).max()
    if stretch > _MOST_STRETCH or np.abs(fit[:, 2]).max() > 2 * _MOST_SHIFT:
        return None
    return _alignment(fit)


def warp(page: Ink, to: Alignment) -> Ink:
    """Return the page laid over the base: shape as before, bicubic, outside is paper."""
    if to.still:
        return page
    picture = Image.fromarray(page)
    moved = picture.transform(picture.size, Image.Transform.AFFINE, to.matrix, Image.Resampling.BICUBIC, fillcolor=0)
    ink: Ink = np.clip(np.asarray(moved, np.float32), 0.0, 1.0)
    return ink


def warp_raster(page: Raster, to: Alignment) -> Raster:
    """Return the page's raster laid over the base."""
    if to.still:
        return page
    picture = Image.fromarray(page)
    moved = picture.transform(picture.size, Image.Transform.AFFINE, to.matrix, Image.Resampling.BICUBIC, fillcolor=255)
    return np.asarray(moved)


def _farthest(fit: Affine, shape: tuple[int, ...]) -> float:
    """Return by how many pixels a placement moves the corner that it moves most."""
    corners = np.array([(x, y, 1.0) for x in (0, shape[1]) for y in (0, shape[0])]).T
    return float(np.abs(fit @ corners - corners[:2]).max())


def _alignment(fit: Affine) -> Alignment:
    a, b, c, d, e, f = (float(v) for v in fit.ravel())
    return Alignment((a, b, c, d, e, f))


def _after(first: Affine, then: Affine) -> Affine:
    """Return the placement that does `then` in the base's frame before `first`."""
    out = first.copy()
    out[:, :2] = first[:, :2] @ then[:, :2]
    out[:, 2] = first[:, :2] @ then[:, 2] + first[:, 2]
    return out


def _fit(base: Ink, page: Ink, reach: int) -> Affine | None:
    """Return the affine placement that most windows agree on, by least squares without those that do not."""
    places, shifts = _windows(base, page, reach)
    if len(places) < _LEAST_WINDOWS:
        return _only_shift(shifts)
    terms = np.column_stack([places, np.ones(len(places))])
    kept = _agreeing(shifts)
    solved: NDArray[np.float64] = np.zeros((3, 2))
    for _ in range(_ROUNDS):
        if kept.sum() < _LEAST_WINDOWS:
            return None
        solved = np.asarray(np.linalg.lstsq(terms[kept], shifts[kept], rcond=None)[0], np.float64)
        off = np.hypot(*(shifts - terms @ solved).T)
        kept = off < max(_OUTLIER, float(np.median(off[kept])) * 2)
    out = np.eye(2, 3)
    out += solved.T
    return out


def _agreeing(shifts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Begin with the windows near the median: scale and rotation spread them, text of others throws them anywhere."""
    off = np.hypot(*(shifts - np.median(shifts, axis=0)).T)
    near: NDArray[np.bool_] = off <= max(3.0, float(np.median(off)) * 2)
    return near


def _only_shift(shifts: NDArray[np.float64]) -> Affine | None:
    if not len(shifts):
        return np.eye(2, 3)
    out = np.eye(2, 3)
    out[:, 2] = np.median(shifts, axis=0)
    return out


def _windows(base: Ink, page: Ink, reach: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return centres (x, y) of windows with ink in both, and how far the page's ink lies from the base's there."""
    places, shifts = [], []
    step = _WINDOW * 3 // 4
    for top in range(0, base.shape[0] - _WINDOW + 1, step):
        for left in range(0, base.shape[1] - _WINDOW + 1, step):
            here = np.s_[top : top + _WINDOW, left : left + _WINDOW]
            if base[here].sum() < _LEAST_INK or page[here].sum() < _LEAST_INK:
                continue
            places.append((left + _WINDOW / 2, top + _WINDOW / 2))
            shifts.append(_shift(base[here], page[here], reach))
    return np.array(places, np.float64).reshape(-1, 2), np.array(shifts, np.float64).reshape(-1, 2)


def _halved(ink: Ink) -> Ink:
    """Return the ink in half its resolution, cut to sizes whose Fourier transform is quick."""
    rows, columns = (n // _QUICK * _QUICK if n >= _QUICK else n // 2 * 2 for n in ink.shape)
    even = ink[:rows, :columns]
    return np.asarray((even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4, np.float32)


def _shift(base: Ink, page: Ink, reach: int) -> tuple[float, float]:
    """Return (x, y) by which `page` lies off `base`, at most `reach` pixels, to a fraction of a pixel."""
    spectrum = np.conj(np.fft.rfft2(base - base.mean())) * np.fft.rfft2(page - page.mean())
    spectrum /= np.sqrt(np.abs(spectrum)) + 1e-6  # half whitened: sharp on print, and steady in noise
    likeness = np.fft.irfft2(spectrum, s=base.shape)
    reach = min(reach, base.shape[0] // 2 - 1, base.shape[1] // 2 - 1)
    near = np.roll(likeness, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
    y, x = np.unravel_index(int(near.argmax()), near.shape)
    return x - reach + _vertex(near[y, :], int(x)), y - reach + _vertex(near[:, x], int(y))


def _vertex(line: NDArray[np.float64], at: int) -> float:
    """Return the offset of the parabola's top through three neighbours."""
    if not 0 < at < len(line) - 1:
        return 0.0
    before, here, after = line[at - 1], line[at], line[at + 1]
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
