"""Bursts as the engine plays them, inside Locust: what is held, what is void, what is written down."""

from __future__ import annotations

import threading

import pytest

from harness.records.history import (
    Answer,
    BatchEnded,
    BatchReleased,
    BurstBracket,
    BurstWithdrawn,
    Decided,
    Ending,
    Held,
    PhaseEnded,
    SendIntent,
    SendOutcome,
)
from harness.records.plan import Batch, BatchKind, Step, Withhold
from tests.kiosk_sim.run_to_play import burst
from tests.kiosk_sim.scripted_server import Peer

pytestmark = pytest.mark.slow


class Hasty(Peer):
    """Has no patience with requests that come in parts, until it was impatient `times` times."""

    lock = threading.Lock()

    def __init__(self, peer, left):
        super().__init__(peer.socket, peer._seen)
        self._left = left

    def read(self):
        part = self.socket.recv(65536)
        if part and b"\r\n\r\n" not in part:
            with self.lock:
                self._left[0] -= 1
                early = self._left[0] >= 0
            if early:
                self.answer(b"", "408 Request Timeout")
                return b""
        while part and not self._whole(part):
            more = self.socket.recv(65536)
            if not more:
                return b""
            part += more
        if part:
            self._seen.append(part)
        return part

    @staticmethod
    def _whole(part):
        head, end, body = part.partition(b"\r\n\r\n")
        lengths = [
            int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        ]
        return bool(end) and len(body) >= sum(lengths)


def sends_and_requests(run, server):
    """Return how many journaled sends must be a request each, and how many requests came."""
    withdrawn = {o.send for o in run.records(SendOutcome) if o.answer is Answer.WITHDRAWN}
    return sum(i.send not in withdrawn for i in run.records(SendIntent)), len(server.requests)


@pytest.mark.parametrize("encrypted", [False, True])
def test_everybody_is_held_back_and_leaves_together_while_others_go_on(
    encrypted, serve, issuer, run_against, tls_files
):
    server = serve(issuer, tls_files.server() if encrypted else None)
    tls = f'[tls]\nca = "{tls_files.ca_file}"\n' if encrypted else ""
    run = run_against(server.url, tls)
    others = tuple(run.application(n, kiosk=f"L{n % 4}") for n in range(21, 37))
    busy = Batch(batch="B0", phase="P1", kind=BatchKind.CLOSED, applications=others)
    run.plan(busy, burst(*(run.application(n) for n in range(1, 21))), parallel=2)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (released,) = run.records(BatchReleased)
    assert set(released.held) == {Held.RECORD if encrypted else Held.HEADER}
    assert released.held_ms >= 80.0
    assert all(e.ending is Ending.DELIVERED for e in run.endings().values())
    (bracket,) = run.records(BurstBracket)
    assert bracket.applications == released.applications
    assert bracket.missing or all(0 < s <= a for s, a in zip(bracket.sent_ns, bracket.acked_ns, strict=True))
    sends, requests = sends_and_requests(run, server)
    assert sends == requests


def test_a_void_attempt_is_told_and_nobody_asks_twice(serve, issuer, run_against):
    left = [2]
    server = serve(lambda peer: issuer(Hasty(peer, left)))
    run = run_against(server.url, "[burst]\nhold_ms = 400.0\nlongest_hold_ms = 5000.0\n")
    run.plan(burst(*(run.application(n) for n in range(1, 7))))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    void = run.records(BurstWithdrawn)
    (released,) = run.records(BatchReleased)
    assert len(void) >= 1
    assert released.attempt == len(void) + 1
    assert set(void[0].again) == set(released.applications)
    assert all("408" in reason for reason in void[0].reasons.values())
    assert run.records(BatchEnded)[0].void == ""
    assert all(e.ending is Ending.DELIVERED for e in run.endings().values())
    sends, requests = sends_and_requests(run, server)
    assert sends == requests
    assert [step for _, step in issuer.steps].count("apply") == 6


def test_who_cannot_ask_again_gives_up_in_order_and_the_burst_is_void(serve, issuer, run_against):
    class Closing(Hasty):
        def read(self):
            part = self.socket.recv(65536)
            if b"/applications " in part and not self._whole(part):
                return b""
            if part:
                self._seen.append(part)
            return part

    server = serve(lambda peer: issuer(Closing(peer, [0])))
    run = run_against(server.url, '[burst]\nwithhold = "body"\nhold_ms = 300.0\n')
    run.plan(burst(*(run.application(n) for n in (1, 2))))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (void,) = run.records(BurstWithdrawn)
    assert set(void.left_out) == {"A000001", "A000002"}
    assert void.again == ()
    assert {e.ending for e in run.endings().values()} == {Ending.ABORTED}
    assert "absent" in run.records(BatchEnded)[0].void
    assert "apply" not in [step for _, step in issuer.steps]


def test_the_plan_says_who_is_on_which_connection_of_the_centre_and_in_which_order(serve, run_as_centre):
    def echo(peer):
        while request := peer.read():
            peer.answer(request.partition(b"\r\n\r\n")[2])

    server = serve(echo)
    run = run_as_centre(server.url, 3)
    lanes = [2, 2, 0, 1, 2, 0]
    people = [run.application(n, lane=lane) for n, lane in enumerate(lanes, 1)]
    run.plan(burst(*people))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (released,) = run.records(BatchReleased)
    assert released.absent == ()
    assert released.lanes == tuple(lanes)
    queued = [held is Held.QUEUED for held in released.held]
    assert queued == [False, True, False, False, True, True]
    applies = {i.application: i for i in run.records(SendIntent) if i.step is Step.APPLY}
    on = [applies[p.application].connection for p in people]
    assert len(set(on)) == server.connections == 3
    assert on[0] == on[1] == on[4]
    assert on[2] == on[5]
    left = dict(zip(released.applications, released.left_ns, strict=True))
    third = [left[p.application] for p, lane in zip(people, lanes, strict=True) if lane == 2]
    assert third == sorted(third)


def test_a_burst_may_be_sent_in_whole_requests(serve, issuer, run_against):
    server = serve(issuer)
    run = run_against(server.url)
    run.plan(burst(*(run.application(n) for n in (1, 2, 3)), withhold=Withhold.NOTHING))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    (released,) = run.records(BatchReleased)
    assert set(released.held) == {Held.NOTHING}
    assert released.held_ms == 0.0


def spare(run, number, *residents):
    return burst(*(run.application(n, kiosk=f"K{n}") for n in residents), name=f"S{number}", spare=True)


def test_a_burst_that_came_to_nothing_is_repeated_by_other_people_and_no_more_spares_are_played(
    serve, issuer, run_against
):
    issuer.faults[("K2", "authenticate")] = lambda p: p.answer(b'{"code":"CARD_UNKNOWN"}', "403 Forbidden")
    run = run_against(serve(issuer).url)
    void, counted = burst(*(run.application(n, kiosk=f"K{n}") for n in (1, 2))), run.application(3, kiosk="K3")
    run.plan(void, burst(counted, name="B2"), spare(run, 1, 4), spare(run, 2, 5, 6), spare(run, 3, 7, 8))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    decided = {d.batch: (d.why, d.skipped, d.detail.partition(":")[0]) for d in run.records(Decided)}
    assert decided == {
        "S1": ("nothing_void", True, ""),  # smaller than the void one
        "S2": ("repeats", False, "B1"),
        "S3": ("nothing_void", True, ""),
    }
    assert {b.batch: bool(b.void) for b in run.records(BatchEnded)} == {"B1": True, "B2": False, "S2": False}
    assert [p.complete for p in run.records(PhaseEnded)] == [True]


def test_a_resumed_run_knows_what_came_to_nothing_before(serve, issuer, run_against):
    issuer.faults[("K2", "authenticate")] = lambda p: p.answer(b'{"code":"CARD_UNKNOWN"}', "403 Forbidden")
    run = run_against(serve(issuer).url)
    void, more = burst(*(run.application(n, kiosk=f"K{n}") for n in (1, 2))), spare(run, 1, 4, 5)
    run.plan(void)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    run.plan(void, more)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert [(d.batch, d.why) for d in run.records(Decided)] == [("S1", "repeats")]
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert len(run.records(Decided)) == 1
