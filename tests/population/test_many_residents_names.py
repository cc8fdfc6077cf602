"""Names stay unique when the short names of a surname, or of a country, are used up."""

from __future__ import annotations

from harness.population.names import NameBook
from harness.population.stock import stock


def test_a_surname_has_bearers_beyond_its_names_of_two_parts() -> None:
    book, surname = NameBook("1"), stock().variants[0][0]
    drawn = [book.given("女", surname).written for _ in range(2_500)]
    assert len(set(drawn)) == len(drawn)
    assert max(map(len, drawn)) > min(map(len, drawn))


def test_a_country_has_bearers_beyond_its_short_lists() -> None:
    book = NameBook("1")
    nation = next(n for n in stock().nations if n.surnames)
    drawn = [book.latin(nation, "男").written for _ in range(1_200)]
    assert len(set(drawn)) == len(drawn)
