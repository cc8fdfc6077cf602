"""Who makes up a population: specials by importance, then ordinary households until the size is reached."""

from __future__ import annotations

from harness.population import families, specials
from harness.population.clerk import Clerk
from harness.population.draft import Household

# Weights of household sizes among ordinary households; large ones are rarer in life than here, where they
# exercise certificates of several sheets.
_SIZES = {1: 300, 2: 270, 3: 180, 4: 140, 5: 50, 6: 22, 7: 10, 8: 6, 9: 4, 10: 3, 11: 2, 12: 2}
_FOREIGN_SHARE = 0.02
_MIXED_SHARE = 0.02


def compose(clerk: Clerk, size: int) -> list[Household]:
    """Return households of `size` people in all, shuffled so that specials stand anywhere in the register."""
    households: list[Household] = []
    room = size
    for recipe in _menu(size):
        if recipe.people <= room:
            households += recipe.cook(clerk)
            room -= recipe.people
    while room:
        household = _ordinary(clerk, room)
        households.append(household)
        room -= len(household.members)
    clerk.random.shuffle(households)
    return households


def _menu(size: int) -> list[specials.Recipe]:
    """Return every recipe once, in order of importance, and again as often as the size allows."""
    once = list(specials.RECIPES)
    again = [recipe for recipe in once for _ in range(size // recipe.per_residents - 1)]
    return once + again


def _ordinary(clerk: Clerk, room: int) -> Household:
    drawn = clerk.random.random()
    if room >= 2 and drawn < _FOREIGN_SHARE:
        return specials.foreign_household(clerk)[0]
    if room >= 2 and drawn < _FOREIGN_SHARE + _MIXED_SHARE:
        return specials.mixed_couple(clerk)[0]
    sizes = [size for size in _SIZES if size <= room]
    size = clerk.random.choices(sizes, [_SIZES[each] for each in sizes])[0]
    if size == 1:
        return families.alone(clerk)
    if size == 2 and clerk.chance(0.3):
        return families.parent_and_child(clerk)
    return families.family(clerk, size)
