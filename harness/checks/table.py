"""A table of rows kept as columns: a million applications fit where a million objects would not."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, MutableSequence, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast, get_type_hints

import numpy as np

R = TypeVar("R", bound=NamedTuple)


class Table(Generic[R]):
    """Rows of one NamedTuple type. `int` fields lie in 64-bit arrays, everything else in lists of references."""

    def __init__(self, row: type[R]) -> None:
        """Start empty; the columns are the fields of `row`."""
        hints = get_type_hints(row)
        self._row = row
        self._fields: tuple[str, ...] = row._fields
        self._columns: list[Any] = [array("q") if hints[f] is int else [] for f in self._fields]
        self._place = {field: number for number, field in enumerate(self._fields)}
        self._add = [column.append for column in self._columns]

    def append(self, row: R) -> int:
        """Add a row; return its position."""
        for add, value in zip(self._add, row, strict=True):
            add(value)
        return len(self._columns[0]) - 1

    def put(self, position: int, field: str, value: object) -> None:
        """Replace one cell."""
        self._columns[self._place[field]][position] = value

    def integers(self, field: str) -> Sequence[int]:
        """Return the column of an `int` field."""
        return self._columns[self._place[field]]  # type: ignore[no-any-return]  # as `_row` says; asked millions of times

    def strings(self, field: str) -> Sequence[str]:
        """Return the column of a `str` field."""
        return self._columns[self._place[field]]  # type: ignore[no-any-return]

    def column(self, field: str) -> Sequence[Any]:
        """Return the column of any field."""
        return self._columns[self._place[field]]  # type: ignore[no-any-return]

    def cells(self, field: str) -> MutableSequence[Any]:
        """Return the column of any field to be written to, by whoever fills the table."""
        return self._columns[self._place[field]]  # type: ignore[no-any-return]

    def rows_by(self, field: str) -> Sequence[int]:
        """Return all positions, in ascending order of an `int` field, equal ones as they were added."""
        order = np.argsort(np.array(self.integers(field), dtype=np.int64), kind="stable")
        return array("q", order.astype(np.int64).tobytes())

    def __getitem__(self, position: int) -> R:
        """Return one row."""
        return self._row._make([column[position] for column in self._columns])

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._columns[0])

    def __iter__(self) -> Iterator[R]:
        """Yield the rows in the order they were added."""
        return cast(Iterator[R], map(self._row._make, zip(*self._columns, strict=True)))
