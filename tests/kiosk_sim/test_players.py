"""The two players, whole, against a stub of the reference issuer: what they send, journal, and how they end."""

from __future__ import annotations

import itertools
import signal
import time
from contextlib import closing
from email.utils import formatdate

import pytest

from harness.journal import SegmentWriter
from harness.records.history import (
    Answer,
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    BatchStarted,
    Decided,
    Delivery,
    Ending,
    Interrupted,
    NodeSeen,
    Note,
    PhaseEnded,
    PlayerCounters,
    SecondFound,
    SegmentClosed,
    SegmentOpened,
    SendIntent,
    SendOutcome,
    UpdateIntent,
    UpdateOutcome,
)
from harness.records.plan import AbortHow, Batch, BatchKind, Driver, PlannedAbort, PlannedUpdate, Step

pytestmark = pytest.mark.slow
PLAYERS = [("quiet", Driver.QUIET), ("engine", Driver.ENGINE)]


def sequence(*applications, name="B1", updates=()):
    return Batch(batch=name, phase="P1", kind=BatchKind.SEQUENCE, applications=applications, updates=updates)


def burst(*applications, name="B1", **more):
    return Batch(batch=name, phase="P1", kind=BatchKind.BURST, applications=applications, **more)


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


BEFORE = {
    Step.AUTHENTICATE: ["open"],
    Step.TAKE_CARD: ["open", "authenticate"],
    Step.APPLY: ["open", "authenticate"],
    Step.PAY: ["open", "authenticate", "apply"],
    Step.COLLECT: ["open", "authenticate", "apply", "payment"],
    Step.ACKNOWLEDGE: ["open", "authenticate", "apply", "payment", "document"],
}


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


def _html(peer):
    peer.answer(b"<html>maintenance</html>", headers="Content-Type: text/html\r\n")


def _close(peer):
    peer.socket.close()


def _torn(peer):
    peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n%PDF half")
    peer.socket.close()


def _status(status, body=b"", headers=""):
    return lambda peer: peer.answer(body, status, headers)


FAULTS = [  # step, what the target does, how the application ends, with which code, with how many deliveries
    ("open", _status("500 Internal Server Error"), Ending.FAILED, "http_500", 0),
    ("authenticate", _status("403 Forbidden", b'{"code":"CARD_REVOKED"}'), Ending.REFUSED, "CARD_REVOKED", 0),
    ("apply", _status("409 Conflict", b'{"code":"DECEASED"}'), Ending.REFUSED, "DECEASED", 0),
    ("apply", _status("503 Service Unavailable", b'{"code":"BUSY"}'), Ending.FAILED, "BUSY", 0),
    ("apply", _status("500 Internal Server Error"), Ending.UNRESOLVED, "http_500", 0),
    ("apply", _status("302 Found", headers="Location: /x\r\n"), Ending.UNRESOLVED, "http_302", 0),
    ("apply", _status("201 Created", b"<html>"), Ending.UNRESOLVED, "http_201", 0),
    ("apply", _close, Ending.UNRESOLVED, "reset", 0),
    ("payment", _close, Ending.UNRESOLVED, "reset", 0),
    ("document", _status("504 Gateway Timeout", b'{"code":"PRINT_TIMEOUT"}'), Ending.FAILED, "PRINT_TIMEOUT", 0),
    ("document", _close, Ending.UNRESOLVED, "reset", 0),
    ("document", _torn, Ending.UNRESOLVED, "reset", 1),
    ("document", _html, Ending.DELIVERED, "", 1),
    ("document", _status("200 OK"), Ending.DELIVERED, "", 1),
    ("completion", _close, Ending.DELIVERED, "", 1),
]


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_whatever_the_target_answers_is_an_outcome_and_the_run_goes_on(player, driver, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    batches = []
    for number, (step, fault, *_) in enumerate(FAULTS, 1):
        issuer.faults[(f"K{number}", step)] = fault
        batches.append(sequence(run.application(number, kiosk=f"K{number}"), name=f"B{number:02d}"))
    run.plan(*batches, sequence(run.application(30, kiosk="K30"), name="B99"), driver=driver, parallel=3)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    ends = run.endings()
    deliveries = [d.application for d in run.records(Delivery)]
    for number, (step, _, ending, code, count) in enumerate(FAULTS, 1):
        end = ends[f"A{number:06d}"]
        assert (step, end.ending, end.code) == (step, ending, code)
        assert deliveries.count(end.application) == count
        assert end.reason or code.isupper() or ending is Ending.DELIVERED
    assert not ends["A000015"].acknowledged
    assert ends["A000016"].ending is Ending.DELIVERED


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_target_that_is_down_fails_every_application_with_a_reason(player, driver, run_against):
    run = run_against("http://127.0.0.1:9")
    run.plan(sequence(run.application(1), run.application(2)), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    for end in run.endings().values():
        assert (end.ending, end.code) == (Ending.FAILED, "unreachable")
        assert "refused" in end.reason


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_locked_card_is_refused_by_itself(player, driver, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(40)), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    assert (run.endings()["A000001"].ending, run.endings()["A000001"].code) == (Ending.REFUSED, "card_locked")
    assert [s for _, s in issuer.steps] == ["open", "close"]


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_after_an_unresolved_application_its_resident_and_kiosk_rest(player, driver, serve, issuer, run_against):
    issuer.faults[("K1", "apply")] = _close
    run = run_against(serve(issuer).url)
    run.plan(
        sequence(run.application(1, kiosk="K1"), name="B1"),
        sequence(run.application(1, kiosk="K2"), name="B2"),
        sequence(run.application(2, kiosk="K1"), name="B3"),
        sequence(run.application(3, kiosk="K3"), name="B4"),
        driver=driver,
    )
    assert run.play(player, "--phase", "P1") == 0, run.errors
    assert set(run.endings()) == {"A000001", "A000004"}
    voids = {b.batch: b.void for b in run.records(BatchEnded)}
    assert "resident R00001" in voids["B2"]
    assert "kiosk K1" in voids["B3"]
    assert voids["B4"] == ""


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_played_phase_is_not_played_again_on_resume(player, driver, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1)), sequence(run.application(2), name="B2"), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    before = len(issuer.steps)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    assert len(issuer.steps) == before


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_sigterm_stops_arrivals_and_lets_the_visit_in_flight_end(player, driver, serve, issuer, run_against, until):
    issuer.documents_s = 1.0
    run = run_against(serve(issuer).url)
    run.plan(sequence(*(run.application(n, kiosk="K1") for n in (1, 2, 3))), driver=driver, drain_s=5.0)
    child = run.start(player, "--phase", "P1")
    until(lambda: ("K1", "payment") in issuer.steps)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=20)
    assert child.returncode == 4
    assert {a: e.ending for a, e in run.endings().items()} == {"A000001": Ending.DELIVERED}
    assert len(run.records(Interrupted)) == 1
    assert len(run.records(SegmentClosed)) == 1
    assert [p.complete for p in run.records(PhaseEnded)] == [False]
    assert run.records(BatchEnded) == []
    issuer.documents_s = 0.0
    assert run.play(player, "--phase", "P1") == 0, run.errors
    assert sorted(run.endings()) == ["A000001", "A000002", "A000003"]
    assert len(run.records(BatchStarted)) == 1
    assert "interruption" in run.records(BatchEnded)[0].void


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_draining_is_bounded_and_leaves_no_application_without_an_end(
    player, driver, serve, issuer, run_against, until
):
    issuer.faults[("K1", "document")] = lambda _: time.sleep(30)
    run = run_against(serve(issuer).url, "")
    run.plan(sequence(run.application(1, kiosk="K1")), driver=driver, drain_s=0.5)
    child = run.start(player, "--phase", "P1")
    until(lambda: ("K1", "document") in issuer.steps)
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=20)
    assert child.returncode in (0, 4)
    end = run.endings()["A000001"]
    assert end.ending is Ending.UNRESOLVED
    assert "the player was stopped" in end.reason


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_killed_player_loses_nothing_acknowledged_and_never_repeats_an_application(
    player, driver, serve, issuer, run_against, until
):
    calls = itertools.count()
    issuer.faults[("K1", "document")] = lambda p: p.answer(b"%PDF") if next(calls) == 0 else time.sleep(30)
    run = run_against(serve(issuer).url)
    run.plan(sequence(*(run.application(n, kiosk="K1") for n in (1, 2, 3, 4))), driver=driver)
    child = run.start(player, "--phase", "P1")
    until(lambda: issuer.steps.count(("K1", "payment")) == 2)
    child.kill()
    child.communicate(timeout=20)
    started = {s.application for s in run.records(ApplicationStarted)}
    intents = [i for i in run.records(SendIntent) if i.application]
    assert len(intents) >= len(issuer.steps)  # every request has its intent
    del issuer.faults[("K1", "document")]
    assert run.play(player, "--phase", "P1") == 0, run.errors
    names = [s.application for s in run.records(ApplicationStarted)]
    assert len(names) == len(set(names))
    assert started == {"A000001", "A000002"}


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_full_disk_stops_arrivals_and_keeps_what_was_acknowledged(player, driver, serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(*(run.application(n, kiosk="K1") for n in range(1, 30))), driver=driver)
    assert run.play(player, "--phase", "P1", limit_bytes=20_000) == 5
    assert "no space left" in run.errors
    started, ended = run.records(ApplicationStarted), run.endings()
    assert 1 <= len(ended) <= len(started) < 29
    assert run.records(SegmentClosed) == []
    intents = len(run.records(SendIntent))
    assert intents - 1 <= len(issuer.steps) <= intents


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_failing_adapter_is_told_and_the_run_goes_on(player, driver, serve, issuer, run_against, tmp_path):
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin" / "broken.py").write_text(
        "from kiosk_sim.targets.reference import ReferenceAdapter\n"
        "class Broken(ReferenceAdapter):\n"
        "    def issue(self, order):\n"
        "        if order.kiosk == 'K1':\n"
        "            raise KeyError('token-secret')\n"
        "        return super().issue(order)\n"
    )
    head = 'adapter = "broken:Broken"\n'
    run = run_against(serve(issuer).url, f'[extra]\nadapter_path = "{tmp_path / "plugin"}"\n', head)
    run.plan(sequence(run.application(1, kiosk="K1"), run.application(2, kiosk="K2")), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    ends = run.endings()
    assert (ends["A000001"].ending, ends["A000001"].code) == (Ending.UNRESOLVED, "adapter_error")
    assert ends["A000002"].ending is Ending.DELIVERED
    assert any("KeyError at broken.py:5" in n.text for n in run.records(Note))
    assert not any("token-secret" in n.text for n in run.records(Note))


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_an_adapter_that_fails_in_every_application_has_its_own_exit_code(
    player, driver, serve, issuer, run_against, tmp_path
):
    (tmp_path / "broken.py").write_text(
        "from kiosk_sim.targets.reference import ReferenceAdapter\n"
        "class Broken(ReferenceAdapter):\n"
        "    def issue(self, order):\n"
        "        raise KeyError('token-secret')\n"
    )
    run = run_against(serve(issuer).url, f'[extra]\nadapter_path = "{tmp_path}"\n', 'adapter = "broken:Broken"\n')
    run.plan(sequence(run.application(1), run.application(2)), driver=driver)
    assert run.play(player, "--phase", "P1") == 6
    assert run.errors.strip().splitlines()[-1] == "KeyError at broken.py:4"
    assert [p.complete for p in run.records(PhaseEnded)] == [True]


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_a_phase_of_which_nothing_could_be_played_is_not_complete(player, driver, serve, issuer, run_against):
    issuer.faults[("K1", "apply")] = _close
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1, kiosk="K1")), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    run.plan(sequence(run.application(1, kiosk="K2"), name="B2"), driver=driver)  # the resident rests
    assert run.play(player, "--phase", "P1") == 0, run.errors
    first, second = run.records(PhaseEnded)
    assert (first.complete, second.complete) == (True, False)
    assert second.reason == "none of its 1 applications could be played"


def test_quiet_phases_hold_sequences_only(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(burst(run.application(1), run.application(2)), driver=Driver.QUIET)
    assert run.play("quiet", "--phase", "P1") == 64
    assert "sequences" in run.errors


def test_a_burst_leaves_together_with_everybody_ready(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(burst(*(run.application(n) for n in range(1, 21)), sync_step=Step.APPLY))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (released,) = run.records(BatchReleased)
    assert len(released.applications) == 20
    assert released.absent == ()
    assert (max(released.left_ns) - min(released.left_ns)) / 1e6 < 2_000.0  # a busy machine; alone it is under 1 ms
    steps = [step for _, step in issuer.steps]
    first_apply = steps.index("apply")
    assert steps[:first_apply].count("authenticate") == 20
    assert all(e.ending is Ending.DELIVERED for e in run.endings().values())
    outcomes = {o.send: o for o in run.records(SendOutcome)}
    left = {i.application: outcomes[i.send].left_ns for i in run.records(SendIntent) if i.step is Step.APPLY}
    assert left == dict(zip(released.applications, released.left_ns, strict=True))


def test_gaps_of_a_burst_are_kept(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    gaps = [0.0, 0.3, 5.0, 40.0]
    run.plan(burst(*(run.application(n, gap_ms=gap) for n, gap in enumerate(gaps, 1))))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (released,) = run.records(BatchReleased)
    departures = [(t - released.at_ns) / 1e6 for t in released.left_ns]
    for gap, departure in zip(gaps, departures, strict=True):
        assert gap <= departure < gap + 2_000.0


def test_a_pair_is_set_in_the_second_of_the_targets_own_clock(serve, issuer, run_against):
    ahead_s = 0.37  # of ours: what our own clock says must not matter

    def dated(peer):
        answer = peer.answer

        def with_date(body=b"ok", status="200 OK", headers=""):
            answer(body, status, f"{headers}Date: {formatdate(time.time() + ahead_s, usegmt=True)}\r\n")

        peer.answer = with_date
        issuer(peer)

    run = run_against(serve(dated).url)
    wanted_ms = 500.0
    pairs = [
        burst(run.application(2 * n + 1), run.application(2 * n + 2), name=f"B{n}", phase_ms=wanted_ms)
        for n in range(3)
    ]
    run.plan(*pairs)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    opened = run.records(SegmentOpened)[-1]
    wall_s = (opened.wall_ns - opened.monotonic_ns) / 1e9
    (found,) = run.records(SecondFound)
    begin_s = (found.begins_ns / 1e9 + wall_s + ahead_s) % 1.0
    assert min(begin_s, 1.0 - begin_s) <= found.error_ns / 1e9 + 0.002
    phases = [(min(r.left_ns) / 1e9 + wall_s + ahead_s) % 1.0 for r in run.records(BatchReleased)]
    assert len(phases) == 3
    assert min(abs(phase - wanted_ms / 1000.0) for phase in phases) < 0.1 + found.error_ns / 1e9


def test_without_a_date_a_pair_is_played_all_the_same_and_nobody_claims_to_know_the_second(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(burst(run.application(1), run.application(2), phase_ms=500.0))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (found,) = run.records(SecondFound)
    assert (found.error_ns, found.reason) == (0, "no answer carried a Date header")
    assert len(run.endings()) == 2


def test_a_batch_is_played_as_it_was_decided_and_not_at_all_if_so(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    pair = burst(run.application(1), run.application(2, gap_ms=900.0), name="B1")
    run.plan(pair, burst(run.application(3), run.application(4), name="B2"))
    with closing(SegmentWriter(run.folder, "supervisor-1", "test")) as journal:
        journal.append(Decided(batch="B1", at_ns=1, why="near_miss", gap_ms=-20.0))
        journal.append(Decided(batch="B2", at_ns=1, why="enough", skipped=True))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (released,) = run.records(BatchReleased)
    first, second = (
        dict(zip(released.applications, released.left_ns, strict=True))[a.application] for a in pair.applications
    )
    assert 20e6 <= first - second < 800e6
    assert set(run.endings()) == {a.application for a in pair.applications}


def test_who_does_not_arrive_is_named_and_the_burst_is_void(serve, issuer, run_against):
    issuer.faults[("K2", "authenticate")] = lambda p: p.answer(b'{"code":"CARD_UNKNOWN"}', "403 Forbidden")
    run = run_against(serve(issuer).url)
    run.plan(burst(*(run.application(n, kiosk=f"K{n}") for n in (1, 2, 3))))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert run.records(BatchReleased)[0].absent == ("A000002",)
    assert "A000002" in run.records(BatchEnded)[0].void
    assert run.endings()["A000003"].ending is Ending.DELIVERED


def test_a_burst_waits_no_longer_than_its_arm_timeout(serve, issuer, run_against):
    issuer.faults[("K2", "open")] = lambda _: time.sleep(2.0)
    run = run_against(serve(issuer).url)
    run.plan(burst(*(run.application(n, kiosk=f"K{n}") for n in (1, 2)), arm_timeout_ms=300.0))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert run.records(BatchReleased)[0].absent == ("A000002",)


def test_pairs_run_in_parallel_without_sharing_a_kiosk_or_a_resident(serve, issuer, run_against):
    issuer.documents_s = 0.05
    run = run_against(serve(issuer).url)
    batches = [
        burst(run.application(n, kiosk=f"K{n % 3}"), run.application(n + 20, kiosk=f"K{3 + n % 4}"), name=f"B{n}")
        for n in range(1, 13)
    ]
    run.plan(*batches, parallel=4)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert all(b.void == "" for b in run.records(BatchEnded))
    spans = []
    started = {s.application: s for s in run.records(ApplicationStarted)}
    for name, end in run.endings().items():
        spans.append((started[name].kiosk, started[name].at_ns, end.at_ns))
    for kiosk, group in itertools.groupby(sorted(spans), key=lambda s: s[0]):
        ordered = list(group)
        assert all(a[2] <= b[1] for a, b in itertools.pairwise(ordered)), kiosk


def test_open_arrivals_start_in_time_whatever_became_of_the_others(serve, issuer, run_against):
    issuer.documents_s = 0.4
    run = run_against(serve(issuer).url)
    applications = [run.application(n, start_ms=n * 50.0) for n in range(1, 9)]
    run.plan(Batch(batch="B1", phase="P1", kind=BatchKind.ARRIVALS, applications=tuple(applications)))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    started = run.records(ApplicationStarted)
    assert all(0 <= (s.at_ns - s.planned_ns) / 1e6 < 2_000.0 for s in started)
    assert max(s.at_ns for s in started) < min(e.at_ns for e in run.endings().values()) + 1e9  # not in a row


def test_a_closed_kiosk_serves_its_row_one_after_the_other(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    applications = tuple(run.application(n, kiosk=f"K{n % 2}") for n in range(1, 11))
    run.plan(Batch(batch="B1", phase="P1", kind=BatchKind.CLOSED, applications=applications))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert all(e.ending is Ending.DELIVERED for e in run.endings().values())
    for kiosk in ("K0", "K1"):
        own = [step for where, step in issuer.steps if where == kiosk]
        assert own == ["open", "authenticate", "apply", "payment", "document", "completion", "close"] * 5


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


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_customers_in_a_row_share_the_centres_connection_that_is_planned(player, driver, serve, run_against, tmp_path):
    (tmp_path / "by_serial.py").write_text(
        "from harness.records.history import Ending\n"
        "from harness.records.plan import Step\n"
        "from kiosk_sim.targets.actions import Deliver, End, Send\n"
        "class BySerial:\n"
        "    def __init__(self, target): pass\n"
        "    def update(self, update): raise NotImplementedError\n"
        "    ledger = builds = probe = update\n"
        "    def issue(self, order):\n"
        "        answer = yield Send(method='POST', path='/', body=order.card.encode(), step=Step.APPLY)\n"
        "        yield Deliver(body=answer.body)\n"
        "        return End(ending=Ending.DELIVERED)\n"
    )

    def echo(peer):
        while request := peer.read():
            peer.answer(request.partition(b"\r\n\r\n")[2])

    head = 'adapter = "by_serial:BySerial"\nclient = "centre"\nconnections = 4\n'
    run = run_against(serve(echo).url, f'[extra]\nadapter_path = "{tmp_path}"\n', head)
    rows = [[run.application(3 * row + n, lane=row) for n in range(1, 4)] for row in range(2)]
    run.plan(*(sequence(*row, name=f"B{n}") for n, row in enumerate(rows)), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    used = {i.application: i.connection for i in run.records(SendIntent)}
    by_row = [{used[a.application] for a in row} for row in rows]
    assert [len(connections) for connections in by_row] == [1, 1]
    assert by_row[0] != by_row[1]


def test_the_centres_pool_carries_a_burst_larger_than_itself(serve, run_against, tmp_path):
    (tmp_path / "serial_only.py").write_text(
        "from harness.records.history import Ending\n"
        "from harness.records.plan import Step\n"
        "from kiosk_sim.targets.actions import Deliver, End, Send\n"
        "class SerialOnly:\n"
        "    def __init__(self, target): pass\n"
        "    update = ledger = builds = probe = None\n"
        "    def update(self, update): raise NotImplementedError\n"
        "    ledger = builds = probe = update\n"
        "    def issue(self, order):\n"
        "        answer = yield Send(method='POST', path='/', body=order.card.encode(), step=Step.APPLY)\n"
        "        yield Deliver(body=answer.body)\n"
        "        return End(ending=Ending.DELIVERED)\n"
    )

    def echo(peer):
        while request := peer.read():
            time.sleep(0.02)
            peer.answer(request.partition(b"\r\n\r\n")[2])

    server = serve(echo)
    head = 'adapter = "serial_only:SerialOnly"\nclient = "centre"\nconnections = 4\n'
    run = run_against(server.url, f'[extra]\nadapter_path = "{tmp_path}"\n', head)
    applications = [run.application(n) for n in range(1, 11)]
    run.plan(burst(*applications))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert server.connections == 4
    assert len(run.records(BatchReleased)[0].applications) == 10
    assert run.documents() == {f"{a.application}/d1": a.card.encode() for a in applications}
