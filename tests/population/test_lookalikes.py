"""Deliberate look-alikes: each kind resembles its model as it should, and differs in something that is printed."""

import pytest

from harness.population.distinction import differing_items
from harness.population.items import fold_weakly


def models(population, trait):
    """Yield pairs (look-alike, model) of a trait."""
    people = population.residents
    return [(r, people[r.lookalike_of]) for r in people.values() if r.lookalike_of and trait in r.traits]


def test_every_lookalike_differs_from_its_model_in_printed_items(town):
    pairs = [(r.key, r.lookalike_of) for r in town.residents.values() if r.lookalike_of]
    assert pairs
    for key, model in pairs:
        assert len(differing_items(town, key, model)) >= 3


def test_namesakes_share_name_kana_birthday_and_sex_but_not_the_address(town):
    for one, other in models(town, "namesake"):
        assert (one.name, one.born_on, one.sex) == (other.name, other.born_on, other.sex)
        assert one.address != other.address
        assert one.seal.png_base64 != other.seal.png_base64


def test_variant_names_differ_in_one_glyph_and_sound_alike(town):
    kinds = set()
    for one, other in models(town, "variant_pair"):
        mine, theirs = one.name.replace("\U000e0100", ""), other.name.replace("\U000e0100", "")
        differing = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
        assert len(differing) <= 1
        assert one.name != other.name
        assert one.kana == other.kana
        kinds |= set(differing) or {"selector"}
    assert "selector" in kinds
    assert len(kinds) >= 10


def test_some_variant_pairs_share_the_birthday_too(town):
    pairs = models(town, "variant_pair")
    assert 0 < sum(one.born_on == other.born_on for one, other in pairs) < len(pairs)


def test_a_variation_selector_is_the_whole_difference_of_some_names(town):
    assert any(fold_weakly(one.name) == fold_weakly(other.name) for one, other in models(town, "variant_pair"))


def test_twins_share_birthday_address_and_koseki_and_their_names_begin_alike(town):
    for one, other in models(town, "twin"):
        assert (one.born_on, one.address, one.koseki, one.sex) == (
            other.born_on,
            other.address,
            other.koseki,
            other.sex,
        )
        assert one.name.split("\u3000")[1][0] == other.name.split("\u3000")[1][0]
        ranks = [m.relation for m in town.koseki[one.koseki].members if m.resident in {one.key, other.key}]
        assert len(set(ranks)) == 2


@pytest.mark.parametrize("trait", ["name_inside_name"])
def test_a_name_stands_inside_another(small, trait):
    (one, other), *_ = models(small, trait)
    assert one.name.startswith(other.name)
