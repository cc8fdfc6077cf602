"""Tables: columns instead of rows, and what may repeat held once."""

from typing import NamedTuple

import pytest

from harness.checks.repeated import Repeated, RepeatedValues
from harness.checks.table import Table


class Visit(NamedTuple):
    name: str
    at_ns: int
    kiosk: Repeated[str]
    ended_ns: int = -1
    ending: Repeated[str | None] = None


def test_rows_come_back_as_they_were_added_and_changed():
    table, rows = Table(Visit), []
    for number in range(3_000):  # more than one block of the columns with a default
        rows.append(Visit(f"V{number}", number, f"K{number % 7}", ending="aborted" if number % 5 == 0 else None))
        assert table.append(rows[-1]) == number
        if number % 3 == 0:
            table.put(number, "ending", "delivered")
            rows[-1] = rows[-1]._replace(ending="delivered")
    assert list(table) == rows
    assert [table[n] for n in range(3_000)] == rows
    assert list(table.column("ended_ns")) == [-1] * 3_000
    assert list(table.rows_by("at_ns")) == list(range(3_000))


def test_a_table_that_was_read_takes_more_rows():
    table = Table(Visit)
    table.append(Visit("V1", 1, "K1"))
    assert list(table.strings("ending")) == [None]
    table.append(Visit("V2", 2, "K1", ending="failed"))
    assert list(table.strings("ending")) == [None, "failed"]


@pytest.mark.parametrize("distinct", [1, 256, 257, 65_536, 65_537])
def test_repeated_values_are_the_same_object_however_many_there_are(distinct):
    values = RepeatedValues()
    texts = [f"text {number}" for number in range(distinct)]
    for text in texts:
        values.append(text)
    values.pack()
    for number in range(distinct):
        values.append(f"text {number}")
    assert (len(values), values[distinct]) == (2 * distinct, texts[0])
    assert list(values) == texts + texts
    assert values[distinct] is values[0]
    values[0] = "one more"
    assert (values[0], values[distinct]) == ("one more", texts[0])


def test_rows_are_replaced_before_and_after_they_are_packed():
    values = RepeatedValues()
    values.fill("n1", 2)
    values.append("n1")
    values[2], values[0] = "n2", "n3"
    assert [values[row] for row in range(3)] == ["n3", "n1", "n2"]
    assert list(values) == ["n3", "n1", "n2"]
