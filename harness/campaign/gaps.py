"""How far apart two applications leave: drawn so that an unknown window of any width is met soon.

Half of the draws are even, half even in the logarithm: a window of 5 ms is met about ten times as soon as by even
draws alone. Some gaps are tried on purpose: none at all, the length of an application, one second, the target's time
limits. A gap below zero means that the second goes first.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

_ATOM_SHARE = 0.2  # of draws, at gaps that known defects favour
_FIRST_SHARE = 0.75  # of draws: the first goes first; types and nodes are drawn alike, so that order matters little
_SHORTEST_MS = 0.01  # where the range begins at 0: the logarithm needs a beginning
_AROUND = 0.03  # an atom that is a time of the target's is met from both sides, this share around it

# Classes of gaps in ms, as a factor of the covering array and as strata of exposure: name, from, to.
BINS: tuple[tuple[str, float, float], ...] = (
    ("0", 0.0, 0.0),
    ("0-1 ms", 0.05, 1.0),
    ("1-10 ms", 1.0, 10.0),
    ("10-100 ms", 10.0, 100.0),
    ("0.1-0.95 s", 100.0, 950.0),
    ("1 s", 950.0, 1050.0),
    ("1-2 s", 1050.0, 2000.0),
)


def draw_gap_ms(rng: random.Random, within_ms: tuple[float, float], atoms_ms: Sequence[float] = ()) -> float:
    """Draw from the mixture; in a quarter of the draws the second goes first (below zero)."""
    gap = _distance_ms(rng, within_ms, atoms_ms)
    return gap if rng.random() < _FIRST_SHARE else -gap


def draw_in_bin_ms(rng: random.Random, name: str) -> float:
    """Draw from one of the classes of `BINS`, even in the logarithm."""
    low, high = next((low, high) for known, low, high in BINS if known == name)
    return low if low == high else round(_log_even(rng, low, high), 3)


def bin_of(gap_ms: float) -> str:
    """Return the class of a gap, whatever its order; a longer one is of the last."""
    distance = abs(gap_ms)
    if distance == 0:
        return BINS[0][0]
    return next((name for name, _, high in BINS[1:] if distance <= high), BINS[-1][0])


def around_ms(rng: random.Random, time_ms: float) -> float:
    """Draw a gap near a time of the target's, from both sides."""
    return round(time_ms * (1.0 + rng.uniform(-_AROUND, _AROUND)), 3)


def _distance_ms(rng: random.Random, within_ms: tuple[float, float], atoms_ms: Sequence[float]) -> float:
    low, high = within_ms
    if atoms_ms and rng.random() < _ATOM_SHARE:
        atom = rng.choice(atoms_ms)
        return atom if rng.random() < 0.5 else around_ms(rng, atom)
    if rng.random() < 0.5:
        return round(rng.uniform(low, high), 3)
    return round(_log_even(rng, max(low, _SHORTEST_MS), high), 3)


def _log_even(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))
