"""People who are to be refused: every reason is tried, rare ones as often as frequent ones."""

from collections import Counter
from dataclasses import replace as replaced
from datetime import date

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan, find_scenario, load_scenario, pool_of
from harness.campaign.scenario import Bursts, Mix, Scenario, Solo, Succession
from harness.population import make_population
from harness.population.issuable import REASONS, reasons_ruled, refusal
from harness.records.certificates import Certificate
from harness.records.plan import Step
from harness.records.rules import Rules
from harness.records.target import Node, Target

DAY = date(2026, 11, 22)
TARGET = Target(name="t", url="http://127.0.0.1:1")
ADULTS_ONLY = replace(TARGET, rules=Rules(minimum_age=0))


@pytest.fixture(scope="module")
def people():
    return make_population(1, 200)


def planned(people, kind, target=TARGET, **more):
    phase = kind(phase="P0", title_ja="", title_en="", **more)
    scenario = Scenario(name="s", title_ja="", title_en="", phase=(phase,), digest="d")
    _, batches = compile_plan(scenario, people, target, 1, lambda key: key, DAY)
    return batches


def asked(people, kind, target=TARGET, **more):
    """Count (reason, certificate) of the applications planned for one phase; "" where it may be issued."""
    applications = [a for b in planned(people, kind, target, **more) for a in b.applications]
    rules = target.rules
    return Counter(
        (refusal(people.residents[a.resident], a.certificate, DAY, rules), a.certificate) for a in applications
    )


def test_the_quiet_phase_tries_every_reason_with_every_certificate_it_applies_to(people):
    there_are = {(refusal(r, c, DAY), c) for r in people.residents.values() for c in Certificate}
    tried = asked(people, Solo)
    assert set(tried) == there_are
    assert {reason for reason, _ in tried} == {*REASONS, ""}
    assert tried["SEAL_NOT_REGISTERED", Certificate.INKAN] == 1


def test_who_is_to_be_refused_for_one_reason_is_not_refused_for_another_where_that_can_be(people):
    children = [r for r in people.residents.values() if refusal(r, Certificate.KOSEKI, DAY) == "UNDER_15"]
    seal = next(r.seal for r in people.residents.values() if r.seal and not r.seal.cancelled_on)
    sealed = {c.key: replace(c, seal=seal if c is children[3] else None) for c in children}
    batches = planned(replaced(people, residents={**people.residents, **sealed}), Solo)
    of_inkan = {a.resident for b in batches for a in b.applications if a.certificate is Certificate.INKAN}
    assert of_inkan & set(sealed) == {children[3].key}


def test_in_succession_and_operation_the_reasons_take_turns_however_many_people_they_hold(people):
    for kind, more in ((Succession, {"rounds": 12, "events": ("refusal",)}), (Mix, {"per_second": 20, "seconds": 60})):
        turns = Counter(reason for reason, _ in asked(people, kind, **more).elements() if reason)
        assert set(turns) >= set(REASONS) - {"SEAL_NOT_REGISTERED", "SEAL_CANCELLED"}
        assert max(turns.values()) <= 3 * turns["RESTRICTED"]


def test_a_rule_declared_away_lets_its_people_play_as_anybody_else(people):
    tried = asked(people, Solo, ADULTS_ONLY)
    assert "UNDER_15" not in {reason for reason, _ in tried}
    assert "UNDER_15" not in reasons_ruled(ADULTS_ONLY.rules)
    scenario = load_scenario(find_scenario("go-live"))
    assert len(pool_of(scenario, people, ADULTS_ONLY, 1, DAY)) > len(pool_of(scenario, people, TARGET, 1, DAY))


def test_few_cards_need_keys_for_those_who_are_only_refused(people):
    keys = pool_of(load_scenario(find_scenario("go-live")), people, TARGET, 1, DAY)
    children = [k for k in keys if refusal(people.residents[k], Certificate.JUMINHYO, DAY) == "UNDER_15"]
    assert 0 < len(children) <= 24


def test_who_has_no_tax_record_is_not_asked_for_a_tax_certificate_where_others_have_one(people):
    children = {key for key, r in people.residents.items() if refusal(r, Certificate.JUMINHYO, DAY) == "UNDER_15"}
    without = {key for key, r in people.residents.items() if not r.taxes}
    played = [a for b in planned(people, Mix, ADULTS_ONLY, per_second=50.0, seconds=10.0) for a in b.applications]
    assert children & without & {a.resident for a in played}
    assert not [a for a in played if a.certificate is Certificate.TAX and a.resident in children & without]


def test_in_bursts_the_refused_come_to_the_server_of_who_is_beside_them_together_or_right_before(people):
    servers = replace(TARGET, nodes=(Node(id="n1"), Node(id="n2")), route_header="X-Node")
    steps = (Step.APPLY, Step.COLLECT)
    batches = planned(people, Bursts, servers, sizes=(8, 12), rounds=2, refused=1.0, sync_steps=steps)
    for batch in batches:
        assert batch.sync_step is Step.APPLY  # nobody who is refused comes to another
        for one, beside in zip(batch.applications[::2], batch.applications[1::2], strict=True):
            assert not refusal(people.residents[one.resident], one.certificate, DAY)
            assert refusal(people.residents[beside.resident], beside.certificate, DAY)
            assert (one.node, beside.gap_ms) == (beside.node, 0.0)
        counts = Counter(a.node for a in batch.applications)
        assert abs(counts["n1"] - counts["n2"]) <= 4
    assert {a.gap_ms > 0 for b in batches for a in b.applications[::2]} == {True, False}
