"""Test residents with everything the certificates print: made from a seed, imported, saved, told apart."""

from harness.population.distinction import Distinction, distinguish
from harness.population.folder import load, save
from harness.population.making import make_population
from harness.population.model import Population

__all__ = ["Distinction", "Population", "distinguish", "load", "make_population", "save"]
