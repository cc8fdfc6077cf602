"""What a made population is: repeatable, of the size asked for, and made of what a test must meet."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from harness.errors import UsageError
from harness.population import make_population
from harness.population.distinction import differing_items
from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.resident import KosekiAccess, Residency

TODAY = date(2026, 11, 22)
TRAITS_OF_IMPORTANCE = {
    "variant", "non_bmp", "variation_selector", "gaiji", "variant_pair", "namesake", "twin", "name_inside_name",
    "long_name", "long_address", "long_koseki", "former_name", "furigana_blank", "foreign", "alias", "under_15",
    "no_seal", "seal_cancelled", "moved_out", "deceased", "elsewhere", "access_none", "access_pending", "restricted",
    "gaiji_pending", "name_too_long", "not_householder", "household_of_many", "not_hittousha",
}  # fmt: skip


def all_six(population):
    return [
        r
        for r in population.residents.values()
        if not any(refusal(r, certificate, TODAY) for certificate in Certificate)
    ]


def test_the_same_seed_and_size_make_the_same_bytes_whatever_the_hash_seed(small):
    code = "from harness.population import make_population; print(make_population(1, 60).digest)"
    for hash_seed in ("0", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"}
        out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert out.stdout.strip() == small.digest


def test_another_seed_makes_other_people(small):
    others = make_population(2, 60)
    names = {r.name for r in small.residents.values()} & {r.name for r in others.residents.values()}
    assert len(names) < 6


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 30, 59, 61, 127])
def test_a_population_has_exactly_the_size_asked_for(size):
    population = make_population(9, size)
    assert len(population.residents) == size
    assert list(population.residents) == sorted(population.residents)
    assert next(iter(population.residents)) == "R00001"


@pytest.mark.parametrize("size", [0, -5, 200_001])
def test_an_impossible_size_is_refused_with_what_is_allowed(size):
    with pytest.raises(UsageError, match="from 1 to 200000"):
        make_population(1, size)


@pytest.mark.parametrize("seed", [1, 2, 3, 7, 11])
def test_sixty_residents_hold_every_trait_and_most_can_get_all_six_certificates(seed):
    population = make_population(seed, 60)
    held = {trait for resident in population.residents.values() for trait in resident.traits}
    assert held >= TRAITS_OF_IMPORTANCE
    assert len(all_six(population)) > 30


def test_large_populations_stay_mostly_ordinary(town):
    assert len(all_six(town)) > 0.6 * len(town.residents)


def test_names_hold_every_character_that_systems_confuse(small):
    names = "".join(resident.name for resident in small.residents.values())
    for characters in ("髙高", "﨑崎嵜", "邉邊辺", "齋斎斉", "𠮷吉"):
        for character in characters:
            assert character in names, character
    assert "葛\U000e0100城" in names
    assert "\ue000" in names
    assert "葛城" in names


def test_people_who_live_elsewhere_are_in_each_state_of_the_application(small):
    elsewhere = [r for r in small.residents.values() if r.residency is Residency.ELSEWHERE]
    assert {r.koseki_access for r in elsewhere} == set(KosekiAccess)
    for resident in elsewhere:
        assert resident.household is None
        assert resident.koseki in small.koseki
        assert not resident.address.startswith(small.municipality)
        assert refusal(resident, Certificate.JUMINHYO, TODAY) == "NOT_REGISTERED"


def test_households_have_one_to_twelve_members(town):
    sizes = Counter(len(town.household(key)) for key in {r.household for r in town.residents.values() if r.household})
    assert set(sizes) == set(range(1, 13))


def test_every_household_agrees_on_address_and_householder_and_lists_the_householder_first(town):
    for resident in town.residents.values():
        if resident.household is None:
            continue
        members = town.household(resident.key)
        assert resident in members
        assert members == town.household(resident.household)
        assert [m.relation for m in members].index("世帯主") == 0
        assert [m.relation for m in members].count("世帯主") == 1
        assert {m.householder for m in members} == {members[0].name}
        assert len({m.address for m in members}) == 1


def test_every_item_of_a_made_resident_is_known(town):
    for resident in town.residents.values():
        unknown = {f for f in resident.__struct_fields__ if getattr(resident, f) is None}
        assert unknown <= {"household", "koseki", "seal", "lookalike_of"}


def test_foreign_residents_have_latin_names_and_no_honseki(town, with_trait):
    for resident in with_trait(town, "foreign"):
        assert resident.name.isascii()
        assert resident.name == resident.name.upper()
        assert (resident.koseki, resident.honseki, resident.hittousha) == (None, "", "")
        assert resident.nationality
        assert resident.residence_card.startswith("ZZ")


def test_some_households_are_mixed(town, with_trait):
    spouses = [r for r in with_trait(town, "foreign") if r.relation in {"妻", "夫"}]
    assert any(town.household(spouse.key)[0].koseki for spouse in spouses)


def test_nobody_is_near_the_age_of_fifteen_so_that_the_population_keeps(town):
    for resident in town.residents.values():
        born = date.fromisoformat(resident.born_on)
        for on in (date(2026, 4, 1), date(2031, 3, 1)):
            young = refusal(resident, Certificate.JUMINHYO, on) == "UNDER_15"
            assert not young or born.year >= 2016
        assert ("under_15" in resident.traits) == (born >= date(2016, 4, 1))


def test_dates_of_residence_are_in_order_and_before_the_reference_day(town):
    for r in town.residents.values():
        if r.residency is Residency.ELSEWHERE:
            assert (r.resident_since, r.notified_on, r.relation, r.householder) == ("", "", "", "")
            continue
        assert r.born_on <= r.resident_since <= r.address_since <= "2026-04-01"
        assert r.address_since <= r.notified_on
        assert (r.previous_address == "") == (r.resident_since == r.born_on)


def test_places_are_visibly_fictitious(town):
    marks = ("架空県", "仮想県", "模擬県", "空想県")
    for r in town.residents.values():
        for place in (r.address, r.previous_address, r.honseki):
            assert place == "" or place.startswith(marks)


def test_there_is_no_individual_number(small):
    """個人番号 has twelve digits; nothing in a resident, figures aside, has that form."""
    import re

    for resident in small.residents.values():
        for field in resident.__struct_fields__:
            assert "number" not in field
            assert not re.search(r"(?<!\d)\d{12}(?!\d)", str(getattr(resident, field) if field != "seal" else ""))


def test_any_two_residents_differ_in_several_printed_items(small):
    for one, other in combinations(small.residents, 2):
        differing = differing_items(small, one, other)
        assert len(differing) >= 3, (one, other, differing)


def test_names_are_shared_only_on_purpose(town):
    names = Counter(resident.name for resident in town.residents.values())
    shared = {name for name, count in names.items() if count > 1}
    for resident in town.residents.values():
        assert (resident.name in shared) == ("namesake" in resident.traits)


def test_progress_is_told_while_seals_are_drawn():
    told = []
    make_population(1, 30, lambda *what: told.append(what))
    assert told[0] == ("households", 0, 30)
    assert told[-1] == ("seals", 30, 30)
