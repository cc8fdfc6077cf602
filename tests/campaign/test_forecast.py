"""A plan is forecast before anything is played: time, exposure, reach, and what is scarce."""

from datetime import date

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan, find_scenario, load_scenario
from harness.campaign.forecast import forecast
from harness.campaign.pace import Pace, pace_of
from harness.campaign.scenario import Bursts, Hold, Pairs, Scenario, Succession
from harness.campaign.strata import strata_of
from harness.cli.plan_texts import told
from harness.population import make_population
from harness.records.assure import Assure
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
    assert plan.bound == pytest.approx(1 - 0.05 ** (1 / plan.trials))
    needs = {w.bound: w.bursts for w in plan.wanted}
    assert (needs[0.01], needs[0.001]) == (299, 2995)


def test_few_people_are_paired_anew_each_time_and_the_same_group_again_is_no_further_trial(people):
    plan = seen(people, phase(Bursts, sizes=(2,) * 50, rounds=6))
    assert 240 <= plan.trials < plan.bursts == 300
    few = seen(people, phase(Bursts, sizes=(2,) * 50, rounds=6), residents=6)
    assert few.trials <= 15
    assert "15" in next(h.ja for h in few.hindrances if h.code == "few_pairs")


def test_bursts_that_leave_farther_apart_than_a_visit_takes_give_no_trial(people):
    far = phase(Pairs, pairs=10, gap_ms=(1500.0, 2000.0), atoms_ms=(1500.0,))
    assert seen(people, far).trials == 0
    assert seen(people, far, pace=replace(PACE, solo_ms=5000.0)).trials == 10


@pytest.mark.parametrize(("bound", "reached"), [(0.05, True), (0.001, False)])
def test_a_bound_that_the_scenario_asks_for_is_in_reach_or_what_would_reach_it_is_said(people, bound, reached):
    plan = seen(people, phase(Bursts, sizes=(2,) * 50, rounds=2), assure=Assure(misdelivery_per_burst=bound))
    asked = plan.assured
    assert (asked.in_window >= asked.trials) is reached
    assert (asked.window_s > plan.expected_s) is not reached
    (line,) = (x for x in told(plan, (), 60, "ja") if "求める上限" in x)
    assert line.endswith("届く") if reached else "判定保留" in line


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
