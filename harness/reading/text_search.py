"""Finds every one of hundreds of thousands of texts in a page in one pass.

The automaton knows the beginnings of the texts only; what follows one is looked up. Whole addresses would make it
three times as large: 370 MB for 100,000 residents.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Iterator

import ahocorasick_rs
import numpy as np

from harness.reading.packed_texts import PackedTexts

_BEGINNING = 10  # characters: a municipality and its part, where addresses begin to differ; names are shorter
_PLACE_BITS = 31


class TextSearch:
    """An automaton over packed texts. Immutable; forked processes share it."""

    def __init__(self, texts: PackedTexts) -> None:
        """Build the automaton; what building took is given back."""
        self._texts = texts
        numbers: dict[str, int] = {}
        whole, longer = array("q"), array("q")  # beginnings that are a text, and longer texts, as pairs in one number
        for place, text in enumerate(texts):
            number = numbers.setdefault(text[:_BEGINNING], len(numbers))
            if len(text) <= _BEGINNING:
                whole.append(number << _PLACE_BITS | place)
            else:
                longer.append(number << _PLACE_BITS | len(text))
        mask = (1 << _PLACE_BITS) - 1
        pairs = np.frombuffer(whole, np.int64)
        places = np.full(len(numbers), -1, np.int32)
        places[pairs >> _PLACE_BITS] = pairs & mask
        self._whole = array("i", places.tobytes())  # by number of the beginning: the text that is no longer, or -1
        pairs = np.unique(np.frombuffer(longer, np.int64))
        self._lengths = array("I", (pairs & mask).astype(np.uint32).tobytes())  # of the longer ones, by number
        ends = np.cumsum(np.bincount(pairs >> _PLACE_BITS, minlength=len(numbers)))
        self._first = array("I", np.concatenate(([0], ends)).astype(np.uint32).tobytes())
        # the DFA form is faster still and takes 2.3 GB for 100,000 residents
        self._automaton = ahocorasick_rs.AhoCorasick(
            numbers or ("\ufffe",), implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )
        del numbers, whole, longer, pairs, places, ends
        _give_back()

    def find(self, page: str) -> Iterator[tuple[int, int, int]]:
        """Yield (start, end, place of the text) of all texts in a page, overlapping ones included."""
        if not len(self._texts):
            return
        first, place_of = self._first, self._texts.place
        for number, start, end in self._automaton.find_matches_as_indexes(page, overlapping=True):
            if (place := self._whole[number]) >= 0:
                yield start, end, place
            for length in self._lengths[first[number] : first[number + 1]]:
                if start + length <= len(page) and (found := place_of(page[start : start + length])) is not None:
                    yield start, start + length, found


def _give_back() -> None:
    """Return freed memory to the system, where its C library can (glibc keeps half of what building took)."""
    if sys.platform.startswith("linux") and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
