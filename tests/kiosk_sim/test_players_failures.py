"""What the two players make of failing targets, cards and adapters: an outcome with a reason, and the run goes on."""

from __future__ import annotations

import pytest

from harness.records.faults import LineFault
from harness.records.history import (
    BatchEnded,
    Delivery,
    Ending,
    Note,
    PhaseEnded,
    SendOutcome,
)
from harness.records.plan import Driver, PlannedLineFault, Step
from tests.kiosk_sim.run_to_play import PLAYERS, sequence

pytestmark = pytest.mark.slow


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
    first, second = sorted(run.records(PhaseEnded), key=lambda p: p.at_ns)
    assert (first.complete, second.complete) == (True, False)
    assert second.reason == "none of its 1 applications could be played"


def test_what_happens_to_a_line_ends_only_that_visit_and_is_journaled_as_it_was_done(serve, issuer, run_against):
    ends = {
        LineFault.CUT_REQUEST: Ending.ABORTED,
        LineFault.CUT_ANSWER: Ending.ABORTED,
        LineFault.HALF_CLOSE: Ending.DELIVERED,
        LineFault.SLOW_READ: Ending.DELIVERED,
    }
    run = run_against(serve(issuer).url, "[faults]\nline = true\n")
    rows = []
    for number, how in enumerate(LineFault):
        fault = PlannedLineFault(step=Step.COLLECT, how=how, lasts_ms=200.0)
        first = run.application(2 * number + 1, kiosk=f"K{number}", line_fault=fault)
        rows.append(sequence(first, run.application(2 * number + 2, kiosk=f"K{number}"), name=f"B{number}"))
    run.plan(*rows, driver=Driver.ENGINE)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    journaled = run.endings()
    done = {o.send.partition("/")[0]: o.fault for o in run.records(SendOutcome) if o.fault}
    parts = {d.application for d in run.records(Delivery) if not d.complete}
    for row, how in zip(rows, LineFault, strict=True):
        first, second = (journaled[a.application] for a in row.applications)
        assert (first.ending, done[first.application]) == (ends[how], how)
        assert (first.code == how.value) is (ends[how] is Ending.ABORTED)
        assert second.ending is Ending.DELIVERED
        assert (first.application in parts) is (how is LineFault.CUT_ANSWER)


def test_quiet_phases_have_no_faults(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    fault = PlannedLineFault(step=Step.COLLECT, how=LineFault.CUT_ANSWER)
    run.plan(sequence(run.application(1, line_fault=fault)), driver=Driver.QUIET)
    assert run.play("quiet", "--phase", "P1") == 64
    assert "no faults" in run.errors
