"""A plan asks for nothing that the target's interface has no place for, and says what it left out."""

from datetime import date

import pytest

from harness.campaign import compile_plan, find_scenario, load_scenario
from harness.campaign.fitting import fit
from harness.campaign.scenario import Bursts, Scenario, Solo, Succession, Updates
from harness.errors import UsageError
from harness.population import make_population
from harness.records.certificates import Certificate
from harness.records.plan import Fewer, LeftOut, Step
from harness.records.target import Client, Target

DAY = date(2026, 11, 22)
THREE = (Certificate.JUMINHYO, Certificate.INKAN, Certificate.TAX)
TITLES = {"phase": "P1", "title_ja": "", "title_en": ""}


def target(**fields):
    return Target(name="t", url="http://127.0.0.1:1", **fields)


def scenario(*phases, **more):
    return Scenario(name="s", title_ja="", title_en="", phase=phases, **more)


CENTRE = target(client=Client.CENTRE, certificates=THREE)


@pytest.fixture(scope="module")
def played():
    people = make_population(3, 60)
    go_live = load_scenario(find_scenario("go-live"))
    return compile_plan(go_live, people, CENTRE, 1, lambda key: key, DAY)


def test_nobody_asks_for_a_certificate_that_the_target_does_not_issue(played):
    header, batches = played
    assert {a.certificate for b in batches for a in b.applications} == set(THREE)
    assert header.left_out.certificates == (Certificate.KISAIJIKO, Certificate.KOSEKI, Certificate.FUHYO)


def test_nobody_gives_up_at_a_step_that_the_centre_does_not_have(played):
    header, batches = played
    aborts = {a.abort.step for b in batches for a in b.applications if a.abort}
    assert aborts == {Step.APPLY, Step.COLLECT}
    assert header.left_out.steps == (Step.OPEN, Step.AUTHENTICATE, Step.TAKE_CARD, Step.PAY)


def test_a_register_that_cannot_be_changed_is_not_planned_to_change(played):
    header, batches = played
    assert header.updates == 0
    assert header.left_out.phases == ("P5", "P6")
    assert {"P5", "P6"}.isdisjoint({p.phase for p in header.phases} | {b.phase for b in batches})


def test_a_population_too_small_for_a_phase_is_told(played):
    header, batches = played
    (hold,) = (b for b in batches if b.phase == "P4" and b.purpose.startswith("hold"))
    planned = len({a.kiosk for a in hold.applications})
    assert header.left_out.fewer == (Fewer(phase="P4", asked=140, planned=planned),)


def test_a_target_that_has_everything_loses_nothing():
    go_live = load_scenario(find_scenario("go-live"))
    everything = target(updates=True, also_synchronise=(Step.COLLECT,))
    assert fit(go_live, everything) == (go_live, LeftOut())


def test_bursts_are_released_at_no_step_that_the_target_file_does_not_name():
    bursts = Bursts(**TITLES, sizes=(2, 4), sync_steps=(Step.APPLY, Step.COLLECT))
    fitted, _ = fit(scenario(bursts), target())
    assert fitted.phase[0].sync_steps == (Step.APPLY,)


def test_a_kiosk_that_takes_no_fee_lacks_the_payment():
    fitted, left_out = fit(scenario(Succession(**TITLES)), target(fees=False))
    assert left_out == LeftOut(steps=(Step.PAY,))
    assert Step.PAY not in fitted.phase[0].abort_steps


def test_only_the_updates_around_certificates_on_offer_are_left():
    updates = Updates(cancelled_seals=2, moves=3, **TITLES)
    fitted, left_out = fit(scenario(updates), target(updates=True, certificates=(Certificate.JUMINHYO,)))
    assert (fitted.phase[0].cancelled_seals, fitted.phase[0].moves) == (0, 3)
    assert left_out.phases == ()


def test_a_phase_of_other_certificates_is_left_out_as_a_whole_and_named():
    seals = Solo(**{**TITLES, "phase": "P9"}, certificates=(Certificate.INKAN,))
    fitted, left_out = fit(scenario(seals, Solo(**TITLES)), target(certificates=(Certificate.TAX,)))
    assert [p.phase for p in fitted.phase] == ["P1"]
    assert left_out.phases == ("P9",)


def test_a_scenario_of_which_nothing_is_left_is_refused_with_what_the_target_offers():
    with pytest.raises(UsageError, match="it issues tax, updates = false"):
        fit(scenario(Solo(**TITLES), certificates=(Certificate.INKAN,)), target(certificates=(Certificate.TAX,)))


def test_whoever_fills_up_a_burst_asks_for_a_certificate_of_that_phase():
    people = make_population(3, 60)
    bursts = Bursts(sizes=(60,), certificates=(Certificate.INKAN,), **TITLES)
    _, batches = compile_plan(scenario(Solo(**TITLES), bursts), people, target(), 1, lambda key: key, DAY)
    asked = {a.certificate for b in batches if len(b.applications) > 1 for a in b.applications}
    assert asked == {Certificate.INKAN}
