"""A plan is forecast before anything is played: time, exposure, reach, and what is scarce."""

from datetime import date

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan, find_scenario, load_scenario
from harness.campaign.forecast import forecast
from harness.campaign.pace import Pace, pace_of
from harness.campaign.scenario import Bursts, Hold, Pairs, Scenario, Succession
from harness.campaign.strata import strata_of
from harness.population import make_population
from harness.records.target import Client, Expected, Node, Target

DAY = date(2026, 11, 22)
TARGET = Target(
    name="t",
    url="http://127.0.0.1:1",
    nodes=(Node(id="n1"), Node(id="n2")),
    route_header="X-Node",
    updates=True,
    ledger=True,
    time_limits_s=(2.0,),
)
PACE = Pace(source="declared", detail="", solo_ms=1000.0, per_second=10.0)


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


def seen(people, *phases, target=TARGET, pace=PACE, cards=None, **more):
    campaign = Scenario(name="s", title_ja="", title_en="", phase=phases, digest="d", **more)
    header, batches = compile_plan(campaign, people, target, 1, lambda key: "", DAY)
    return forecast(header, batches, target, pace, cards)


def phase(kind, **more):
    return kind(phase="P1", title_ja="", title_en="", **more)


def test_time_follows_from_the_pace_and_a_held_load_from_what_is_served_a_second(people):
    held = phase(Hold, kiosks=40, per_kiosk=5)
    slow, fast = (seen(people, held, pace=replace(PACE, per_second=s)) for s in (2.0, 20.0))
    assert 100 <= slow.phases[0].expected_s <= 110  # 200 people at 2 a second
    assert 10 <= fast.phases[0].expected_s <= 15
    assert sum(slow.batch_s.values()) == pytest.approx(100, abs=5)


def test_pairs_at_once_take_less_time_than_one_after_the_other(people):
    alone, at_once = (seen(people, phase(Pairs, pairs=40, parallel=n)) for n in (1, 8))
    assert at_once.expected_s < alone.expected_s / 2


def test_strata_are_those_of_the_batches(people):
    campaign = load_scenario(find_scenario("go-live"))
    _, batches = compile_plan(campaign, people, TARGET, 1, lambda key: "", DAY)
    strata = {(s.group, s.name): s.count for s in strata_of(batches)}
    pairs = [b for b in batches if b.purpose.startswith("pair") and len(b.applications) - b.fillers == 2]
    gaps = ("0", "0-1 ms", "1-10 ms", "10-100 ms", "0.1-0.95 s", "1 s", "1-2 s")
    assert sum(count for (group, name), count in strata.items() if (group, name) in {("gap", g) for g in gaps}) == len(
        pairs
    )
    assert sum(c for (group, _), c in strata.items() if group == "relation") == len(pairs)
    rows = [b for b in batches if b.purpose.startswith("sequence:after-cancel-at-collect")]
    assert strata["succession", "cancel collect"] == len(rows) > 0


def test_the_bound_in_reach_and_what_a_wanted_bound_needs(people):
    plan = seen(people, phase(Bursts, sizes=(2,) * 50, rounds=6))
    assert plan.bursts == 300
    assert plan.bound == pytest.approx(1 - 0.05 ** (1 / 300))
    needs = {w.bound: w.bursts for w in plan.wanted}
    assert (needs[0.01], needs[0.001]) == (299, 2995)


def test_waits_that_cannot_cross_the_time_limit_name_the_people_that_are_needed(people):
    held = phase(Hold, kiosks=100, per_kiosk=2)
    plan = seen(people, held, target=replace(TARGET, time_limits_s=(30.0,)))
    short = next(h for h in plan.hindrances if h.code == "limit_not_crossed")
    assert "301" in short.en
    assert plan.scarce == "residents"
    crossed = seen(people, held, target=replace(TARGET, time_limits_s=(2.0,)))
    assert not [h for h in crossed.hindrances if h.code == "limit_not_crossed"]


def test_cards_nodes_and_undeclared_limits_stand_in_the_way(people):
    bare = replace(TARGET, nodes=(), time_limits_s=(), updates=False, ledger=False)
    plan = seen(people, phase(Succession), target=bare, cards=frozenset({"R00001"}))
    codes = {h.code for h in plan.hindrances}
    assert {"cards_missing", "one_node", "no_time_limits", "no_updates", "no_ledger"} <= codes


def test_the_centre_needs_no_cards_and_its_successions_are_those_of_its_connections(people):
    plan = seen(people, phase(Succession), target=replace(TARGET, client=Client.CENTRE))
    assert "pooled" in {h.code for h in plan.hindrances}
    assert "cards_missing" not in {h.code for h in plan.hindrances}


def test_the_pace_says_where_it_comes_from(tmp_path):
    assert pace_of(TARGET, None, tmp_path).source == "assumed"
    declared = pace_of(replace(TARGET, expected=Expected(solo_s=2.0, per_second=4.0)), None, tmp_path)
    assert (declared.source, declared.solo_ms, declared.per_second) == ("declared", 2000.0, 4.0)
