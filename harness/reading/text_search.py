"""Finds every one of millions of texts in a page in one pass.

Short texts and the beginnings of longer ones are few lengths: the hashes of all parts of the page that long are
looked for in a bitmap, then exactly. What follows a beginning is looked up. An automaton takes ten times the memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from harness.reading.freed_memory import give_back
from harness.reading.packed_texts import PackedTexts, distinct
from harness.reading.text_hash import Hashes, PageHashes, codes_of, text_hashes

_BEGINNING = 10  # characters: a municipality and its part, where addresses begin to differ; names are shorter
_BATCH = 1 << 16  # texts that are strings at the same time
_PAIRS = 1 << 20  # of characters with which texts begin; most parts of a page are told by them not to be texts
_FIRST, _SECOND = 0x9E377, 0x85EB5  # odd, to mix them
_BITS_EACH = 64  # of the bitmap: about one part of a page in a hundred is looked for in vain


class TextSearch:
    """A bitmap of beginnings over packed texts. Immutable; forked processes share it."""

    def __init__(self, texts: PackedTexts) -> None:
        """Note the beginnings; the memory that this took is given back."""
        self._texts = texts
        self._pairs = np.zeros(_PAIRS, bool)
        hashes, lengths = _beginnings(texts, self._pairs)
        self._short = np.flatnonzero(np.bincount(np.minimum(lengths, _BEGINNING))[1:]) + 1
        self._bitmap = _Bitmap(distinct(hashes))
        longer = lengths > _BEGINNING
        hashes, lengths = _distinct_pairs(hashes[longer], lengths[longer])
        self._beginnings, first = np.unique(hashes, return_index=True)
        self._lengths = lengths.astype(np.uint32)  # of the longer texts, by beginning
        self._first = np.concatenate((first, [len(lengths)])).astype(np.uint32)
        del hashes, lengths, longer
        give_back()

    def find(self, page: str) -> Iterator[tuple[int, int, int]]:
        """Yield (start, end, place of the text) of all texts in a page, overlapping ones included."""
        short = self._short[self._short <= len(page)]
        if not len(short):
            return
        parts = PageHashes(page)
        starts = self._pairs[_pairs_of(parts.codes)].nonzero()[0] if short[0] > 1 else np.arange(len(page))
        ends = (starts[:, np.newaxis] + short).ravel()
        starts = starts.repeat(len(short))
        if len(starts) and ends[-1] > len(page):
            inside = ends <= len(page)
            starts, ends = starts[inside], ends[inside]
        hashes = parts.of(starts, ends)
        hopeful = self._bitmap.holding(hashes)
        hashes, starts, ends = hashes[hopeful], starts[hopeful], ends[hopeful]
        yield from self._texts.parts(page, hashes, starts, ends)
        whole = ends - starts == _BEGINNING
        starts, ends = self._longer(starts[whole], hashes[whole], len(page))
        yield from self._texts.parts(page, parts.of(starts, ends), starts, ends)

    def _longer(
        self, starts: NDArray[np.int64], hashes: Hashes, page_length: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where texts could start and end that have these beginnings."""
        at = self._beginnings.searchsorted(hashes)
        at[at == len(self._beginnings)] = 0
        known = self._beginnings[at] == hashes if len(self._beginnings) else np.zeros(len(at), bool)
        starts, at = starts[known], at[known]
        if not len(starts):
            return starts, starts
        first = self._first[at].astype(np.int64)
        counts = self._first[at + 1] - first
        within = np.arange(counts.sum()) - (counts.cumsum() - counts).repeat(counts)
        starts = starts.repeat(counts)
        ends = starts + self._lengths[first.repeat(counts) + within]
        inside = ends <= page_length
        return starts[inside], ends[inside]


class _Bitmap:
    """A set of hashes that may hold some that were never put into it (Bloom 1970, with one function)."""

    def __init__(self, hashes: Hashes) -> None:
        bits = max(10, (len(hashes) * _BITS_EACH - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        there = np.zeros(1 << bits, bool)
        there[hashes >> self._shift] = True
        self._bytes = np.packbits(there, bitorder="little")

    def holding(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return the places of those hashes that may be in the set."""
        places = hashes >> self._shift
        bits = (places & np.uint64(7)).astype(np.uint8)
        places >>= np.uint64(3)
        hopeful: NDArray[np.int64] = (self._bytes[places] >> bits & np.uint8(1)).nonzero()[0]
        return hopeful


def _distinct_pairs(hashes: Hashes, lengths: NDArray[np.int64]) -> tuple[Hashes, NDArray[np.int64]]:
    """Return each pair once, sorted."""
    order = np.lexsort((lengths, hashes))
    hashes, lengths = hashes[order], lengths[order]
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (lengths[1:] != lengths[:-1])
    return hashes[new], lengths[new]


def _pairs_of(codes: Hashes) -> NDArray[np.int64]:
    """Return a number below _PAIRS for each character and the one behind it."""
    mixed = codes[:-1] * np.uint64(_FIRST) + codes[1:] * np.uint64(_SECOND)
    return (mixed & np.uint64(_PAIRS - 1)).astype(np.int64)


def _beginnings(texts: PackedTexts, pairs: NDArray[np.bool_]) -> tuple[Hashes, NDArray[np.int64]]:
    """Return the hash of each text's beginning, and the text's length in characters; note the first two in `pairs`."""
    remaining = iter(texts)
    hashes, lengths = array("Q"), array("q")
    while batch := list(islice(remaining, _BATCH)):
        hashes.frombytes(text_hashes([text[:_BEGINNING] for text in batch]).tobytes())
        lengths.frombytes(np.fromiter(map(len, batch), np.int64, len(batch)).tobytes())
        pairs[_pairs_of(codes_of("".join(text[:2] for text in batch if len(text) > 1)))[::2]] = True
    return np.frombuffer(hashes, np.uint64), np.frombuffer(lengths, np.int64)
