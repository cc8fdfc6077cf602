"""Players that are stopped, killed, out of disk or started again: nothing acknowledged is lost, nothing is repeated."""

from __future__ import annotations

import itertools
import signal
import time

import pytest

from harness.records.history import (
    ApplicationStarted,
    BatchEnded,
    BatchStarted,
    Ending,
    Interrupted,
    PhaseEnded,
    SegmentClosed,
    SendIntent,
    WorkerCensus,
)
from tests.kiosk_sim.run_to_play import PLAYERS, sequence

pytestmark = pytest.mark.slow


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
    run = run_against(serve(issuer).url)
    run.folder.target.write_text(run.folder.target.read_text().replace("document_s = 5.0", "document_s = 60.0"))
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


def test_a_master_that_is_stopped_waits_for_no_worker_and_names_who_had_not_come(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1)))
    child = run.start("engine", "--phase", "P1", "--workers", "3")
    assert "port" in child.stdout.readline()
    child.send_signal(signal.SIGTERM)
    _, errors = child.communicate(timeout=60)
    assert (child.returncode, errors.strip().splitlines()[-1]) == (7, "worker 3 of 1 did not come")
    (absent,) = run.records(WorkerCensus)
    assert (absent.worker, absent.reason) == (3, "had not come when the player was stopped")
    assert issuer.steps == []
