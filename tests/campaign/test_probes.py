"""What must not work is planned among people who are served, each with kiosks of their own; what cannot be is told."""

from datetime import date

import pytest

from harness.campaign import compile_plan
from harness.campaign.scenario import Probes, Scenario, Solo, Succession
from harness.errors import UsageError
from harness.population import make_population
from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.manifest import CardStanding
from harness.records.plan import AbortHow, Probe, Step
from harness.records.target import Node, Target

TITLES = {"title_ja": "題", "title_en": "title"}
TARGET = Target(name="t", url="http://127.0.0.1", nodes=(Node(id="n1"), Node(id="n2")), route_header="X-Node")
DAY = date(2026, 4, 1)


@pytest.fixture(scope="module")
def people():
    return make_population(1, 60)


def plan(people, *phases, probes=frozenset(Probe), standings=(), without=()):
    scenario = Scenario(name="s", phase=phases, **TITLES)
    return compile_plan(scenario, people, TARGET, 1, lambda key: f"c{key}", DAY, without, None, standings, probes)


def test_every_round_makes_every_probe_once_among_others_and_nobody_disturbs_anybody_elses_kiosk(people):
    header, batches = plan(people, Probes(phase="P6", rounds=2, fillers=2, **TITLES))
    assert len(batches) == 2
    assert header.left_out.probes == ()
    for batch in batches:
        probed = {a.probe.probe: a for a in batch.applications if a.probe}
        assert set(probed) == set(Probe)
        assert len(batch.applications) == len(Probe) * 3
        kiosks = [a.kiosk for a in batch.applications]
        assert len(kiosks) == len(set(kiosks))
        foreign, following = probed[Probe.FOREIGN_JOB], probed[Probe.NEXT_CUSTOMER]
        assert foreign.probe.kiosk not in kiosks
        assert following.probe.kiosk == following.kiosk
        assert foreign.probe.card == f"c{foreign.probe.resident}" != foreign.card
        assert (probed[Probe.AFTER_END].probe.card, probed[Probe.WRONG_SIGNATURE].probe.card) == ("", "")


def test_what_the_adapter_cannot_make_is_left_out_and_told(people):
    header, batches = plan(people, Probes(phase="P6", **TITLES), probes={Probe.WRONG_SIGNATURE})
    assert {a.probe.probe for b in batches for a in b.applications if a.probe} == {Probe.WRONG_SIGNATURE}
    assert header.left_out.probes == tuple(p for p in Probe if p is not Probe.WRONG_SIGNATURE)


def test_a_phase_in_which_nothing_could_be_tried_is_left_out(people):
    phases = Solo(phase="P0", **TITLES), Probes(phase="P6", **TITLES)
    header, batches = plan(people, *phases, probes=())
    assert header.left_out.phases == ("P6",)
    assert header.left_out.probes == tuple(Probe)
    assert {b.phase for b in batches} == {"P0"}
    with pytest.raises(UsageError):
        plan(people, phases[1], probes=())


def test_bad_cards_are_tried_under_load_as_well_each_once(people):
    holder = next(k for k, r in people.residents.items() if not refusal(r, Certificate.JUMINHYO, DAY))
    revoked = CardStanding(serial="9", resident=holder, state="revoked")
    _, batches = plan(people, Probes(phase="P6", rounds=2, **TITLES), probes=(), standings=[revoked], without={holder})
    assert [a.card for b in batches for a in b.applications if a.resident == holder] == ["9"]


def test_for_every_bad_card_there_is_a_row_between_who_left_midway_and_the_next(people):
    able = [k for k, r in people.residents.items() if not refusal(r, Certificate.JUMINHYO, DAY)]
    bad = [
        CardStanding(serial=f"9{n}", resident=able[n], state=state) for n, state in enumerate(("expired", "revoked"))
    ]
    rows = Succession(phase="P1", events=("bad_card",), abort_steps=(Step.APPLY, Step.COLLECT), **TITLES)
    header, batches = plan(people, rows, standings=bad, without=set(able[:2]))
    assert [b.applications[1].card for b in batches] == ["90", "91"]
    for batch in batches:
        left, _, after = batch.applications
        assert len({(a.kiosk, a.node) for a in batch.applications}) == 1
        assert len({a.resident for a in batch.applications}) == 3
        assert (left.abort.how, after.abort) == (AbortHow.WALK_AWAY, None)
    assert {b.applications[0].abort.step for b in batches} == {Step.APPLY, Step.COLLECT}
    assert header.left_out.events == ()


def test_without_bad_cards_that_row_is_told_as_missing(people):
    rows = Succession(phase="P1", events=("success", "bad_card"), **TITLES)
    header, _ = plan(people, rows)
    assert header.left_out.events == ("bad_card",)
