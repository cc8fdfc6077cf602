"""What the performing loop does beside sending: held connections that die, files, programs, faults of its own."""

from __future__ import annotations

import os
import sys
import time

import pytest
from msgspec.structs import replace

from harness.errors import DiskFull
from harness.records.certificates import Certificate, Options
from harness.records.faults import AllowedFaults, LineFault
from harness.records.history import (
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    Ending,
    ProbeAnswer,
    Probed,
    SendIntent,
    SendOutcome,
)
from harness.records.plan import (
    AbortHow,
    Batch,
    BatchKind,
    PlannedAbort,
    PlannedApplication,
    PlannedLineFault,
    PlannedProbe,
    Probe,
    Step,
)
from harness.records.target import Target
from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.outside import await_file, run_program
from kiosk_sim.drivers.perform import Performer
from kiosk_sim.drivers.routing import Routing
from kiosk_sim.drivers.wire import WireTransport
from kiosk_sim.playlog import PlayLog
from kiosk_sim.targets.actions import (
    Abort,
    AwaitFile,
    Deliver,
    End,
    Failed,
    FileArrived,
    Ran,
    Run,
    Send,
    Tried,
    Wait,
)
from kiosk_sim.targets.endings import Asked, unanswered
from tests.kiosk_sim.memory import Memory


class Scripted:
    """An adapter whose one session is given."""

    def __init__(self, session):
        self.issue = session


@pytest.fixture
def performing():
    """Make performers over a journal in memory; their connections are closed afterwards."""
    transports = []

    def make(session, url="http://127.0.0.1:9", room=10_000, line_faults=False):
        memory = Memory(room)
        log = PlayLog(memory, memory)
        target = Target(name="t", url=url, faults=AllowedFaults(line=line_faults))
        transports.append(WireTransport(Leases(target.client, 4), lambda _: None, "w", log.note))
        performer = Performer(
            target=target,
            adapter=Scripted(session),
            routing=Routing(target),
            transport=transports[-1],
            log=log,
        )
        return performer, memory

    yield make
    for transport in transports:
        transport.close()


def planned(**more):
    fields = {
        "application": "A1",
        "resident": "R1",
        "card": "1",
        "certificate": Certificate.TAX,
        "options": Options(),
        "kiosk": "K1",
        "store": "S1",
    }
    return PlannedApplication(**(fields | more))


BATCH = Batch(batch="B1", phase="P1", kind=BatchKind.SEQUENCE, applications=())


def asking(order):
    answer = yield Send(method="GET", path="/", step=Step.APPLY)
    if isinstance(answer, Failed):
        return unanswered(answer, Asked.NOW)
    yield Deliver(body=answer.body)
    return End(ending=Ending.DELIVERED)


class Gate:
    """Holds until told, then has the request sent."""

    step = Step.APPLY

    def __init__(self, before_release=lambda: None):
        self.left = []
        self._before = before_release

    def hold(self, application, fire):
        self._before()
        fire()

    def leave(self, application):
        self.left.append(application)


def test_a_connection_that_dies_while_held_was_surely_not_used(serve, until, performing):
    closed = []

    def close_at_once(peer):
        peer.socket.close()
        closed.append(1)

    server = serve(close_at_once)
    performer, memory = performing(asking, server.url)
    ended = performer.issue(planned(), BATCH, gate=Gate(lambda: until(lambda: bool(closed)) or time.sleep(0.05)))
    assert (ended.ending, ended.code) == (Ending.FAILED, "unreachable")
    (outcome,) = memory.of(SendOutcome)
    assert (outcome.answer, outcome.left_ns) == (Answer.UNREACHABLE, 0)
    assert server.requests == []


def test_the_intent_stands_before_the_first_byte_leaves(serve, performing):
    def answer(peer):
        peer.read()
        peer.answer()

    server = serve(answer)
    seen = []
    performer, memory = performing(asking, server.url)
    performer.issue(
        planned(), BATCH, gate=Gate(lambda: seen.append((len(memory.of(SendIntent)), len(server.requests))))
    )
    assert seen == [(1, 0)]


def test_a_full_disk_before_the_intent_keeps_the_request_from_leaving(serve, performing):
    server = serve(lambda peer: peer.read())
    performer, memory = performing(asking, server.url, room=1)
    with pytest.raises(DiskFull):
        performer.issue(planned(), BATCH)
    assert server.requests == []
    assert len(memory.records) == 1


def test_an_application_leaves_the_gate_however_it_ends(performing):
    gate = Gate()

    def broken(order):
        yield Wait(ms=0)
        raise RuntimeError

    performer, _ = performing(broken)
    assert performer.issue(planned(), BATCH, gate=gate).code == "adapter_error"
    assert gate.left == ["A1"]


def test_a_player_that_is_stopped_still_ends_its_application(performing):
    class Stop(BaseException):
        pass

    def stopped(order):
        yield Wait(ms=0)
        raise Stop

    performer, memory = performing(stopped)
    with pytest.raises(Stop):
        performer.issue(planned(), BATCH)
    (ended,) = memory.of(ApplicationEnded)
    assert (ended.ending, ended.code) == (Ending.UNRESOLVED, "player_stopped")


@pytest.mark.parametrize("returned", [None, "delivered"])
def test_a_session_that_returns_no_end_is_an_adapter_error(returned, performing):
    def endless(order):
        yield Wait(ms=0)
        return returned

    performer, _ = performing(endless)
    assert performer.issue(planned(), BATCH).code == "adapter_error"


def test_a_forbidden_header_is_an_adapter_error_and_never_leaves(serve, performing):
    server = serve(lambda peer: peer.read())

    def forbidden(order):
        yield Send(method="GET", path="/", step=Step.APPLY, headers=(("a", "1\r\nb: 2"),))

    performer, memory = performing(forbidden, server.url)
    assert performer.issue(planned(), BATCH).code == "adapter_error"
    assert memory.of(SendIntent) == []
    assert server.requests == []


def test_an_adapter_may_give_up_by_itself(performing):
    def giving_up(order):
        yield Abort(how=AbortHow.DISCONNECT, reason="paper jam")

    performer, _ = performing(giving_up)
    ended = performer.issue(planned(), BATCH)
    assert (ended.ending, ended.code, ended.reason) == (Ending.ABORTED, "disconnect", "paper jam")


def test_hanging_up_happens_in_a_wait_of_its_step_too(performing):
    def thinking(order):
        yield Wait(ms=60_000.0, step=Step.TAKE_CARD)
        return End(ending=Ending.DELIVERED)

    abort = PlannedAbort(step=Step.TAKE_CARD, how=AbortHow.DISCONNECT, after_ms=50.0)
    performer, _ = performing(thinking)
    started = time.monotonic()
    assert performer.issue(planned(abort=abort), BATCH).ending is Ending.ABORTED
    assert 0.04 < time.monotonic() - started < 30.0


def test_a_file_is_taken_once_it_stopped_growing(tmp_path, monkeypatch):
    path = tmp_path / "job-7.pdf"
    parts = iter([b"x" * 10] * 5)

    def meanwhile(_):
        """Between two looks the next part is written."""
        with path.open("ab") as out:
            out.write(next(parts, b""))

    monkeypatch.setattr("kiosk_sim.drivers.outside.time.sleep", meanwhile)
    arrived = await_file(AwaitFile(pattern=str(tmp_path / "job-7*"), timeout_ms=60_000.0), 1_000)
    assert isinstance(arrived, FileArrived)
    assert len(arrived.body) == 50


def test_a_file_that_never_comes_or_is_too_large_is_told(tmp_path):
    action = AwaitFile(pattern=str(tmp_path / "job-*"), timeout_ms=120.0)
    assert await_file(action, 10).answer is Answer.TIMEOUT
    (tmp_path / "job-1").write_bytes(b"x" * 11)
    assert await_file(action, 10).answer is Answer.TOO_LARGE


def test_only_listed_programs_run_and_without_a_shell():
    allowed = Target(name="t", url="http://h", extra={"commands": os.pathsep.join(["/bin/no", sys.executable])})
    done = run_program(Run(argv=(sys.executable, "-c", "print('a;b')"), step=Step.COLLECT), allowed)
    assert done == Ran(exit_code=0, output=b"a;b\n")
    refused = run_program(Run(argv=("/bin/sh", "-c", "true"), step=Step.COLLECT), allowed)
    assert isinstance(refused, Failed)
    assert "extra.commands" in refused.reason
    slow = Run(argv=(sys.executable, "-c", "import time; time.sleep(9)"), step=Step.COLLECT, timeout_ms=300.0)
    assert run_program(slow, allowed).answer is Answer.TIMEOUT


def test_nodes_are_reached_by_their_own_url_or_by_the_routing_header():
    from harness.records.target import Node
    from kiosk_sim.drivers.transport import Holder

    nodes = (Node(id="n1", url="http://10.0.0.1:81/x"), Node(id="n2"))
    routing = Routing(Target(name="t", url="http://h:80", nodes=nodes, route_header="X-Route-Node"))
    send = Send(method="GET", path="/p", step=Step.APPLY)
    own = routing.request(send, Holder("K"), "n1")
    assert (own.origin.host, own.origin.base, own.headers) == ("10.0.0.1", "/x", ())
    routed = routing.request(send, Holder("K"), "n2")
    assert (routed.origin.host, routed.headers) == ("h", (("x-route-node", "n2"),))
    assert routing.request(send, Holder("K"), None).headers == ()


def test_a_cookie_routes_too_beside_the_session_s_own():
    from harness.records.target import Node
    from kiosk_sim.drivers.transport import Holder

    nodes = Node(id="n1"), Node(id="n2", url="http://n2:81")
    target = Target(name="t", url="http://h:80", nodes=nodes, route_cookie="SERVERID")
    assert target.addressed == ("n1", "n2")
    routing, holder = Routing(target), Holder("K1", "1")
    bare = Send(method="GET", path="/", step=Step.APPLY)
    own = replace(bare, headers=(("Cookie", "s=1"), ("a", "b")))
    assert routing.request(bare, holder, "n1").headers == (("cookie", "SERVERID=n1"),)
    assert routing.request(own, holder, "n1").headers == (("a", "b"), ("cookie", "s=1; SERVERID=n1"))
    assert routing.request(own, holder, "n2").headers == own.headers
    assert routing.request(own, holder, None).headers == own.headers


def test_cookies_are_journaled_as_digests_only():
    routing = Routing(Target(name="t", url="http://h"))
    kept = routing.identifying((("set-cookie", "session=secret"), ("x-request-id", "Q1"), ("authorization", "x")))
    assert kept[0] == ("x-request-id", "Q1")
    assert kept[1][0] == "set-cookie"
    assert "secret" not in kept[1][1]
    assert len(kept) == 2


def test_what_a_probe_was_handed_is_journaled_by_digest_and_the_second_person_has_a_connection_of_their_own(performing):
    used = []

    def intrude(order, intrusion):
        answer = yield Send(method="GET", path="/", step=Step.CONTROL, aside=True)
        used.append((intrusion.probe, intrusion.card, answer.answer))
        yield Tried(answer=ProbeAnswer.ACCEPTED, detail="document handed out", body=b"%PDF")
        return End(ending=Ending.DELIVERED)

    performer, memory = performing(intrude)
    performer._adapter.intrude = intrude
    other = PlannedProbe(probe=Probe.FOREIGN_JOB, resident="R2", card="2", kiosk="K2", store="S1")
    performer.issue(planned(probe=other), BATCH)
    assert used == [(Probe.FOREIGN_JOB, "2", Answer.UNREACHABLE)]
    (probed,) = memory.of(Probed)
    assert (probed.application, probed.resident, probed.bytes, len(probed.digest)) == ("A1", "R2", 4, 64)
    assert memory.bodies == []
    assert memory.of(SendIntent)[0].application == "A1"


def test_a_wrong_signature_is_an_ordinary_visit_with_a_card_that_signs_something_else(performing):
    signed = []

    class Card:
        def sign(self, nonce):
            signed.append(nonce)
            return b""

    def visit(order):
        order.signer.sign(b"nonce")
        yield Wait(ms=0)
        return End(ending=Ending.REFUSED)

    performer, memory = performing(visit)
    performer._signer_of = lambda serial: Card()
    wrong = planned(probe=PlannedProbe(probe=Probe.WRONG_SIGNATURE))
    assert performer.issue(wrong, BATCH).ending is Ending.REFUSED
    assert signed and signed != [b"nonce"]
    assert memory.of(ApplicationStarted)[0].probe is Probe.WRONG_SIGNATURE


@pytest.mark.parametrize("allowed", [True, False])
def test_nothing_happens_to_a_line_unless_the_target_file_allows_it(allowed, performing, serve):
    server = serve(lambda peer: peer.answer() if peer.read() else None)
    performer, memory = performing(asking, server.url, line_faults=allowed)
    fault = PlannedLineFault(step=Step.APPLY, how=LineFault.CUT_REQUEST)
    ended = performer.issue(planned(line_fault=fault), BATCH)
    (outcome,) = memory.of(SendOutcome)
    assert (outcome.fault, ended.ending) == ((fault.how, Ending.ABORTED) if allowed else (None, Ending.DELIVERED))
    assert len(server.requests) == (0 if allowed else 1)
