"""The two players, whole, against a stub of the reference issuer: what they send, journal, and how they end."""

from __future__ import annotations

import pytest

from harness.records.history import (
    Answer,
    ApplicationStarted,
    BatchEnded,
    Delivery,
    Ending,
    NodeSeen,
    PlayerCounters,
    SendIntent,
    SendOutcome,
    UpdateIntent,
    UpdateOutcome,
)
from harness.records.plan import AbortHow, Driver, PlannedAbort, PlannedUpdate, Step
from tests.kiosk_sim.run_to_play import PLAYERS, burst, sequence

pytestmark = pytest.mark.slow


BEFORE = {
    Step.AUTHENTICATE: ["open"],
    Step.TAKE_CARD: ["open", "authenticate"],
    Step.APPLY: ["open", "authenticate"],
    Step.PAY: ["open", "authenticate", "apply"],
    Step.COLLECT: ["open", "authenticate", "apply", "payment"],
    Step.ACKNOWLEDGE: ["open", "authenticate", "apply", "payment", "document"],
}


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_visit_is_played_step_by_step_and_journaled(player, driver, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    one = run.application(1, kiosk="K1", node="n1")
    run.plan(sequence(one), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    assert [step for _, step in issuer.steps] == [
        "open",
        "authenticate",
        "apply",
        "payment",
        "document",
        "completion",
        "close",
    ]
    end = run.endings()["A000001"]
    assert (end.ending, end.copies, end.charged, end.acknowledged) == (Ending.DELIVERED, 1, True, True)
    assert end.request_id.startswith("Q")
    (delivery,) = run.records(Delivery)
    assert (delivery.kiosk, delivery.issue_number, delivery.node) == ("K1", "77", "n1")
    assert run.documents()["A000001/d1"] == f"%PDF-stub {one.card} {end.request_id} 1".encode()
    assert [(n.node, n.build, n.source) for n in run.records(NodeSeen)] == [("n1", "b1", "measured")]


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_every_send_has_one_intent_before_and_one_outcome_after_its_departure(
    player, driver, serve, issuer, run_against
):
    server = serve(issuer)
    run = run_against(server.url)
    run.plan(sequence(run.application(1), run.application(2)), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    intents = {i.send: i for i in run.records(SendIntent)}
    outcomes = {o.send: o for o in run.records(SendOutcome)}
    assert intents.keys() == outcomes.keys()
    assert len(intents) == len(server.requests) == 14
    for send, intent in intents.items():
        outcome = outcomes[send]
        assert intent.at_ns <= outcome.left_ns <= outcome.first_byte_ns <= outcome.at_ns


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_no_secret_reaches_the_journal(player, driver, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1)), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    text = b"".join(path.read_bytes() for path in run.folder.segments())
    for secret in (b"token-secret", b"session-secret", b"Bearer", b"bm9uY2U", b"%PDF"):
        assert secret not in text


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_kiosk_keeps_its_connection_for_the_next_customer(player, driver, serve, issuer, run_against):
    server = serve(issuer)
    run = run_against(server.url)
    run.plan(sequence(run.application(1, kiosk="K1"), run.application(2, kiosk="K1")), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    assert len({i.connection for i in run.records(SendIntent)}) == server.connections == 1


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_an_update_is_acknowledged_before_the_application_it_precedes(player, driver, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    first, second = run.application(1, kiosk="K1"), run.application(1, kiosk="K1")
    update = PlannedUpdate(update="U1", resident="R00001", field="seal", value="cancelled", before=second.application)
    run.plan(sequence(first, second, updates=(update,)), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    assert issuer.steps.index(("", "update")) == 7
    (intent,), (outcome,) = run.records(UpdateIntent), run.records(UpdateOutcome)
    started = run.records(ApplicationStarted)
    assert intent.at_ns < outcome.at_ns < started[1].at_ns
    assert outcome.version == "7"
    assert run.records(BatchEnded)[0].void == ""


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
@pytest.mark.parametrize("how", [AbortHow.CANCEL, AbortHow.WALK_AWAY])
def test_giving_up_before_any_step(player, driver, how, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    batches = [
        sequence(run.application(n, kiosk=f"K-{step}", abort=PlannedAbort(step=step, how=how)), name=f"B{n}")
        for n, step in enumerate(BEFORE, 1)
    ]
    run.plan(*batches, driver=driver, parallel=3)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    for step, before in BEFORE.items():
        after = []
        if how is AbortHow.CANCEL:
            after = ["cancellation", "close"] if "apply" in before else ["close"]
        assert [s for kiosk, s in issuer.steps if kiosk == f"K-{step}"] == before + after
    assert {e.ending for e in run.endings().values()} == {Ending.ABORTED}


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_hanging_up_closes_the_connection_and_the_next_customer_gets_a_new_one(
    player, driver, serve, issuer, run_against
):
    issuer.documents_s = 0.5
    server = serve(issuer)
    run = run_against(server.url)
    abort = PlannedAbort(step=Step.COLLECT, how=AbortHow.DISCONNECT, after_ms=100.0)
    run.plan(sequence(run.application(1, kiosk="K1", abort=abort), run.application(2, kiosk="K1")), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    ends = run.endings()
    assert (ends["A000001"].ending, ends["A000001"].code) == (Ending.ABORTED, "disconnect")
    assert ends["A000002"].ending is Ending.DELIVERED
    assert server.connections == 2
    aborted = [o for o in run.records(SendOutcome) if o.answer is Answer.ABORTED]
    assert len(aborted) == 1
    assert 0.09e9 < aborted[0].at_ns - aborted[0].left_ns < 2e9


def test_quiet_phases_hold_sequences_only(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(burst(run.application(1), run.application(2)), driver=Driver.QUIET)
    assert run.play("quiet", "--phase", "P1") == 64
    assert "sequences" in run.errors


def test_the_players_counts_are_its_last_word_but_one(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1), run.application(2)))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (counters,) = run.records(PlayerCounters)
    assert (counters.started, counters.ended, counters.deliveries) == (2, 2, 2)
    assert counters.sends == counters.outcomes == 14


def test_progress_is_told_as_json_lines(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1), run.application(2)))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert run.output.splitlines()[-1] == '{"phase":"P1","done":2,"of":2,"in_flight":0}'
