"""Test residents with everything the certificates print: made from a seed, imported, saved, told apart.

Loading is light: fonts, Faker and numpy are imported only by what needs them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.population.folder import load, save
from harness.population.model import Population

if TYPE_CHECKING:
    from harness.population.distinction import Distinction

__all__ = ["Population", "distinguish", "load", "make_population", "save"]


def make_population(seed: int, size: int, progress: Callable[[str, int, int], None] | None = None) -> Population:
    """Make `size` test residents with their koseki, taxes and seals.

    Deterministic: the same seed, size and versions of honnin and its libraries give the same bytes, on any day and
    with any PYTHONHASHSEED. From 60 residents on, every character, state and look-alike that a test must meet is
    present; most residents are ordinary and can get all six certificates. `progress` is told what is done, how many,
    of how many. Raises UsageError for a size outside 1..200,000.
    """
    from harness.population.making import make

    return make(seed, size, progress or (lambda what, done, total: None))


def distinguish(population: Population) -> Distinction:
    """Report which residents could not be told apart on paper, and by what deliberate look-alikes differ.

    Every resident's expected text is searched for everyone else's items; all who share a name, and all seals, are
    compared. Takes a few seconds for 10,000 residents. Deterministic.
    """
    from harness.population.distinction import compare_residents

    return compare_residents(population)
