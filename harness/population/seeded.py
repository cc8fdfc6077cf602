"""Where all randomness of a population comes from."""

from __future__ import annotations

from random import Random


def seeded(seed: str, purpose: str) -> Random:
    """Return a generator that depends on nothing but its arguments: no clock, no PYTHONHASHSEED.

    Each purpose has its own, so that a change to one does not shift the others.
    """
    return Random(f"{seed}:{purpose}")  # noqa: S311  test data wants to be repeatable, not secret
