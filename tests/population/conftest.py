"""Populations made once for all tests of this room."""

import pytest

from harness.population import make_population


@pytest.fixture(scope="session")
def small():
    """The size that users and tests of other rooms take."""
    return make_population(1, 60)


@pytest.fixture(scope="session")
def town():
    """Large enough for every size of household."""
    return make_population(3, 1500)


@pytest.fixture
def with_trait():
    """Return a function that picks the residents with a trait."""

    def pick(population, trait):
        return [resident for resident in population.residents.values() if trait in resident.traits]

    return pick
