"""Test residents with everything the certificates print: made from a seed, imported, saved, told apart."""

from harness.population.making import make_population
from harness.population.model import Population

__all__ = ["Population", "make_population"]
