"""Looks at the ink of a bitmap from other poses: turned by some degrees, its box cut otherwise.

A turned seal fills its bounding box otherwise than the registered one; text, rules or a neighbour that touch it make
the box too wide. A pose undoes that before the comparison.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from harness.reading.ink import INK_SIDE, ink_box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = float(INK_SIDE)
_TURNS = (1.5, -1.5, 3.0, -3.0, 4.5, -4.5, 6.0, -6.0)
_QUARTERS = (90.0, 180.0, 270.0)
_CUT_TURNS = (0.0, 3.0, -3.0)
_CUTS = (0.06, 0.12, 0.18, 0.24)  # of the side
_WIDER = 0.04  # of the side: a rim that is chipped or faint on one side
_STEPS = ((1.0, 1.5), (0.5, 0.75), (0.25, 0.4))  # degrees and cells by which a pose is refined


class Pose(NamedTuple):
    """How the ink is looked at: turned back by degrees about its middle, then cut to a box, in cells of 64."""

    degrees: float = 0.0
    left: float = 0.0
    top: float = 0.0
    right: float = _SIDE
    bottom: float = _SIDE


AS_FOUND = Pose()


def looked_at(ink: Image.Image, pose: Pose) -> NDArray[np.float32] | None:
    """Return 64x64 `ink` in a pose as a vector of mean 0 and length 1; None where nothing is to be seen."""
    if pose == AS_FOUND:
        return normalised(ink)
    cos, sin = math.cos(math.radians(pose.degrees)), math.sin(math.radians(pose.degrees))
    across, down = (pose.right - pose.left) / _SIDE, (pose.bottom - pose.top) / _SIDE
    half = _SIDE / 2
    left, top = pose.left - half, pose.top - half
    matrix = (
        across * cos, -down * sin, left * cos - top * sin + half,
        across * sin, down * cos, left * sin + top * cos + half,
    )  # fmt: skip
    return normalised(ink.transform(ink.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))


def normalised(ink: Image.Image) -> NDArray[np.float32] | None:
    """Return the samples of `ink` as a vector of mean 0 and length 1; None where there is no contrast."""
    import numpy as np

    vector = np.asarray(ink, np.float32).reshape(-1)
    vector = vector - vector.mean()
    length = float(np.linalg.norm(vector))
    return vector / length if length else None


def poses(ink: Image.Image) -> Iterator[Pose]:
    """Yield the poses in which a seal is looked for, as found first."""
    yield AS_FOUND
    for degrees in _TURNS:
        yield Pose(degrees)
        yield _tight(ink, degrees)
    for degrees in _QUARTERS:
        yield Pose(degrees)
    for degrees in _CUT_TURNS:
        for left, top, right, bottom in _cuts():
            yield Pose(degrees, left * _SIDE, top * _SIDE, (1 - right) * _SIDE, (1 - bottom) * _SIDE)


def quarter(pose: Pose) -> int:
    """Return by which quarter turn a pose looks at the ink: 0, 90, 180 or 270 degrees; a few degrees are none."""
    return round(pose.degrees / _QUARTERS[0]) * 90 % 360


def neighbours(pose: Pose, step: tuple[float, float]) -> Iterator[Pose]:
    """Yield poses one step (degrees, cells) away, one side or the angle changed."""
    degrees, cells = step
    for sign in (1, -1):
        yield pose._replace(degrees=pose.degrees + sign * degrees)
        yield pose._replace(left=pose.left + sign * cells)
        yield pose._replace(top=pose.top + sign * cells)
        yield pose._replace(right=pose.right + sign * cells)
        yield pose._replace(bottom=pose.bottom + sign * cells)


def refined(ink: Image.Image, pose: Pose, reference: NDArray[np.float32]) -> tuple[float, Pose]:
    """Return the best correlation with a normalised `reference` near a pose, and that pose: a steepest ascent."""
    best = _correlation(ink, pose, reference)
    for step in _STEPS:
        while True:
            found, near = max((_correlation(ink, p, reference), p) for p in neighbours(pose, step))
            if found <= best + 1e-4:
                break
            best, pose = found, near
    return best, pose


def _correlation(ink: Image.Image, pose: Pose, reference: NDArray[np.float32]) -> float:
    seen = looked_at(ink, pose)
    return -1.0 if seen is None else float(seen @ reference)


def _cuts() -> Iterator[tuple[float, float, float, float]]:
    """Yield shares to cut off at the left, top, right and bottom: one side, two opposite ones, or a little added."""
    for share in (*_CUTS, -_WIDER):
        for side in range(4):
            one = [0.0] * 4
            one[side] = share
            yield one[0], one[1], one[2], one[3]
        yield share, 0.0, share, 0.0
        yield 0.0, share, 0.0, share
    yield (0.06,) * 4
    yield (0.12,) * 4


def _tight(ink: Image.Image, degrees: float) -> Pose:
    """Return the pose turned back and cut to the ink again: the box around a turned square is too wide."""
    turned = ink.rotate(degrees, Image.Resampling.BILINEAR)
    left, top, right, bottom = ink_box(turned) or (0, 0, INK_SIDE, INK_SIDE)
    return Pose(degrees, left, top, right, bottom)
