"""A table of rows kept as columns: a million applications fit where a million objects would not."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, MutableSequence, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast, get_args, get_type_hints

import numpy as np

from harness.checks.repeated import REPEATED, RepeatedValues

R = TypeVar("R", bound=NamedTuple)
_BLOCK = 1024  # rows


class Table(Generic[R]):
    """Rows of one NamedTuple type.

    `int` fields lie in 64-bit arrays, fields of type `Repeated` in some bytes, all others in lists of references.
    Columns of fields with a default are lengthened by blocks, since most are filled in later or never.
    """

    def __init__(self, row: type[R]) -> None:
        """Start empty; the columns are the fields of `row`."""
        hints = get_type_hints(row, include_extras=True)
        self._row = row
        self._fields: tuple[str, ...] = row._fields
        self._columns: list[Any] = [_column(hints[f]) for f in self._fields]
        self._place = {field: number for number, field in enumerate(self._fields)}
        self._defaults = tuple(row._field_defaults.values())  # of the last fields, as Python wants it
        self._first_default = len(self._fields) - len(self._defaults)
        self._add = [column.append for column in self._columns[: self._first_default]]
        self._rows = 0
        self._room = 0  # rows that the columns of fields with a default have by now

    def append(self, row: R) -> int:
        """Add a row; return its position."""
        position = self._rows
        if position == self._room:
            self._make_room()
        self._rows += 1
        for add, value in zip(self._add, row, strict=False):
            add(value)
        rest = row[self._first_default :]
        if rest != self._defaults:
            for column, value in zip(self._columns[self._first_default :], rest, strict=True):
                column[position] = value
        return position

    def _make_room(self) -> None:
        for column in self._columns[: self._first_default]:
            if isinstance(column, RepeatedValues):
                column.pack()
        for column, default in zip(self._columns[self._first_default :], self._defaults, strict=True):
            _lengthen(column, default)
        self._room += _BLOCK

    def _whole(self, field: str) -> Any:  # noqa: ANN401  as `_row` says of the field
        """Return a column without the rows that are still to come."""
        if self._room != self._rows:
            for column in self._columns[self._first_default :]:
                del column[self._rows :]
            self._room = self._rows
        return self._columns[self._place[field]]

    def put(self, position: int, field: str, value: object) -> None:
        """Replace one cell."""
        self._columns[self._place[field]][position] = value

    def integers(self, field: str) -> Sequence[int]:
        """Return the column of an `int` field."""
        return self._whole(field)  # type: ignore[no-any-return]

    def strings(self, field: str) -> Sequence[str]:
        """Return the column of a `str` field."""
        return self._whole(field)  # type: ignore[no-any-return]

    def column(self, field: str) -> Sequence[Any]:
        """Return the column of any field."""
        return self._whole(field)  # type: ignore[no-any-return]

    def unpacked(self, field: str) -> list[Any]:
        """Return a copy of a column as a list: the quickest to ask for most rows in another order than the column's."""
        return list(self._whole(field))

    def cells(self, field: str) -> MutableSequence[Any]:
        """Return the column of any field to be written to, row by row, by whoever fills the table."""
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
        return self._rows

    def __iter__(self) -> Iterator[R]:
        """Yield the rows in the order they were added."""
        return cast(Iterator[R], map(self._row._make, zip(*map(self._whole, self._fields), strict=True)))


def _lengthen(column: array[int] | RepeatedValues[Any] | list[Any], value: Any) -> None:  # noqa: ANN401  a default
    match column:
        case RepeatedValues():
            column.fill(value, _BLOCK)
        case array():
            column.extend(array("q", [value]) * _BLOCK)
        case _:
            column.extend([value] * _BLOCK)


def _column(kind: object) -> array[int] | RepeatedValues[Any] | list[Any]:
    if REPEATED in get_args(kind):
        return RepeatedValues()
    return array("q") if kind is int else []
