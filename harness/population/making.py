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


def make(seed: int, size: int, progress: Progress) -> Population:
    """Make a population; see `harness.population.make_population`."""
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
