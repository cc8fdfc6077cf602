"""A burst's applications leave together, in the order of their gaps, by one hand, or not at all."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import threading
import time

import pytest

from harness.records.certificates import Certificate, Options
from harness.records.history import BurstWithdrawn, Held
from harness.records.plan import Batch, BatchKind, PlannedApplication, Withhold
from harness.records.target import Firing
from kiosk_sim.drivers.transport import IllegalRequest
from kiosk_sim.places import Pool
from kiosk_sim.rendezvous import Rendezvous

QUICK = Firing(hold_ms=5.0)


def start(target, *arguments):
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def batch(*, withhold=None, lanes=(), **gaps_ms):
    people = [
        PlannedApplication(
            application=name,
            resident=name,
            card=name,
            certificate=Certificate.TAX,
            options=Options(),
            kiosk=name,
            store="S",
            gap_ms=gap,
            lane=lanes[number] if lanes else None,
        )
        for number, (name, gap) in enumerate(gaps_ms.items())
    ]
    return Batch(batch="B", phase="P", kind=BatchKind.BURST, applications=tuple(people), withhold=withhold)


def test_nobody_leaves_before_everybody_has_arrived():
    gate = Rendezvous(batch(A=0.0, B=0.0))
    left = []
    threads = [start(gate.hold, "A", lambda: left.append("A") or time.monotonic_ns())]
    armed = start(gate.arm, 5.0)
    time.sleep(0.05)
    assert armed.is_alive()
    threads.append(start(gate.hold, "B", lambda: left.append("B") or time.monotonic_ns()))
    armed.join(2)
    assert left == []
    gate.release()
    for thread in threads:
        thread.join(30)
    assert sorted(left) == ["A", "B"]


def test_departures_follow_their_gaps():
    gaps = {"A": 3.0, "B": 0.0, "C": 30.0}
    gate = Rendezvous(batch(**gaps))
    for name in gaps:
        start(gate.hold, name, time.monotonic_ns)
    assert gate.arm(2.0) == ()
    at_ns = gate.release()
    result = gate.result()
    left_ns = dict(zip(result.applications, result.left_ns, strict=True))
    assert sorted(left_ns, key=left_ns.__getitem__) == ["B", "A", "C"]
    assert all(left_ns[name] >= at_ns + gap * 1e6 for name, gap in gaps.items())


def test_a_release_waits_for_the_instant_agreed_on():
    gate = Rendezvous(batch(A=0.0))
    start(gate.hold, "A", time.monotonic_ns)
    gate.arm(2.0)
    agreed_ns = time.monotonic_ns() + 60_000_000
    gate.release(agreed_ns)
    result = gate.result()
    assert result.agreed_ns == agreed_ns <= result.left_ns[0]


def test_who_is_late_is_absent_and_passes_later_without_waiting():
    gate = Rendezvous(batch(A=0.0, B=0.0))
    start(gate.hold, "A", time.monotonic_ns)
    assert gate.arm(0.05) == ("B",)
    gate.release()
    assert gate.result().absent == ("B",)
    gate.hold("B", time.monotonic_ns)


def test_who_leaves_is_not_waited_for():
    gate = Rendezvous(batch(A=0.0, B=0.0))
    start(gate.hold, "A", time.monotonic_ns)
    gate.leave("B")
    assert gate.arm(1000.0) == ("B",)  # which the test's own time limit would not wait for


def test_a_stopping_player_waits_for_nobody():
    gate = Rendezvous(batch(A=0.0, B=0.0))
    start(gate.hold, "A", time.monotonic_ns)
    threading.Timer(0.05, gate.hurry).start()
    assert gate.arm(5.0) == ("B",)
    gate.release()
    assert gate.result().applications == ("A",)


def test_a_failing_send_fails_where_it_belongs_and_nowhere_else():
    gate = Rendezvous(batch(A=0.0, B=0.0))
    met = []

    def broken():
        raise IllegalRequest("no")

    def hold(name, fire):
        try:
            gate.hold(name, fire)
        except IllegalRequest:
            met.append(name)

    threads = [start(hold, "A", broken), start(hold, "B", time.monotonic_ns)]
    gate.arm(2.0)
    gate.release()
    for thread in threads:
        thread.join(30)
    assert met == ["A"]
    assert gate.result().applications == ("B",)
    assert gc.isenabled()


def test_who_shares_a_connection_of_the_centre_follows_whoever_is_before_him():
    pool = Pool(2)
    gate = Rendezvous(batch(A=0.0, B=0.0, C=0.0, lanes=(1, 0, 1)), pool=pool)
    lines = {}

    def visit(name):
        lines[name] = gate.line_up(name)
        gate.hold(name, time.monotonic_ns)

    threads = [start(visit, name) for name in "ABC"]
    assert gate.arm(5.0) == ()
    assert lines == {"A": 1, "B": 0}
    gate.release()
    for thread in threads:
        thread.join(30)
    result = gate.result()
    assert (result.applications, result.lanes) == (("A", "B", "C"), (1, 0, 1))
    assert result.held[2] is Held.QUEUED
    assert pool.turn.acquire(blocking=False)


def test_two_bursts_on_one_pool_do_not_wait_for_each_other_for_ever():
    pool = Pool(1)
    first, second = (Rendezvous(batch(A=0.0), pool=pool) for _ in range(2))

    def visit(gate):
        gate.line_up("A")
        gate.hold("A", time.monotonic_ns)

    threads = [start(visit, first), start(visit, second)]
    first.arm(2.0)
    second.arm(0.1)
    assert second.result().applications == ()
    first.release()
    second.arm(2.0)
    second.release()
    for thread in threads:
        thread.join(30)
    assert second.result().applications == ("A",)


@pytest.mark.parametrize("released", [True, False])
def test_nobody_waits_any_more_once_a_burst_is_dissolved(released):
    gate = Rendezvous(batch(A=0.0, B=0.0), pool=Pool(4))

    def visit():
        gate.line_up("A")
        with contextlib.suppress(Exception):
            gate.hold("A", time.monotonic_ns)

    thread = start(visit)
    gate.arm(0.2)
    if released:
        gate.release()
    gate.dissolve()
    thread.join(30)
    assert not thread.is_alive()
    assert gate.line_up("B") == 1


class Wires:
    """Kiosks that hold real requests at a gate."""

    def __init__(self, bench, server, gate, again=True):
        self._bench = bench("wire")
        self._server = server
        self._gate = gate
        self._again = again
        self.exchanged = {}

    def start(self, *names, body=b"hello", path="/p"):
        return [start(self._visit, name, body, path) for name in names]

    def _visit(self, name, body, path):
        done = None
        while done is None or (done.withdrawn and done.again and self._again):
            done = self._bench.send(
                self._server.url,
                kiosk=name,
                body=body,
                path=path,
                depart=lambda _, fire: self._gate.hold(name, fire),
            )
        self.exchanged[name] = done
        self._gate.leave(name)


def echo(peer):
    while request := peer.read():
        peer.answer(request.partition(b"\r\n\r\n")[2])


def whole(peer):
    """Answer whole requests, on a connection that was never used before."""
    peer.answer(peer.read().partition(b"\r\n\r\n")[2])


class Withholding:
    """A server that keeps what it has before a request is whole."""

    def __init__(self):
        self.parts = []

    def __call__(self, peer):
        peer.socket.settimeout(0.15)
        part = b""
        with contextlib.suppress(TimeoutError):
            while True:
                part += peer.socket.recv(65536)
        self.parts.append(part)
        peer.socket.settimeout(10.0)
        while b"\r\n\r\n" not in part or not part.endswith(b"end"):
            part += peer.socket.recv(65536)
        self.parts.append(part)
        peer.answer()


@pytest.mark.parametrize(
    ("withhold", "body", "kept_back", "held"),
    [
        (Withhold.HEADER, b"the end", b"\nthe end", Held.HEADER),
        (Withhold.HEADER, b"x" * 2000 + b"end", b"d", Held.BODY),
        (Withhold.BODY, b"the end", b"d", Held.BODY),
    ],
)
def test_the_last_byte_stays_here_until_the_release(withhold, body, kept_back, held, serve, bench, until):
    seen = Withholding()
    server = serve(seen)
    gate = Rendezvous(batch(withhold=withhold, K1=0.0), Firing(hold_ms=800.0))
    wires = Wires(bench, server, gate)
    (visit,) = wires.start("K1", body=body)
    gate.arm(5.0)
    assert gate.release() is not None
    visit.join(30)
    held_back, all_of_it = seen.parts
    assert all_of_it == held_back + kept_back
    assert gate.result().held == (held,)
    assert gate.result().held_ms >= 800.0
    assert wires.exchanged["K1"].result.status == 200
    assert wires.exchanged["K1"].left_ns == gate.result().left_ns[0]


@pytest.mark.parametrize(("size", "held"), [(10, Held.RECORD), (16_000, Held.RECORD), (16_400, Held.BODY)])
def test_of_tls_the_last_byte_of_the_last_record_stays_here(size, held, serve, bench, tls_files):
    server = serve(echo, tls_files.server())
    gate = Rendezvous(batch(K1=0.0, K2=0.0), Firing(hold_ms=50.0))
    wires = Wires(lambda kind: bench(kind, tls_of=lambda _: tls_files.client()), server, gate)
    visits = wires.start("K1", "K2", body=b"x" * size)
    gate.arm(5.0)
    at_ns = gate.release()
    for visit in visits:
        visit.join(30)
    assert gate.result().held == (held, held)
    assert all(at_ns <= left for left in gate.result().left_ns)
    assert all(done.result.body == b"x" * size for done in wires.exchanged.values())
    assert len(server.requests) == 2


def impatient(times):
    """Close, or answer early, the first connections on which only a part of a request came."""
    left = [times]
    lock = threading.Lock()

    def serve_one(peer):
        peer.socket.settimeout(0.03)
        part = b""
        with contextlib.suppress(TimeoutError):
            while b"\r\n\r\n" not in part:
                part += peer.socket.recv(65536) or b"\r\n\r\n"
        if b"\r\n\r\n" in part:
            peer._seen.append(part)
            peer.answer()
            return
        with lock:
            left[0] -= 1
            early = left[0] >= 0
        if early:
            peer.answer(b"", "408 Request Timeout")
            return
        peer.socket.settimeout(10.0)
        while b"\r\n\r\n" not in part:
            part += peer.socket.recv(65536)
        peer._seen.append(part)
        peer.answer()

    return serve_one


@pytest.mark.parametrize("times", [1, 2])
def test_an_early_answer_voids_the_attempt_and_the_same_people_come_again(times, serve, bench):
    server = serve(impatient(times))
    written = []
    gate = Rendezvous(batch(K1=0.0, K2=0.0, K3=0.0), Firing(hold_ms=400.0), write=written.append)
    wires = Wires(bench, server, gate)
    visits = wires.start("K1", "K2", "K3", body=b"")
    attempts = 0
    at_ns = None
    while at_ns is None:
        attempts += 1
        gate.arm(5.0)
        at_ns = gate.release()
    for visit in visits:
        visit.join(30)
    assert all(done.result.status == 200 for done in wires.exchanged.values())
    assert len(server.requests) == 3  # one request each, whatever was withdrawn before
    assert attempts == gate.result().attempt == len(written) + 1 >= 2
    assert all(isinstance(record, BurstWithdrawn) for record in written)
    assert {"K1", "K2", "K3"}.issuperset(written[0].again) and written[0].again
    assert "HTTP/1.1 408 Request Timeout" in " ".join(written[0].reasons.values())


def says_goodbye(peer):
    peer.socket.settimeout(0.5)
    peer.socket.unwrap()  # an alert, and a wait for ours that does not come


def updates_its_keys(peer):
    """Send a record of the length that a key update has (RFC 8446, 4.6.3 and 5.2), and wait."""
    os.write(peer.socket.fileno(), bytes.fromhex("17 03 03 00 16") + bytes(22))
    time.sleep(0.6)


@pytest.mark.parametrize("does", [says_goodbye, updates_its_keys])
def test_a_tls_alert_or_key_update_while_a_record_is_held_voids_the_attempt(does, serve, bench, tls_files):
    connections = itertools.count()

    def parting(peer):
        if next(connections) == 0:
            time.sleep(0.1)  # until its record is held
            does(peer)
            return
        echo(peer)

    server = serve(parting, tls_files.server())
    written = []
    gate = Rendezvous(batch(K1=0.0, K2=0.0), Firing(hold_ms=600.0), write=written.append)
    wires = Wires(lambda kind: bench(kind, tls_of=lambda _: tls_files.client()), server, gate)
    visits = wires.start("K1", "K2")
    while gate.arm(5.0) or gate.release() is None:
        pass
    for visit in visits:
        visit.join(30)
    assert "key update or alert" in " ".join(written[0].reasons.values())
    assert all(done.result.body == b"hello" for done in wires.exchanged.values())
    assert len(server.requests) == 2


def test_a_target_that_never_lets_requests_be_held_gets_whole_ones(serve, bench):
    server = serve(impatient(10**6))
    gate = Rendezvous(batch(K1=0.0, K2=0.0), Firing(hold_ms=400.0, attempts=2))
    wires = Wires(bench, server, gate)
    visits = wires.start("K1", "K2", body=b"")
    while gate.arm(5.0) or gate.release() is None:
        pass
    for visit in visits:
        visit.join(30)
    assert gate.result().held == (Held.NOTHING, Held.NOTHING)
    assert gate.result().attempt == 3
    assert len(server.requests) == 2


def test_who_died_before_anything_left_comes_again_alone(serve, bench, until):
    closed = []

    def once_closed(peer):
        if not closed:
            closed.append(1)
            peer.socket.close()
            return
        whole(peer)

    server = serve(once_closed)
    written = []
    gate = Rendezvous(batch(K1=0.0, K2=0.0), QUICK, write=written.append)
    wires = Wires(bench, server, gate)
    visits = wires.start("K1")
    until(lambda: bool(closed))
    time.sleep(0.05)
    visits += wires.start("K2")
    at_ns = None
    while at_ns is None:
        gate.arm(5.0)
        at_ns = gate.release()
    for visit in visits:
        visit.join(30)
    assert [record.again for record in written] == [("K1",)]
    assert len(server.requests) == 2


def test_of_whose_header_has_left_nobody_comes_again(serve, bench):
    def closing(peer):
        peer.socket.recv(65536)
        peer.reset()
        peer.socket.close()

    server = serve(closing)
    written = []
    gate = Rendezvous(batch(withhold=Withhold.BODY, K1=0.0), Firing(hold_ms=100.0), write=written.append)
    wires = Wires(bench, server, gate)
    (visit,) = wires.start("K1")
    gate.arm(5.0)
    assert gate.release() is None
    visit.join(30)
    assert wires.exchanged["K1"].withdrawn
    assert not wires.exchanged["K1"].again
    assert written[0].left_out == ("K1",)
    assert gate.arm(5.0) == ("K1",)
    assert gate.release() is not None


def test_a_hold_that_takes_too_long_is_given_up(serve, bench):
    server = serve(echo)
    written = []
    gate = Rendezvous(batch(K1=0.0), Firing(hold_ms=60.0, longest_hold_ms=20.0, attempts=1), write=written.append)
    wires = Wires(bench, server, gate)
    (visit,) = wires.start("K1")
    while gate.arm(5.0) or gate.release() is None:
        pass
    visit.join(30)
    assert "longer than 20 ms" in written[0].reasons["K1"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("answers_at_once", [True, False])
def test_the_kernel_tells_when_the_last_byte_left_and_arrived(answers_at_once, serve, bench):
    def answer(peer):
        peer.read()
        time.sleep(0.0 if answers_at_once else 0.2)
        peer.answer()

    server = serve(answer)
    gate = Rendezvous(batch(K1=0.0, K2=0.0, K3=30.0), QUICK, bracket=True)
    wires = Wires(bench, server, gate)
    visits = wires.start("K1", "K2", "K3")
    gate.arm(5.0)
    gate.release()
    for visit in visits:
        visit.join(30)
    bracket, released = gate.bracket(), gate.result()
    assert bracket.applications == released.applications
    if bracket.missing:  # a kernel without it: said, and nothing is made up
        assert 0 in bracket.sent_ns + bracket.acked_ns
        return
    near_ns = 5_000_000  # the stamps are of the wall clock, brought home
    for sent, acked, left in zip(bracket.sent_ns, bracket.acked_ns, released.left_ns, strict=True):
        assert sent <= acked
        assert sent - near_ns <= left
    assert bracket.sent_ns[0] < bracket.sent_ns[2]


def test_a_kernel_that_gives_no_stamps_is_said(serve, bench, monkeypatch):
    monkeypatch.setattr("kiosk_sim.drivers.stamps.sys.platform", "plan9")
    server = serve(echo)
    gate = Rendezvous(batch(K1=0.0), QUICK, bracket=True)
    wires = Wires(bench, server, gate)
    (visit,) = wires.start("K1")
    gate.arm(5.0)
    gate.release()
    visit.join(30)
    assert wires.exchanged["K1"].result.status == 200
    assert gate.bracket().missing == "no SO_TIMESTAMPING here: plan9 has none"
    assert gate.bracket().sent_ns == (0,)
