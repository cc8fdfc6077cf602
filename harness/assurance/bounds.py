"""Bounds of a probability after nothing was seen in so many trials, and how many trials a wanted bound takes."""

from __future__ import annotations

import math

DEFAULT_CONFIDENCE = 0.95


def bound_after(trials: int, confidence: float = DEFAULT_CONFIDENCE) -> float | None:
    """Return the upper bound of the probability of a hit per trial after none in `trials`; None without a trial.

    1 - (1 - confidence)^(1/trials): the largest p with which no hit in so many independent trials still has the
    probability 1 - confidence (Clopper and Pearson 1934 at zero; about 3/n at 95 %, the "rule of three"). Whoever
    watches and stops early loses nothing while nothing was hit: let n be the first number of trials whose bound is
    below the true p. To be wrong, at n or later, takes n trials without a hit, which has a probability below
    1 - confidence.
    """
    return float(1.0 - (1.0 - confidence) ** (1.0 / trials)) if trials else None


def trials_for(bound: float, confidence: float = DEFAULT_CONFIDENCE) -> int:
    """Return the fewest trials without a hit after which `bound_after` is at most `bound` (0 < bound < 1)."""
    return math.ceil(round(math.log(1.0 - confidence) / math.log1p(-bound), 9))


def pairs_of(people: int) -> int:
    """Return how many different pairs there are of so many people."""
    return people * (people - 1) // 2


def percent(confidence: float) -> str:
    """Return a confidence as readers know it: "95 %"."""
    return f"{confidence * 100:g} %"


def rounded_up(bound: float) -> float:
    """Return a probability with two digits, rounded up: what is told never claims more than was computed."""
    size = 10.0 ** (math.floor(math.log10(bound)) - 1)
    return min(math.ceil(bound / size - 1e-9) * size, 1.0)
