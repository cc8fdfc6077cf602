"""Which seals look alike: normalised correlation of their ink at 64 x 64, for all pairs of thousands of seals.

A cheap upper bound rules out nearly every pair: split an image x into block means Px and the rest; then
corr(x, y) <= Px.Py + |x - Px| |y - Py| for unit x, y (Cauchy-Schwarz on the rest). Only pairs whose bound
reaches the limit are correlated at full size, exactly, so nothing is missed and nothing depends on rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# No two seals of a made population correlate as much. A print of the same seal reaches 0.95 and more against its
# own reference, so that "nearest, and at least 0.95" leaves a wide gap.
CLOSEST_ALLOWED = 0.80

_EDGE = 64
_BLOCK = 2  # 32 x 32 block means keep most of the ink's variance and a quarter of the work
_ROWS = 256  # seals compared with all others in one matrix product
_SLACK = 1e-4  # covers single-precision rounding of the bound


class AlikePair(NamedTuple):
    """Two seals by their place in the given order, and their correlation."""

    first: int
    second: int
    correlation: float


def alike_pairs(
    inks: NDArray[np.uint8], limit: float = CLOSEST_ALLOWED, fresh: Sequence[int] | None = None
) -> list[AlikePair]:
    """Return all pairs of seals that correlate at `limit` or more, ordered by their places.

    `inks` has one row of 4,096 levels 0..15 per seal (`seals.ink64`). With `fresh`, only pairs with at least one
    of these rows. A blank picture correlates with nothing. 8,000 seals take about half a second on two cores.
    """
    bounds = _bounding_vectors(inks)
    candidates = _candidates(bounds, limit, np.arange(len(inks)) if fresh is None else np.asarray(fresh, dtype=int))
    return [
        AlikePair(first, second, found)
        for first, second in candidates
        if (found := correlation(inks[first], inks[second])) >= limit
    ]


def correlation(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return Pearson's correlation of two rows of ink, computed from exact integer sums; 0.0 for a blank one."""
    x, y = one.astype(np.int64), other.astype(np.int64)
    n = len(x)
    spread = (n * int(x @ x) - int(x.sum()) ** 2) * (n * int(y @ y) - int(y.sum()) ** 2)
    return float((n * int(x @ y) - int(x.sum()) * int(y.sum())) / spread**0.5) if spread else 0.0


def _bounding_vectors(inks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return one row per seal whose dot products bound the correlations from above."""
    side = _EDGE // _BLOCK
    bounds = np.empty((len(inks), side * side + 1), dtype=np.float32)
    for start in range(0, len(inks), _ROWS):
        part = inks[start : start + _ROWS].astype(np.float32)
        part -= part.mean(axis=1, keepdims=True)
        part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-6)
        # twice the mean of a 2 x 2 block: unit vectors of the block means' space
        means = part.reshape(-1, side, _BLOCK, side, _BLOCK).sum(axis=(2, 4)).reshape(-1, side * side) / _BLOCK
        bounds[start : start + _ROWS, :-1] = means
        bounds[start : start + _ROWS, -1] = np.sqrt(np.clip(1 - (means * means).sum(axis=1), 0, None))
    return bounds


def _candidates(bounds: NDArray[np.float32], limit: float, fresh: NDArray[np.int_]) -> Iterator[tuple[int, int]]:
    """Yield pairs (first < second) with a fresh seal whose bound reaches the limit, ordered, each once."""
    found: set[tuple[int, int]] = set()
    for start in range(0, len(fresh), _ROWS):
        rows = fresh[start : start + _ROWS]
        lowest = int(rows.min()) if len(fresh) == len(bounds) else 0  # all against all: the upper half is enough
        above = np.argwhere(bounds[rows] @ bounds[lowest:].T >= limit - _SLACK)
        for row, column in above.tolist():
            one, other = int(rows[row]), lowest + column
            if one != other:
                found.add((min(one, other), max(one, other)))
    yield from sorted(found)
