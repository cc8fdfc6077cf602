"""Classes of the victim → donor graph: copy, swap, rotation, chain, star (checking.md, property O)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


def patterns(donor_of: Mapping[str, str]) -> dict[str, str]:
    """Return the class of every victim's edge.

    `donor_of` maps a victim's application to its donor's, so that applications far apart in time never form
    one figure. Every victim has one donor: a component has at most one cycle, and each edge one class: in a
    cycle of two `swap`, of more `rotation`; else `star` where the donor has several victims; else `chain`
    where the donor is a victim or the victim a donor; else `copy`. O(n).
    """
    cycles = _cycles(donor_of)
    victims = Counter(donor_of.values())
    return {victim: _class(victim, donor, donor_of, victims, cycles) for victim, donor in donor_of.items()}


def _class(
    victim: str, donor: str, donor_of: Mapping[str, str], victims: Counter[str], cycles: Mapping[str, int]
) -> str:
    if length := cycles.get(victim, 0):
        return "swap" if length == 2 else "rotation"
    if victims[donor] > 1:
        return "star"
    return "chain" if donor in donor_of or victim in victims else "copy"


def _cycles(donor_of: Mapping[str, str]) -> dict[str, int]:
    """Return for every victim on a cycle the cycle's length; a document of one's own is no cycle."""
    lengths: dict[str, int] = {}
    seen: set[str] = set()
    for first in donor_of:
        path: dict[str, int] = {}
        at = first
        while at in donor_of and at not in seen:
            seen.add(at)
            path[at] = len(path)
            at = donor_of[at]
        if at in path and len(path) - path[at] > 1:
            members = list(path)[path[at] :]
            lengths.update(dict.fromkeys(members, len(members)))
    return lengths
