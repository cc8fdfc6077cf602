"""Makes a population from a seed."""

from __future__ import annotations

from harness.errors import UsageError
from harness.population.clerk import Clerk
from harness.population.composition import compose
from harness.population.engraving import Progress
from harness.population.gaiji import describe, gaiji_font
from harness.population.model import Population
from harness.population.registration import register
from harness.population.stock import stock

LARGEST_SIZE = 200_000  # the stock of names keeps this many people apart


def _silent(what: str, done: int, total: int) -> None:
    """Show nothing."""


def make_population(seed: int, size: int, progress: Progress = _silent) -> Population:
    """Make `size` test residents with their koseki, taxes and seals.

    Deterministic: the same seed, size and versions of honnin and its libraries give the same bytes, on any day and
    with any PYTHONHASHSEED. From 60 residents on, every trait of domain importance is present; most residents are
    ordinary and can get all six certificates. `progress` is told what is done, how many, of how many.
    Raises UsageError for a size outside 1..200,000.
    """
    if not 1 <= size <= LARGEST_SIZE:
        raise UsageError(f"a population of {size} cannot be made; choose a size from 1 to {LARGEST_SIZE}")
    clerk = Clerk(seed)
    progress("households", 0, size)
    households = compose(clerk, size)
    residents, koseki = register(clerk, households, seed, progress)
    progress("seals", size, size)
    used = {char for resident in residents.values() for char in resident.name or "" if "\ue000" <= char <= "\uf8ff"}
    used |= {char for family in koseki.values() for char in family.hittousha if "\ue000" <= char <= "\uf8ff"}
    return Population(
        residents=residents,
        koseki=koseki,
        municipality=stock().municipality,
        seed=seed,
        gaiji=describe(used),
        gaiji_font=gaiji_font() if used else b"",
    )
