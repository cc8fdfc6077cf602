"""Every kind of batch as the engine plays it: bursts, pairs, open and closed models, the pool of the centre."""

from __future__ import annotations

import itertools
import time
from contextlib import closing
from email.utils import formatdate

import pytest

from harness.journal import SegmentWriter
from harness.records.history import (
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    Decided,
    Ending,
    SecondFound,
    SegmentOpened,
    SendIntent,
    SendOutcome,
)
from harness.records.plan import Batch, BatchKind, Step
from tests.kiosk_sim.run_to_play import PLAYERS, burst, sequence

pytestmark = pytest.mark.slow


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
    issuer.faults[("K2", "open")] = lambda _: time.sleep(4.0)
    run = run_against(serve(issuer).url)
    run.plan(burst(*(run.application(n, kiosk=f"K{n}") for n in (1, 2)), arm_timeout_ms=1500.0))
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


@pytest.mark.parametrize(("player", "driver"), PLAYERS)
def test_customers_in_a_row_share_the_centres_connection_that_is_planned(player, driver, serve, run_as_centre):
    def echo(peer):
        while request := peer.read():
            peer.answer(request.partition(b"\r\n\r\n")[2])

    run = run_as_centre(serve(echo).url, 4)
    rows = [[run.application(3 * row + n, lane=row) for n in range(1, 4)] for row in range(2)]
    run.plan(*(sequence(*row, name=f"B{n}") for n, row in enumerate(rows)), driver=driver)
    assert run.play(player, "--phase", "P1") == 0, run.errors
    used = {i.application: i.connection for i in run.records(SendIntent)}
    by_row = [{used[a.application] for a in row} for row in rows]
    assert [len(connections) for connections in by_row] == [1, 1]
    assert by_row[0] != by_row[1]


def test_the_centres_pool_carries_a_burst_larger_than_itself(serve, run_as_centre):
    def echo(peer):
        while request := peer.read():
            time.sleep(0.02)
            peer.answer(request.partition(b"\r\n\r\n")[2])

    server = serve(echo)
    run = run_as_centre(server.url, 4)
    applications = [run.application(n) for n in range(1, 11)]
    run.plan(burst(*applications))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert server.connections == 4
    assert len(run.records(BatchReleased)[0].applications) == 10
    assert run.documents() == {f"{a.application}/d1": a.card.encode() for a in applications}
