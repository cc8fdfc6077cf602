"""A column whose values repeat: each distinct one is held once, and one to four bytes for every row."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Annotated, Generic, TypeVar

V = TypeVar("V", bound=Hashable)
T = TypeVar("T")

REPEATED = "repeated"
Repeated = Annotated[T, REPEATED]
"""Type of a table's field with few distinct values, whatever the number of rows."""
_WIDER = {"B": "H", "H": "I"}  # types of codes of one byte, two and four


class _Codes(dict[V, int], Generic[V]):
    """The code of every value; a new value gets the next one."""

    def __init__(self, values: list[V]) -> None:
        self._values = values

    def __missing__(self, value: V) -> int:
        code = self[value] = len(self._values)
        self._values.append(value)
        return code


class RepeatedValues(Sequence[V], Generic[V]):
    """Reads, appends and replaces as a list does, row by row; equal values become the same object."""

    def __init__(self) -> None:
        """Start empty."""
        self._codes = array("B")  # by row: where its value stands in `_values`
        self._values: list[V] = []
        self._code_of = _Codes(self._values)

    def append(self, value: V) -> None:
        """Add a row."""
        code = self._code_of[value]
        try:
            self._codes.append(code)
        except OverflowError:
            self._widen()
            self._codes.append(code)

    def extend(self, values: Iterable[V]) -> None:
        """Add several rows."""
        codes = [self._code_of[value] for value in values]
        while len(self._values) >> 8 * self._codes.itemsize:
            self._widen()
        self._codes.extend(codes)

    def __setitem__(self, row: int, value: V) -> None:
        """Replace the value of a row."""
        code = self._code_of[value]
        try:
            self._codes[row] = code
        except OverflowError:
            self._widen()
            self._codes[row] = code

    def __delitem__(self, rows: slice) -> None:
        """Remove rows."""
        del self._codes[rows]

    def _widen(self) -> None:
        self._codes = array(_WIDER[self._codes.typecode], self._codes)

    def __getitem__(self, row: int) -> V:  # type: ignore[override]  # no slices: nobody asks for them, and all would pay
        """Return the value of a row."""
        return self._values[self._codes[row]]

    def __iter__(self) -> Iterator[V]:
        """Yield the values, row by row."""
        return map(self._values.__getitem__, self._codes)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._codes)
