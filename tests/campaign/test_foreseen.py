"""What a plan lacks of the standard procedure is told before anything is played."""

from datetime import date

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan, find_scenario, load_scenario
from harness.campaign.forecast import forecast
from harness.campaign.foreseen import foreseen_of
from harness.campaign.pace import Pace
from harness.campaign.scenario import Bursts, Scenario, Solo
from harness.population import make_population
from harness.records.assure import Assure
from harness.records.plan import Probe
from harness.records.target import LoadBasis, Node, Target

DAY = date(2026, 11, 22)
TARGET = Target(
    name="t",
    url="http://127.0.0.1:1",
    nodes=(Node(id="n1"), Node(id="n2")),
    route_header="X-Node",
    updates=True,
    time_limits_s=(30.0,),
    load=LoadBasis(peak_per_hour=600.0, source="令和7年3月の実績"),
)
FAST = Pace(source="declared", detail="", solo_ms=300.0, per_second=10.0)


def foreseen(scenario, people, target=TARGET, *, baseline=True):
    header, batches = compile_plan(scenario, people, target, 1, lambda key: key, DAY, probes=frozenset(Probe))
    return foreseen_of(forecast(header, batches, target, FAST, None), batches, target, baseline=baseline)


def made_for(level, *phases):
    return Scenario(name="s", title_ja="", title_en="", phase=phases, digest="d", assure=Assure(level=level))


@pytest.fixture(scope="module")
def few():
    return make_population(3, 60)


def test_kinds_of_phases_amounts_and_baseline_that_are_not_planned_are_named(few):
    named = {"phase": "P1", "title_ja": "", "title_en": ""}
    told = foreseen(made_for("full", Solo(**named), Bursts(**named, sizes=(4,))), few, baseline=False)
    english = [en for _, en in told.lacking]
    assert any("not planned" in one and "pairs" in one for one in english)
    assert any("baseline" in one for one in english)
    assert any(one.startswith("residents: ") and one.endswith(" of 200") for one in english)
    assert any("it takes 2,995 bursts" in one for one in english)
    assert ("時間の重なった申請の対", "overlapping pairs") in told.later


def test_what_load_the_target_is_to_carry_is_asked_for_where_the_level_does(few):
    scenario = made_for("full", Solo(phase="P1", title_ja="", title_en=""))
    without = foreseen(scenario, few, replace(TARGET, load=None))
    assert any("[load]" in en for _, en in without.lacking)
    assert not any("[load]" in en for _, en in foreseen(scenario, few).lacking)


def test_a_scenario_made_for_no_level_is_compared_with_none(few):
    assert foreseen(made_for(None, Solo(phase="P1", title_ja="", title_en="")), few) is None


@pytest.mark.slow
@pytest.mark.parametrize(("name", "residents", "title"), [("standard", 60, "標準"), ("full", 240, "総合")])
def test_the_scenario_of_a_level_plans_what_the_level_asks_of_a_plan(name, residents, title):
    told = foreseen(load_scenario(find_scenario(name)), make_population(3, residents))
    assert told.level[0] == title
    assert told.lacking == ()
