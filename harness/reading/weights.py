"""Adds up what other people's texts on a page say: for whom they speak, and how much."""

from __future__ import annotations

from collections.abc import Sequence

from harness.reading.attribution import Foreign
from harness.records.findings import Evidence

# Less than this is a text that a good part of a small town shares: weighed, but no proof of anybody.
SIGNIFICANT_BITS = 6.0
_NAMES = frozenset({"name", "alias", "kana"})


def weigh(foreign: Sequence[Foreign]) -> dict[str, float]:
    """Return the people whom other people's texts speak for significantly, with their bits, heaviest first.

    Among equals, those come first whose own names they are: a householder's name is an item of the whole household.
    """
    bits: dict[str, float] = {}
    named: dict[str, int] = {}
    for item in foreign:
        for owner in item.owners:
            named[owner.resident] = named.get(owner.resident, 0) + (owner.role in _NAMES)
        for resident in {o.resident for o in item.owners}:
            bits[resident] = bits.get(resident, 0.0) + item.bits
    heavy = {k: b for k, b in bits.items() if b >= SIGNIFICANT_BITS}
    return dict(sorted(heavy.items(), key=lambda pair: (-pair[1], -named[pair[0]], pair[0])))


def foreign_evidence(foreign: Sequence[Foreign], donors: dict[str, float], page: int) -> tuple[Evidence, ...]:
    """Return each text of a significant owner with the heaviest of its owners, in the order of the page."""
    rank = {resident: number for number, resident in enumerate(donors)}
    found = []
    for item in sorted(foreign, key=lambda f: (f.start, f.text)):
        owner = min(item.owners, key=lambda o: (rank.get(o.resident, len(rank)), o.role not in _NAMES, o))
        if owner.resident in rank:
            found.append(
                Evidence(
                    kind="foreign item",
                    page=page,
                    item=owner.role,
                    value=item.text,
                    owner=owner.resident,
                    bits=round(item.bits, 2),
                )
            )
    return tuple(found)
