"""Keeps millions of texts with the numbers noted for each, in flat arrays instead of objects.

100,000 residents have 2,000,000 texts: as strings, tuples and dictionaries they take ten times as much memory, memory
that building took is never given back whole, and a forked process would copy every page that it looks at.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from harness.reading.freed_memory import give_back
from harness.reading.text_hash import Hashes, text_hash, text_hashes

_AT_A_TIME = 1 << 17  # texts that are strings at the same time: 20 MB
_CODEC = ("utf-8", "surrogatepass")


class Notes:
    """Collects (text, number) pairs; a pair counts once, numbers stay in the order in which they came."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._waiting: dict[str, int] = {}
        self._waiting_of = array("I")
        self._of = array("I")
        self._numbers = array("I")
        self._texts = _Texts()

    def note(self, text: str, number: int) -> None:
        """Note a number (below 2**32) for a text."""
        self._waiting_of.append(self._waiting.setdefault(text, len(self._waiting)))
        self._numbers.append(number)
        if len(self._waiting) >= _AT_A_TIME:
            self._store()

    def _store(self) -> None:
        """Put the texts that wait where they take little memory."""
        places = self._texts.add(list(self._waiting))
        self._of.frombytes(places[np.frombuffer(self._waiting_of, np.uint32)].tobytes())
        self._waiting, self._waiting_of = {}, array("I")

    def packed(self, most: int = 0, kind_bits: int = 0) -> PackedTexts:
        """Return the texts packed, and forget them here.

        With `most`, texts with more than so many numbers are left out; numbers count as one that differ in their
        last `kind_bits` only.
        """
        self._store()
        give_back()
        texts = self._texts
        of, numbers = _in_order(np.frombuffer(self._of, np.uint32), np.frombuffer(self._numbers, np.uint32), len(texts))
        self.__init__()  # type: ignore[misc]
        kept = np.ones(len(texts), bool)
        if most:
            owned = distinct(_paired(of, numbers >> np.uint32(kind_bits))) >> np.uint64(32)
            kept = np.bincount(owned.astype(np.uint32), minlength=len(kept)) <= most
        counts = np.bincount(of, minlength=len(kept))[kept]
        numbers = numbers[kept[of]]
        give_back()
        letters, lengths, hashes = texts.kept(kept)
        del texts, of, kept
        give_back()
        return PackedTexts(letters, lengths, hashes, counts, numbers)


class PackedTexts:
    """Texts by place (0, 1, ...), the place of a text, and the numbers noted for it. Immutable."""

    def __init__(
        self,
        letters: bytes,
        lengths: NDArray[np.int64],
        hashes: Hashes,
        counts: NDArray[np.int64],
        numbers: NDArray[np.uint32],
    ) -> None:
        """Take texts, all different: their letters with the lengths in bytes, and their hashes.

        And how many numbers each has, and the numbers of all one after the other.
        """
        self._letters = letters
        self._begins = _begins(lengths)
        self._first = _begins(counts)
        self._numbers = array("I", numbers.tobytes())
        order = np.argsort(hashes, kind="stable")
        self._hashes = array("Q", hashes[order].tobytes())
        self._places = array("I", order.astype(np.uint32).tobytes())

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        """Yield the texts by place."""
        return map(self.text, range(len(self)))

    def characters(self) -> frozenset[str]:
        """Return the characters of all texts."""
        cuts = [*self._begins[::_AT_A_TIME], self._begins[-1]]
        parts = (self._letters[a:b].decode(*_CODEC) for a, b in pairwise(cuts))
        return frozenset().union(*map(set, parts))

    def text(self, place: int) -> str:
        """Return a text by its place."""
        return self._letters[self._begins[place] : self._begins[place + 1]].decode(*_CODEC)

    def numbers(self, place: int) -> array[int]:
        """Return the numbers noted for a text."""
        return self._numbers[self._first[place] : self._first[place + 1]]

    def place(self, text: str) -> int | None:
        """Return the place of exactly this text."""
        wanted = text_hash(text)
        return self._at(bisect_left(self._hashes, wanted), wanted, text)

    def parts(
        self, page: str, hashes: Hashes, starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> Iterator[tuple[int, int, int]]:
        """Yield (start, end, place) of those parts of a page, given with their hashes, that are texts."""
        known = np.frombuffer(self._hashes, np.uint64)
        at = known.searchsorted(hashes)
        alike = (known.take(at, mode="clip") == hashes).nonzero()[0] if len(known) else at[:0]
        found = (a[alike].tolist() for a in (at, hashes, starts, ends))
        for position, wanted, start, end in zip(*found, strict=True):
            if (place := self._at(position, wanted, page[start:end])) is not None:
                yield start, end, place

    def _at(self, at: int, wanted: int, text: str) -> int | None:
        """Return the place of a text whose hash is the first of its like at position `at`."""
        while at < len(self._hashes) and self._hashes[at] == wanted:
            if self.text(place := self._places[at]) == text:
                return place
            at += 1
        return None


class _Texts:
    """Different texts in the order in which they came, letters one after the other."""

    def __init__(self) -> None:
        self._letters = bytearray()
        self._begins = array("I", (0,))
        self._hashes: Hashes = np.zeros(0, np.uint64)  # sorted
        self._places = np.zeros(0, np.uint32)  # in the order of the hashes

    def __len__(self) -> int:
        return len(self._places)

    def add(self, texts: Sequence[str]) -> NDArray[np.uint32]:
        """Return the places of different texts; those not yet there are added."""
        hashes = text_hashes(texts)
        places = np.full(len(texts), -1, np.int64)
        at = np.searchsorted(self._hashes, hashes)
        alike = np.flatnonzero(self._hashes[np.minimum(at, len(self) - 1)] == hashes) if len(self) else at[:0]
        for number, position, wanted in zip(*(a.tolist() for a in (alike, at[alike], hashes[alike])), strict=True):
            places[number] = self._known(position, wanted, texts[number].encode(*_CODEC))
        new = np.flatnonzero(places < 0)
        places[new] = len(self) + np.arange(len(new))
        encoded = [texts[number].encode(*_CODEC) for number in new.tolist()]
        ends = len(self._letters) + np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        self._letters += b"".join(encoded)
        self._begins.frombytes(ends.astype(np.uint32).tobytes())
        self._sort(np.concatenate((self._hashes, hashes[new])))
        return places.astype(np.uint32)

    def kept(self, kept: NDArray[np.bool_]) -> tuple[bytes, NDArray[np.int64], Hashes]:
        """Return letters, lengths in bytes, and hashes of the texts that are kept."""
        lengths = np.diff(np.frombuffer(self._begins, np.uint32)).astype(np.int64)
        with memoryview(self._letters) as letters:
            left_out = np.flatnonzero(~kept).tolist()
            begins = [0, *(self._begins[place + 1] for place in left_out)]
            ends = [*(self._begins[place] for place in left_out), len(letters)]
            joined = b"".join([letters[begin:end] for begin, end in zip(begins, ends, strict=True)])
        hashes = np.empty_like(self._hashes)
        hashes[self._places] = self._hashes
        return joined, lengths[kept], hashes[kept]

    def _known(self, at: int, wanted: int, encoded: bytes) -> int:
        """Return the place of a text whose hash is the first of its like at position `at`, -1 where it is new."""
        while at < len(self._hashes) and self._hashes[at] == wanted:
            place = int(self._places[at])
            if self._letters[self._begins[place] : self._begins[place + 1]] == encoded:
                return place
            at += 1
        return -1

    def _sort(self, hashes: Hashes) -> None:
        """Take the hashes with new ones at the end, whose places are the next."""
        places = np.concatenate((self._places, np.arange(len(self), len(hashes), dtype=np.uint32)))
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._places = hashes[order], places[order]


def distinct(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each number once, sorted; numpy.unique takes four times as long, in a table of its own."""
    numbers = np.sort(numbers)
    return numbers[np.concatenate(([True], numbers[1:] != numbers[:-1]))[: len(numbers)]]


def _in_order(
    of: NDArray[np.uint32], numbers: NDArray[np.uint32], texts: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return each pair once, sorted by text, its numbers in the order in which they came.

    Some texts at a time: sorting takes ten times the memory of what is sorted.
    """
    places = []
    for begin in range(0, texts, _AT_A_TIME):
        here = np.flatnonzero((of >= begin) & (of < begin + _AT_A_TIME))
        _, first = np.unique(_paired(of[here], numbers[here]), return_index=True)
        here = here[np.sort(first)]
        places.append(here[np.argsort(of[here], kind="stable")].astype(np.uint32))
    order = np.concatenate(places) if places else np.zeros(0, np.uint32)
    return of[order], numbers[order]


def _paired(of: NDArray[np.uint32], numbers: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return of.astype(np.uint64) << np.uint64(32) | numbers


def _begins(lengths: NDArray[np.int64]) -> array[int]:
    """Return where parts of these lengths begin, and where the last one ends."""
    begins = np.zeros(len(lengths) + 1, np.uint32)
    np.cumsum(lengths, out=begins[1:])
    return array("I", begins.tobytes())
