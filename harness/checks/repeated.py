"""A column whose values repeat: each distinct one is held once, and one to four bytes for every row."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterator, Sequence
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
    """Reads, appends and replaces as a list does, row by row; equal values become the same object.

    Rows that are appended take a reference each until they are packed: coding many at once takes a third of the time.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._codes = array("B")  # by row: where its value stands in `_values`
        self._values: list[V] = []
        self._code_of = _Codes(self._values)
        self._new: list[V] = []  # rows behind those of `_codes`

    @property
    def append(self) -> Callable[[V], None]:
        """What adds a row; it may be kept."""
        return self._new.append

    def pack(self) -> None:
        """Code what was appended."""
        codes = list(map(self._code_of.__getitem__, self._new))
        self._fit()
        self._codes.extend(codes)
        self._new.clear()

    def fill(self, value: V, rows: int) -> None:
        """Add so many rows of one value."""
        self.pack()
        code = self._code_of[value]
        self._fit()
        self._codes.extend(array(self._codes.typecode, [code]) * rows)

    def _fit(self) -> None:
        while len(self._values) > 1 << 8 * self._codes.itemsize:
            self._codes = array(_WIDER[self._codes.typecode], self._codes)

    def __setitem__(self, row: int, value: V) -> None:
        """Replace the value of a row."""
        code = self._code_of[value]
        try:
            self._codes[row] = code
        except OverflowError:
            self._fit()
            self._codes[row] = code
        except IndexError:
            self._new[row - len(self._codes)] = value

    def __delitem__(self, rows: slice) -> None:
        """Remove rows."""
        self.pack()
        del self._codes[rows]

    def __getitem__(self, row: int) -> V:  # type: ignore[override]  # no slices: nobody asks for them, and all would pay
        """Return the value of a row."""
        try:
            return self._values[self._codes[row]]
        except IndexError:
            return self._new[row - len(self._codes)]

    def __iter__(self) -> Iterator[V]:
        """Yield the values, row by row."""
        self.pack()
        return map(self._values.__getitem__, self._codes)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._codes) + len(self._new)
