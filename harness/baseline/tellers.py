"""Who else has a value on their baselines: values that few have tell whose document it is that they turn up on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

from harness.baseline.issued import Sheet
from harness.baseline.tokens import Kind, Value, tokens_of, value_of

_COMMON_SHARE = 0.05  # of the residents; what more of them have says little about anyone
_LEAST_CHARACTERS = 2  # one character (男, 1) is nobody's in particular
Related = Callable[[str, str], bool]


class Hit(NamedTuple):
    """A value on a page that is on other people's baselines."""

    owner: str
    value: str
    kind: Kind
    bits: float  # log2(residents / owners)


class Tellers:
    """The values of everybody's baselines, by value. Words are taken as white space parts them."""

    def __init__(self, people: Iterable[tuple[str, Iterable[Value]]], related: Related) -> None:
        """Index (resident, values); `related` tells whose documents may rightly show each other's values."""
        self._owners: dict[Value, set[str]] = {}
        everybody: set[str] = set()
        for resident, values in people:
            everybody.add(resident)
            for value in values:
                self._owners.setdefault(value, set()).add(resident)
        self._residents = len(everybody)
        self._related = related

    def tells(self, resident: str, value: Value) -> bool:
        """Tell whether a value is `resident`'s (or their family's) and nobody else's."""
        owners = self._owners.get(value, set())
        return len(value[1]) >= _LEAST_CHARACTERS and bool(owners) and all(self._related(resident, o) for o in owners)

    def foreign(self, resident: str, values: Iterable[Value]) -> tuple[Hit, ...]:
        """Return the values that are others' and cannot be `resident`'s, one hit per owner, the weightiest first."""
        hits = [hit for value in dict.fromkeys(values) for hit in self._hits(resident, value)]
        return tuple(sorted(hits, key=lambda h: (-h.bits, h.owner, h.value)))

    def _hits(self, resident: str, value: Value) -> list[Hit]:
        owners = self._owners.get(value, set())
        common = max(1, _COMMON_SHARE * self._residents)
        if len(value[1]) < _LEAST_CHARACTERS or not owners or any(self._related(resident, o) for o in owners):
            return []
        first = min(owners)
        if len(owners) > common and not all(self._related(first, o) for o in owners):
            return []
        bits = math.log2(max(2.0, self._residents / len(owners)))
        return [Hit(owner, value[1], value[0], bits) for owner in sorted(owners)]


def values_of(sheets: Iterable[Sheet]) -> tuple[Value, ...]:
    """Return every value of some pages, bitmaps included."""
    return tuple(v for sheet in sheets for v in (*(value_of(t) for t in tokens_of(sheet.text)), *_bitmaps(sheet)))


def _bitmaps(sheet: Sheet) -> list[Value]:
    return [(Kind.IMAGE, digest) for digest in sheet.images]


def donor_of(hits: Iterable[Hit], known: Callable[[str, str], bool]) -> str:
    """Return whose values these are, "" if nobody's for sure.

    Sure is a bitmap of theirs alone, a word that the register holds of them (`known(resident, word)`), or two values
    of any kind. One date or figure may be another person's by chance, one word a store's or a server's.
    """
    weights: dict[str, list[Hit]] = {}
    for hit in hits:
        weights.setdefault(hit.owner, []).append(hit)
    sure = {
        owner: sum(h.bits for h in theirs)
        for owner, theirs in weights.items()
        if len({h.value for h in theirs}) > 1 or any(_alone_enough(h, known) for h in theirs)
    }
    return max(sorted(sure), key=sure.__getitem__, default="")


def _alone_enough(hit: Hit, known: Callable[[str, str], bool]) -> bool:
    return hit.kind is Kind.IMAGE or (hit.kind is Kind.WORD and known(hit.owner, hit.value))
