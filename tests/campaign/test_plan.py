"""A scenario becomes a plan: deterministic, fit for the population, and aimed at what the scenario names."""

import itertools
from datetime import date

import pytest

from harness.campaign import compile_plan, find_scenario, load_scenario, pool_of, read_plan, scenario_names, write_plan
from harness.campaign.scenario import Bursts, Hold, Pairs, Scenario, Succession
from harness.errors import ConfigError, UsageError
from harness.population import make_population
from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.plan import BatchKind
from harness.records.target import Node, Target

DAY = date(2026, 11, 22)
TARGET = Target(name="t", url="http://127.0.0.1:1", nodes=(Node(id="n1"), Node(id="n2")), updates=True)


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


def scenario(*phases, **more):
    return Scenario(name="s", title_ja="", title_en="", phase=phases, digest="d", **more)


def compiled(people, *phases, seed=1, target=TARGET, **more):
    return compile_plan(scenario(*phases, **more), people, target, seed, lambda key: f"serial-{key}", DAY)


def phase(kind, **more):
    return kind(phase="P1", title_ja="", title_en="", **more)


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_with_honnin_plans_for_60_residents(people, name):
    loaded = load_scenario(find_scenario(name))
    header, batches = compile_plan(loaded, people, TARGET, 1, lambda key: key, DAY)
    assert loaded.name == name
    assert header.applications == sum(len(b.applications) for b in batches) > 0
    names = [a.application for b in batches for a in b.applications]
    assert len(names) == len(set(names))


def test_the_same_seed_gives_the_same_plan_and_another_seed_another(people):
    one, same, other = (compiled(people, phase(Pairs, pairs=20), seed=s) for s in (1, 1, 2))
    assert one == same
    assert one[1] != other[1]


def test_people_in_one_burst_are_all_different_and_may_be_issued_what_they_ask(people):
    _, batches = compiled(people, phase(Bursts, sizes=(8, 16, 32)))
    for batch in batches:
        residents = [a.resident for a in batch.applications]
        assert len(residents) == len(set(residents))
        assert all(not refusal(people.residents[a.resident], a.certificate, DAY) for a in batch.applications)


def test_a_burst_larger_than_the_population_plays_everyone_it_has(people):
    _, (batch,) = compiled(people, phase(Bursts, sizes=(500,)))
    assert 30 < len(batch.applications) <= 60


def test_gaps_reach_from_below_a_millisecond_to_two_seconds_and_meet_the_atoms(people):
    _, batches = compiled(people, phase(Pairs, pairs=300, atoms_ms=(0.0, 1000.0)))
    gaps = [b.applications[1].gap_ms for b in batches]
    assert min(g for g in gaps if g) < 1.0 < 1500.0 < max(gaps)
    assert 10 < gaps.count(1000.0) < 60
    assert 0.3 < sum(1 for g in gaps if g < 200) / len(gaps) < 0.8


def test_pairs_meet_on_one_node_and_on_two_and_nodes_stay_equal_in_rank(people):
    _, batches = compiled(people, phase(Pairs, pairs=90))
    placed = [tuple(a.node for a in b.applications) for b in batches]
    assert sum(1 for a, b in placed if a == b) == 30
    counts = [sum(p.count(n) for p in placed) for n in ("n1", "n2")]
    assert abs(counts[0] - counts[1]) <= 2


def test_a_succession_is_three_people_on_one_kiosk_and_one_node_with_an_event_in_the_middle(people):
    _, batches = compiled(people, phase(Succession))
    assert {b.purpose.split("-at-")[0] for b in batches} == {
        f"sequence:after-{e}" for e in ("success", "refusal", "cancel", "walk_away", "disconnect")
    }
    for batch in batches:
        assert batch.kind is BatchKind.SEQUENCE
        assert len({a.kiosk for a in batch.applications}) == 1
        assert len({a.node for a in batch.applications}) == 1
        assert len({a.resident for a in batch.applications}) == 3
    refused = [b.applications[1] for b in batches if b.purpose.endswith("refusal")]
    assert all(refusal(people.residents[a.resident], a.certificate, DAY) for a in refused)


def test_while_overload_is_held_nobody_stands_at_two_kiosks(people):
    _, (batch,) = compiled(people, phase(Hold, kiosks=30, per_kiosk=5))
    at = {}
    for a in batch.applications:
        at.setdefault(a.resident, set()).add(a.kiosk)
    assert all(len(kiosks) == 1 for kiosks in at.values())
    assert len({a.kiosk for a in batch.applications}) == 30


def test_a_changed_register_is_changed_back_afterwards(people):
    _, batches = compile_plan(load_scenario(find_scenario("go-live")), people, TARGET, 1, lambda key: key, DAY)
    for batch in (b for b in batches if b.updates):
        change, back = batch.updates
        assert change.before == batch.applications[1].application
        assert back.before is None
        resident = people.residents[back.resident]
        assert back.value == ("registered" if back.field == "seal" else resident.address)


def test_only_people_of_the_pool_appear_so_that_only_their_cards_need_keys(people):
    loaded = load_scenario(find_scenario("go-live"))
    pool = pool_of(loaded, people, TARGET, 1, DAY)
    _, batches = compile_plan(loaded, people, TARGET, 1, dict.fromkeys(pool, "x").__getitem__, DAY)
    assert {a.resident for b in batches for a in b.applications} <= set(pool)


def test_a_target_without_nodes_is_planned_without_placement(people):
    _, batches = compiled(people, phase(Pairs, pairs=3), target=Target(name="t", url="http://127.0.0.1:1"))
    assert {a.node for b in batches for a in b.applications} == {None}


def test_a_plan_file_comes_back_as_written_and_a_broken_one_names_the_line(people, tmp_path):
    header, batches = compiled(people, phase(Pairs, pairs=3))
    write_plan(tmp_path / "plan.jsonl", header, batches)
    again, lines = read_plan(tmp_path / "plan.jsonl")
    assert (again, list(lines)) == (header, batches)
    with (tmp_path / "plan.jsonl").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(ConfigError, match="line 5"):
        list(read_plan(tmp_path / "plan.jsonl")[1])


def test_an_unknown_scenario_lists_those_there_are():
    with pytest.raises(UsageError, match=r"go-live.*incidents/kawasaki"):
        find_scenario("go-dead")


def test_a_certificate_nobody_may_be_issued_is_told(people):
    from dataclasses import replace as replaced

    from msgspec.structs import replace

    unsealed = {k: replace(r, seal=None) for k, r in itertools.islice(people.residents.items(), 30)}
    with pytest.raises(UsageError, match="inkan"):
        compiled(replaced(people, residents=unsealed), phase(Pairs, pairs=1), certificates=(Certificate.INKAN,))


def test_pairs_that_are_in_flight_together_want_different_kiosks(people):
    _, batches = compiled(people, phase(Pairs, pairs=60), kiosks=40)
    pairs = [{a.kiosk for a in b.applications} for b in batches]
    for number, pair in enumerate(pairs):
        assert not any(pair & later for later in pairs[number + 1 : number + 10])
    assert len({frozenset(pair) for pair in pairs}) > 40
