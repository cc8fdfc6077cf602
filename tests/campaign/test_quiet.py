"""A baseline's plan: everybody once, many twice elsewhere, and something in between."""

from collections import defaultdict
from datetime import date

import pytest

from harness.campaign import compile_plan
from harness.campaign.scenario import Baseline, Scenario, Solo
from harness.population import make_population
from harness.records.certificates import Certificate, Options
from harness.records.plan import AbortHow, BatchKind, Driver
from harness.records.target import Node, Target

DAY = date(2026, 11, 22)
TARGET = Target(name="t", url="http://127.0.0.1:1", nodes=(Node(id="n1"), Node(id="n2")), route_header="X-Node")


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


def compiled(people, residents=30, choices=None, **more):
    phase = Baseline(phase="B0", title_ja="", title_en="", **more)
    scenario = Scenario(name="baseline", title_ja="", title_en="", phase=(phase,), residents=residents, digest="d")
    return compile_plan(scenario, people, TARGET, 1, lambda key: f"serial-{key}", DAY, choices=choices)


def issues(batches):
    """Applications that are to be delivered, by resident, certificate and options."""
    found = defaultdict(list)
    for batch in batches:
        for one in batch.applications:
            if one.abort is None and batch.purpose != "baseline:after-refusal":
                found[one.resident, one.certificate, one.options].append(one)
    return found


def test_the_same_inputs_give_the_same_plan_played_quietly_one_at_a_time(people):
    header, batches = compiled(people)
    assert (header, batches) == compiled(people)
    assert header.phases[0].driver is Driver.QUIET
    assert {b.kind for b in batches} == {BatchKind.SEQUENCE}


def test_with_few_residents_everything_is_issued_twice_from_another_kiosk_and_node(people):
    _, batches = compiled(people, interruptions=False)
    for twice in issues(batches).values():
        first, second = twice
        assert first.kiosk != second.kiosk
        assert first.node != second.node


def test_with_many_residents_some_of_every_certificate_are_issued_twice(people):
    _, batches = compiled(people, residents=0, twins=4, twins_all=10, interruptions=False)
    twice = defaultdict(set)
    for (resident, certificate, _), ones in issues(batches).items():
        assert len(ones) in {1, 2}
        if len(ones) == 2:
            twice[certificate].add(resident)
    assert set(twice) == set(Certificate)
    assert all(len(residents) >= 4 for residents in twice.values())


def test_in_between_people_give_up_or_are_refused_at_the_kiosk_of_the_next(people):
    _, batches = compiled(people)
    rows = [b for b in batches if len(b.applications) == 3]
    assert {a.abort.how for b in rows for a in b.applications if a.abort} == {AbortHow.CANCEL, AbortHow.DISCONNECT}
    assert {b.applications[0].certificate for b in rows} == set(Certificate)
    for batch in rows:
        assert len({(a.kiosk, a.node) for a in batch.applications}) == 1
        assert len({a.resident for a in batch.applications}) == 3


def test_every_application_asks_for_one_copy(people):
    _, batches = compiled(people)
    assert {a.options.copies for b in batches for a in b.applications if b.purpose != "baseline:after-refusal"} == {1}


def test_several_lanes_are_played_by_the_engine(people):
    header, _ = compiled(people, lanes=4)
    assert (header.phases[0].driver, header.phases[0].parallel) == (Driver.ENGINE, 4)


def test_a_run_with_a_baseline_asks_for_options_that_the_baseline_has(people):
    only = Options(honseki=True, relation=True)
    choices = {(key, Certificate.JUMINHYO): (only,) for key in people.residents}
    phase = Solo(phase="P0", title_ja="", title_en="", certificates=(Certificate.JUMINHYO,))
    scenario = Scenario(name="s", title_ja="", title_en="", phase=(phase,) * 8, digest="d")
    _, batches = compile_plan(scenario, people, TARGET, 1, lambda key: key, DAY, choices=choices)
    asked = {(a.options.honseki, a.options.relation, a.options.scope) for b in batches for a in b.applications}
    assert asked == {(True, True, only.scope)}
