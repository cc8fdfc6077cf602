"""Classes of the victim → donor graph."""

from hypothesis import given
from hypothesis import strategies as st

from harness.checks.patterns import patterns


def test_one_edge_is_a_copy():
    assert patterns({"A": "B"}) == {"A": "copy"}


def test_two_who_got_each_others_are_a_swap():
    assert patterns({"A": "B", "B": "A"}) == {"A": "swap", "B": "swap"}


def test_three_in_a_ring_are_a_rotation():
    assert set(patterns({"A": "B", "B": "C", "C": "A"}).values()) == {"rotation"}


def test_each_getting_the_nexts_is_a_chain():
    assert patterns({"A": "B", "B": "C", "C": "D"}) == {"A": "chain", "B": "chain", "C": "chain"}


def test_one_donor_of_many_is_a_star():
    assert patterns({"A": "X", "B": "X", "C": "X"}) == {"A": "star", "B": "star", "C": "star"}


def test_figures_apart_do_not_mix():
    found = patterns({"A": "B", "B": "A", "C": "D", "E": "X", "F": "X"})
    assert found == {"A": "swap", "B": "swap", "C": "copy", "E": "star", "F": "star"}


edges = st.dictionaries(st.integers(0, 12), st.integers(0, 12)).map(
    lambda d: {f"A{v}": f"A{w}" for v, w in d.items() if v != w}
)


@given(edges)
def test_every_victim_has_one_class_and_the_class_says_what_the_graph_shows(donor_of):
    found = patterns(donor_of)
    assert found.keys() == donor_of.keys()
    for victim, kind in found.items():
        donor = donor_of[victim]
        walk, at = [victim], donor
        while at in donor_of and at not in walk:
            walk.append(at)
            at = donor_of[at]
        on_cycle = at == victim
        assert (kind in {"swap", "rotation"}) == on_cycle
        assert (kind == "swap") == (on_cycle and len(walk) == 2)
        if kind == "copy":
            assert donor not in donor_of
            assert victim not in donor_of.values()
            assert list(donor_of.values()).count(donor) == 1
        if kind == "star":
            assert list(donor_of.values()).count(donor) > 1


@given(edges, st.randoms())
def test_the_order_of_events_does_not_change_the_classes(donor_of, random):
    shuffled = list(donor_of.items())
    random.shuffle(shuffled)
    assert patterns(dict(shuffled)) == patterns(donor_of)
