"""Keeps hundreds of thousands of texts with the numbers noted for each, in flat arrays instead of objects.

100,000 residents have 700,000 texts: as strings, tuples and dictionaries they take ten times as much memory, and
a forked process would copy every page on which it as much as looks at one of them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


class Notes:
    """Collects (text, number) pairs; a pair counts once, numbers stay in the order in which they came."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._places: dict[str, int] = {}
        self._of = array("I")
        self._numbers = array("I")

    def note(self, text: str, number: int) -> None:
        """Note a number (below 2**32) for a text."""
        self._of.append(self._places.setdefault(text, len(self._places)))
        self._numbers.append(number)

    def packed(self, most: int = 0, kind_bits: int = 0) -> PackedTexts:
        """Return the texts packed, and forget them here.

        With `most`, texts with more than so many numbers are left out; numbers count as one that differ in their
        last `kind_bits` only.
        """
        of, numbers = (np.frombuffer(a, np.uint32).astype(np.uint64) for a in (self._of, self._numbers))
        _, first = np.unique(of << np.uint64(32) | numbers, return_index=True)
        first.sort()
        first = first[np.argsort(of[first], kind="stable")]
        of, numbers = of[first], numbers[first]
        kept = np.ones(len(self._places), bool)
        if most:
            owned = np.unique(of << np.uint64(32) | numbers >> np.uint64(kind_bits)) >> np.uint64(32)
            kept = np.bincount(owned.astype(np.int64), minlength=len(kept)) <= most
        counts = np.bincount(of.astype(np.int64), minlength=len(kept))[kept]
        texts = [text for text, keep in zip(self._places, kept.tolist(), strict=True) if keep]
        self.__init__()  # type: ignore[misc]
        return PackedTexts(texts, counts, numbers[kept[of.astype(np.int64)]])


class PackedTexts:
    """Texts by place (0, 1, ...), the place of a text, and the numbers noted for it. Immutable."""

    def __init__(self, texts: list[str], counts: NDArray[np.int64], numbers: NDArray[np.uint64]) -> None:
        """Take `texts`, all different, how many numbers each has, and the numbers of all one after the other."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._letters = b"".join(encoded)
        self._begins = _begins(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        self._first = _begins(counts)
        self._numbers = array("I", numbers.astype(np.uint32).tobytes())
        # hash() differs from process to process, not between a process and those forked from it
        hashes = np.fromiter(map(hash, texts), np.int64, len(texts))
        order = np.argsort(hashes, kind="stable")
        self._hashes = array("q", hashes[order].tobytes())
        self._places = array("I", order.astype(np.uint32).tobytes())

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        """Yield the texts by place."""
        return map(self.text, range(len(self)))

    def text(self, place: int) -> str:
        """Return a text by its place."""
        return self._letters[self._begins[place] : self._begins[place + 1]].decode("utf-8", "surrogatepass")

    def numbers(self, place: int) -> array[int]:
        """Return the numbers noted for a text."""
        return self._numbers[self._first[place] : self._first[place + 1]]

    def place(self, text: str) -> int | None:
        """Return the place of exactly this text."""
        wanted = hash(text)
        at = bisect_left(self._hashes, wanted)
        while at < len(self._hashes) and self._hashes[at] == wanted:
            if self.text(place := self._places[at]) == text:
                return place
            at += 1
        return None


def _begins(lengths: NDArray[np.int64]) -> array[int]:
    """Return where parts of these lengths begin, and where the last one ends."""
    begins = np.zeros(len(lengths) + 1, np.uint32)
    np.cumsum(lengths, out=begins[1:])
    return array("I", begins.tobytes())
