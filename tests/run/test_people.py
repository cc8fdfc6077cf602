"""Of two residents whom no certificate could tell apart, one stays away."""

from harness.population.distinction import Distinction, Inseparable
from harness.records.certificates import Certificate
from harness.run.people import indistinct


def pair(one, other):
    return Inseparable(one=one, other=other, certificate=Certificate.TAX, weakly=False, unknown=())


def distinction(*pairs):
    return Distinction(
        residents=9,
        items=9,
        inseparable=pairs,
        alike_seals=(),
        lookalikes=(),
        contained=(),
        mentions=(),
        shared={},
        unchecked_pairs=0,
    )


def test_everybody_plays_where_all_can_be_told_apart():
    assert indistinct(distinction()) == frozenset()


def test_no_inseparable_pair_is_left_and_nobody_stays_away_without_need():
    pairs = [("a", "b"), ("b", "c"), ("d", "e")]
    away = indistinct(distinction(*(pair(*p) for p in pairs)))
    assert all(one in away or other in away for one, other in pairs)
    assert {"a", "d"}.isdisjoint(away)
