"""Writes a population that the SOAP target can serve: whole households whose every character its font has.

`python people.py FOLDER --seed N`: Japanese residents with one serial each, no cards.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import msgspec
import paper
from msgspec.structs import replace

from harness.population import Population, make_population, save
from harness.records.resident import Resident

_MADE = 160  # about 140 of them can be served
_FIRST_SERIAL = 9_000_001


def main() -> None:
    """Make, choose, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    everybody = make_population(given.seed, _MADE)
    chosen = [person for home in _households(everybody) if all(map(_can_be_served, home)) for person in home]
    residents = {p.key: replace(p, cards=(str(_FIRST_SERIAL + n),)) for n, p in enumerate(chosen)}
    population = Population(
        residents=residents, koseki=everybody.koseki, municipality=everybody.municipality, seed=None
    )
    save(population, given.folder)


def _households(population: Population) -> list[list[Resident]]:
    homes: dict[str, list[Resident]] = defaultdict(list)
    for person in population.residents.values():
        if person.household:
            homes[person.household].append(person)
    return list(homes.values())


def _can_be_served(person: Resident) -> bool:
    printable = paper.prints(paper.texts([msgspec.to_builtins(person)]))
    return printable and not person.nationality and not person.gaiji_pending


if __name__ == "__main__":
    main()
