"""Covering arrays: few rows in which every combination of the values of any few factors occurs, counted by ourselves.

The rows come from a library; what they cover is counted here over the rows as they are, combination by combination.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, product

import covertable

from harness.records.plan import Covering, Ways

Row = Mapping[str, str]
Factors = Mapping[str, Sequence[str]]

# Counting more would take minutes in a plan of thousands of rows, and nobody asks for four-way arrays in full.
_MOST_COUNTED = 3


def covering_rows(
    factors: Factors, strength: int, seed: int, together: Sequence[str], possible: Callable[[Row], bool]
) -> list[dict[str, str]]:
    """Return rows that cover every possible combination of the values of `strength` factors. Deterministic.

    `possible` tells of the values of the factors `together` whether they can occur in one row.
    """
    constraint = {"operator": "fn", "requires": list(together), "evaluate": possible}
    rows = covertable.make(
        {name: list(values) for name, values in factors.items()},
        strength=min(strength, len(factors)),
        salt=str(seed),
        constraints=[constraint],
    )
    return [dict(row) for row in rows]


def count_covered(
    phase: str, factors: Factors, rows: Sequence[Row], together: Sequence[str], possible: Callable[[Row], bool]
) -> Covering:
    """Count, for one to three factors at a time, which combinations of values `rows` hold, of those that can occur."""
    ways = []
    for strength in range(1, min(_MOST_COUNTED, len(factors)) + 1):
        covered = can = 0
        for names in combinations(sorted(factors), strength):
            wanted = {
                v for v in product(*(factors[n] for n in names)) if _can_occur(names, v, factors, together, possible)
            }
            met = {tuple(row[n] for n in names) for row in rows}
            can += len(wanted)
            covered += len(wanted & met)
        ways.append(Ways(strength=strength, covered=covered, possible=can))
    sizes = tuple((name, len(values)) for name, values in factors.items())
    return Covering(phase=phase, factors=sizes, rows=len(rows), ways=tuple(ways))


def _can_occur(
    names: Sequence[str],
    values: Sequence[str],
    factors: Factors,
    together: Sequence[str],
    possible: Callable[[Row], bool],
) -> bool:
    """Tell whether some whole row has these values: only the factors `together` limit each other."""
    fixed = dict(zip(names, values, strict=True))
    free = [factors[n] if n not in fixed else (fixed[n],) for n in together]
    return any(possible(dict(zip(together, choice, strict=True))) for choice in product(*free))
