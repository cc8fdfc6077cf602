"""Numbers for texts, such that those of all parts of a page come from one pass over it, in every process the same.

A polynomial in the characters modulo 2**64 (Karp, Rabin: Efficient randomized pattern-matching algorithms, 1987),
stirred so that its high bits are as good as the low ones. Different texts may share a number: compare them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_BITS = 64
_MASK = (1 << _BITS) - 1
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse; its bits are those of the golden ratio
_INVERSE = pow(_BASE, -1, 1 << _BITS)
_STIR = 0xD6E8FEB86659FD93  # odd as well


def text_hash(text: str) -> int:
    """Return the number of one text."""
    total = 0
    for code in map(ord, reversed(text)):
        total = (total * _BASE + code + 1) & _MASK
    total = (total ^ total >> 32) * _STIR & _MASK
    return total ^ total >> 32


def text_hashes(texts: Sequence[str]) -> Hashes:
    """Return the numbers of many texts."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    begins = np.concatenate((np.zeros(min(1, len(ends)), np.int64), ends[:-1]))
    lengths = ends - begins
    places = np.arange(ends[-1] if len(ends) else 0) - np.repeat(begins, lengths)
    summed = _summed(codes_of("".join(texts)) * _powers(_BASE, int(lengths.max(initial=0)))[places])
    return _stirred(summed[ends] - summed[begins])


class PageHashes:
    """The numbers of all parts of one page."""

    def __init__(self, page: str) -> None:
        """Take the page."""
        self.codes = codes_of(page)
        self._summed = _summed(self.codes * _powers(_BASE, len(page)))
        self._shifts = _powers(_INVERSE, len(page) + 1)

    def of(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Hashes:
        """Return the numbers of the parts from `starts` to `ends`, both within the page."""
        return _stirred((self._summed[ends] - self._summed[starts]) * self._shifts[starts])


def codes_of(text: str) -> Hashes:
    """Return code points, from 1 on: a U+0000 counts too."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64) + np.uint64(1)


def _summed(terms: Hashes) -> Hashes:
    summed = np.zeros(len(terms) + 1, np.uint64)
    np.cumsum(terms, out=summed[1:])
    return summed


def _stirred(totals: Hashes) -> Hashes:
    """Return the numbers for totals, in the totals' own memory."""
    half = np.uint64(_BITS // 2)
    totals ^= totals >> half
    totals *= np.uint64(_STIR)
    totals ^= totals >> half
    return totals


def _powers(base: int, count: int) -> Hashes:
    """Return base**0, base**1, ..."""
    return _power_table(base, 1 << max(10, (count - 1).bit_length()))[:count]


@cache
def _power_table(base: int, count: int) -> Hashes:
    table = np.full(count, base, np.uint64)
    table[0] = 1
    return np.multiply.accumulate(table)
