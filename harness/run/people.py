"""Keeps people out of a run whom no certificate could tell apart: a misdelivery between them would not be seen."""

from __future__ import annotations

from harness.population.distinction import Distinction


def indistinct(distinction: Distinction) -> frozenset[str]:
    """Return who has to stay away, so that of any two inseparable residents one at most plays a part.

    Two whom only a variation selector parts count as inseparable: most PDF producers drop it.
    """
    away: set[str] = set()
    for pair in distinction.inseparable:
        if pair.one not in away:
            away.add(pair.other)
    return frozenset(away)
