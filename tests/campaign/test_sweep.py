"""A sweep's plan: every resident, every certificate, every choice, once; those who are to be refused are asked too."""

import itertools
from collections import Counter
from datetime import date

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan, find_scenario, load_scenario, pool_of
from harness.campaign.forecast import Window, forecast
from harness.campaign.pace import Pace
from harness.campaign.scenario import Scenario, Sweep
from harness.population import make_population
from harness.population.issuable import refusal
from harness.records.certificates import Certificate, Options
from harness.records.plan import SWEEP, SWEEP_REFUSAL, BatchKind, Driver
from harness.records.target import Expected, Node, Target

DAY = date(2026, 11, 22)
TARGET = Target(
    name="t", url="http://127.0.0.1:1", nodes=(Node(id="n1"), Node(id="n2")), route_header="X-Node", expected=Expected()
)
PACE = Pace(source="assumed", detail="", solo_ms=1000.0, per_second=10.0)


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


def compiled(people, target=TARGET, choices=None, **more):
    phase = Sweep(phase="S", title_ja="", title_en="", **more)
    scenario = Scenario(name="sweep", title_ja="", title_en="", phase=(phase,), digest="d")
    return compile_plan(scenario, people, target, 1, lambda key: f"serial-{key}", DAY, choices=choices)


def test_everybody_is_asked_for_everything_once(people):
    header, batches = compiled(people)
    asked = Counter((a.resident, a.certificate, a.options) for b in batches for a in b.applications)
    assert set(asked.values()) == {1}
    assert {who for who, _, _ in asked} == set(people.residents)
    assert {(who, kind) for who, kind, _ in asked} == {(r, c) for r in people.residents for c in Certificate}
    assert header.applications == len(asked)


def test_choices_are_all_that_a_campaign_may_draw(people):
    _, batches = compiled(people)
    one = next(r.key for r in people.residents.values() if not any(refusal(r, c, DAY) for c in Certificate))
    chosen = Counter(a.certificate for b in batches for a in b.applications if a.resident == one)
    years = len(people.residents[one].taxes)
    assert [chosen[c] for c in Certificate] == [8, 8, 1, years, 2, 2]


def test_who_may_not_be_issued_something_is_asked_once_and_marked_as_to_be_refused(people):
    _, batches = compiled(people)
    planned = [(b.purpose, a) for b in batches for a in b.applications]
    marked = [(a.resident, a.certificate) for purpose, a in planned if purpose == SWEEP_REFUSAL]
    forbidden = [(r.key, c) for r in people.residents.values() for c in Certificate if refusal(r, c, DAY)]
    assert sorted(marked) == sorted(forbidden)
    assert {purpose for purpose, _ in planned} == {SWEEP, SWEEP_REFUSAL}


def test_each_is_a_step_of_its_own_and_neighbours_are_different_people(people):
    header, batches = compiled(people)
    assert {(b.kind, len(b.applications)) for b in batches} == {(BatchKind.SEQUENCE, 1)}
    assert (header.phases[0].driver, header.phases[0].users) == (Driver.QUIET, 1)
    names = [b.applications[0].resident for b in batches]
    assert sum(one == other for one, other in itertools.pairwise(names)) < len(names) / 20


def test_several_at_once_and_a_pace_are_the_players_to_keep(people):
    header, _ = compiled(people, parallel=3, per_minute=30)
    phase = header.phases[0]
    assert (phase.driver, phase.parallel, phase.per_minute) == (Driver.ENGINE, 3, 30)


def test_of_paper_without_a_profile_only_what_the_baseline_has_is_asked(people):
    one = next(r.key for r in people.residents.values() if not refusal(r, Certificate.JUMINHYO, DAY))
    has = {(one, Certificate.JUMINHYO): (Options(relation=True),)}
    _, batches = compiled(people, replace(TARGET, profile="none"), choices=has)
    asked = [a.options for b in batches for a in b.applications if (a.resident, a.certificate) in has]
    assert asked == [Options(relation=True)]


def test_a_forecast_counts_the_pace_and_the_nights(people):
    header, batches = compiled(people, per_minute=6)
    seen = forecast(header, batches, TARGET, PACE, None, Window(seconds=3600, baseline_s=None))
    assert seen.phases[0].expected_s == pytest.approx(len(batches) * 10, rel=0.01)
    assert seen.night.nights == pytest.approx(len(batches) * 10 / 3600, abs=1)


def test_cards_are_wanted_of_everybody_also_of_those_who_are_refused_everything(people):
    campaign = load_scenario(find_scenario("sweep"))
    assert pool_of(campaign, people, TARGET, 1, DAY) == tuple(sorted(people.residents))
