"""Which deliveries belong to which application: one each for nearly all, so that a million take eight megabytes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

_NONE = -1


class Links:
    """Rows of the one table by row of the other, in the order they were linked."""

    def __init__(self, size: int, pairs: Iterable[tuple[int, int]] = ()) -> None:
        """Link `pairs` of (row, linked row); rows go from 0 to `size` - 1."""
        self._first = array("q", [_NONE]) * size
        self._all: dict[int, tuple[int, ...]] = {}  # of rows with several
        for row, linked in pairs:
            if self._first[row] == _NONE:
                self._first[row] = linked
            else:
                self._all[row] = (*self._all.get(row, (self._first[row],)), linked)

    def of(self, row: int) -> tuple[int, ...]:
        """Return what is linked to a row."""
        first = self._first[row]
        if first == _NONE:
            return ()
        return self._all.get(row, (first,))
