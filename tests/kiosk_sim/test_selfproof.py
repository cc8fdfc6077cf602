"""The self-proof passes on this generator, and would not pass on one that repeats, loses or mixes up requests."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import sys

import msgspec
import pytest
from msgspec.structs import replace

from harness.journal import DocumentWriter, RunFolder, SegmentWriter
from harness.records.certificates import Certificate, Options
from harness.records.history import (
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    Delivery,
    Ending,
    PlayerCounters,
    SelfProof,
    SendIntent,
    SendOutcome,
)
from harness.records.plan import Step
from kiosk_sim.counting import Counted, Manner
from kiosk_sim.proof_checks import check_all


def busy_s():
    """Return the processor time of all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.slow
@pytest.mark.parametrize("client", ["kiosk", "centre", "card"])
def test_this_generator_is_proven_in_a_few_seconds(client, run_against):
    adapter = 'adapter = "echo"\n' if client == "centre" else ""
    run = run_against("http://127.0.0.1:9", "", f'client = "{client}"\n{adapter}')
    before_s = busy_s()
    assert run.play("selfproof") == 0, run.errors
    assert busy_s() - before_s < 15.0  # about 2 s; what other programs take of the machine is not counted
    (proof,) = run.records(SelfProof)
    assert proof.passed
    assert len(proof.checks) == 10
    assert all(check.passed for check in proof.checks)


SABOTAGE = {
    # A connection that the endpoint closed is used again.
    "unlooked": """
from kiosk_sim.drivers.channel import Channel
Channel.idle_bytes = lambda self: 0
""",
    # Every request leaves twice; the second answer is thrown away.
    "twice": """
from kiosk_sim.drivers.wire_exchange import WireExchange
run = WireExchange.run
def again(self, depart):
    done = run(self, depart)
    channel, request = self._charge.channel, self._charge._head + self._charge._body
    channel.send(channel.prepare(request), 1.0)
    self._connection.reusable = False
    return done
WireExchange.run = again
""",
    # The bytes of one request never leave; its application is said to have got the answer of the one before.
    "lost": """
from kiosk_sim.drivers.wire import WireTransport
exchange = WireTransport.exchange
calls, kept = [], []
def lose(self, request, bounds, depart):
    calls.append(1)
    if len(calls) == 60:
        depart("lost", lambda: 1)
        return kept[-1]
    kept.append(exchange(self, request, bounds, depart))
    return kept[-1]
WireTransport.exchange = lose
""",
    # What is given up while it is held leaves all the same.
    "leaking": """
from kiosk_sim.places import Place
withdraw = Place.withdraw
def leak(self, reason):
    try:
        self.fire()
    finally:
        return withdraw(self, reason)
Place.withdraw = leak
""",
    # One send leaves without an intent in the journal.
    "not journaled": """
from kiosk_sim.drivers.leaving import Leaving
intend = Leaving._intend
def forget(self, connection):
    if self._id == "e0003/2":
        self._told = True
    else:
        intend(self, connection)
Leaving._intend = forget
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("client", ["kiosk", "centre"])
@pytest.mark.parametrize(
    ("sabotage", "told"),
    [
        ("unlooked", "a connection closed while idle loses nothing"),
        ("twice", "no request comes twice"),
        ("lost", "one journaled send is one request"),
        ("not journaled", "one journaled send is one request"),
        ("leaking", "one journaled send is one request"),
    ],
)
def test_a_generator_that_was_tampered_with_is_not_proven(sabotage, told, client, run_against, tmp_path, monkeypatch):
    tampering = tmp_path / "tampering"
    tampering.mkdir()
    engine_only = "import sys\nif 'kiosk_sim.engine' in sys.orig_argv:\n    import locust\n"
    lines = "".join(f"    {line}\n" for line in SABOTAGE[sabotage].splitlines())
    (tampering / "sitecustomize.py").write_text(engine_only + lines)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tampering), *filter(None, [os.environ.get("PYTHONPATH")])]))
    adapter = 'adapter = "echo"\n' if client == "centre" else ""
    run = run_against("http://127.0.0.1:9", "", f'client = "{client}"\n{adapter}')
    assert run.play("selfproof") == 3, run.errors
    assert told in run.errors


@pytest.fixture
def endpoint(tmp_path, until):
    """Run the counting endpoint; yield its ports and a function that ends it and returns its counts."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "kiosk_sim.counting", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        until(ready.exists)
        yield msgspec.json.decode(ready.read_bytes()), lambda: msgspec.json.decode(child.communicate()[0], type=Counted)


REQUEST = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"


def test_whoever_has_the_last_answer_of_a_connection_can_see_its_end(endpoint):
    ports, counts = endpoint
    for number in range(200):
        with socket.create_connection(("127.0.0.1", ports["idle"]), timeout=10.0) as client:
            client.sendall(REQUEST + b"b")
            assert client.recv(65536).endswith(b"\nb\n")
            client.setblocking(False)
            assert client.recv(1) == b"", number  # BlockingIOError where the end is still to come
    counted = counts()
    assert (counted.connections["idle"], counted.requests["idle"], counted.left_open) == (200, 200, 0)


def test_requests_whose_clients_did_not_wait_are_counted_too(endpoint):
    ports, counts = endpoint
    with contextlib.ExitStack() as clients:
        connected = [
            clients.enter_context(socket.create_connection(("127.0.0.1", ports["echo"]), timeout=10.0))
            for _ in range(100)
        ]
        for client in connected:
            client.sendall(REQUEST + b"a")
            assert client.recv(65536)
        for client in connected:
            client.sendall(REQUEST + b"b")
    counted = counts()
    assert counted.bodies == {"a": 100, "b": 100}
    assert counted.left_open == 0


class Doctored:
    """A proof's journal, made by hand: one visit per manner, and what the endpoint counted."""

    def __init__(self, path):
        self.proof = RunFolder.create(path)
        self.documents = DocumentWriter(self.proof, "w")
        self.records = []
        self.counted = Counted(connections=dict.fromkeys(Manner, 0), requests=dict.fromkeys(Manner, 0), bodies={})
        for manner in (Manner.ECHO, Manner.IDLE, Manner.DEAF, Manner.TORN, Manner.UNREAD, Manner.REDIRECT):
            self.visit(manner)
        self.visit(Manner.HASTY)
        self.send("a-hasty", "a-hasty/3", Answer.WITHDRAWN)
        self.counted.parts = 1

    def visit(self, manner):
        name = f"a-{manner}"
        self.records.append(
            ApplicationStarted(
                application=name,
                batch="B",
                phase="P",
                resident=f"r-{manner}",
                card=f"c-{manner}",
                certificate=Certificate.TAX,
                options=Options(),
                kiosk="K",
                store="S",
                at_ns=1,
                node=manner.value,
            )
        )
        answered = manner in (Manner.ECHO, Manner.IDLE, Manner.HASTY)
        for number in (1, 2) if answered else (1,):
            send = f"{name}/{number}"
            self.send(name, send, Answer.ANSWERED)
            self.counted.connections[manner] += 1
            if manner is not Manner.UNREAD:
                self.counted.requests[manner] += 1
                self.counted.bodies[send] = 1
        if answered:
            body = f"K c-{manner}\n{name}/2\n".encode()
            self.records.append(
                Delivery(
                    delivery=f"{name}/d1",
                    application=name,
                    kiosk="K",
                    digest=self.documents.put(body),
                    bytes=len(body),
                    at_ns=3,
                )
            )
        ending = Ending.DELIVERED if answered else Ending.UNRESOLVED
        self.records.append(ApplicationEnded(application=name, ending=ending, at_ns=4))

    def send(self, name, send, answer):
        self.records.append(
            SendIntent(send=send, application=name, step=Step.APPLY, where="", connection="c", at_ns=1, bytes=1)
        )
        self.records.append(SendOutcome(send=send, answer=answer, at_ns=2))

    def failing(self):
        """Return the names of the checks that do not pass."""
        counts = PlayerCounters(started=7, ended=7, sends=11, outcomes=11, deliveries=3, at_ns=5)
        with SegmentWriter(self.proof, "w", "proof") as segment:
            for record in [*self.records, counts]:
                segment.append(record)
        self.documents.close()
        return [c.name for c in check_all(self.proof, self.counted, [0, 0]) if not c.passed]


@pytest.fixture
def doctored(tmp_path):
    return Doctored(tmp_path / "proof")


def test_an_honest_generator_passes(doctored):
    assert doctored.failing() == []


def test_a_connection_left_open_is_found(doctored):
    doctored.counted.left_open = 1
    assert doctored.failing() == ["the players ended in order"]


def test_a_silent_retry_is_found(doctored):
    doctored.counted.requests[Manner.DEAF] += 1
    doctored.counted.connections[Manner.DEAF] += 1
    doctored.counted.bodies["a-deaf/1"] += 1
    assert "one journaled send is one request" in doctored.failing()


def test_a_retry_of_an_unread_request_is_found(doctored):
    doctored.counted.connections[Manner.UNREAD] += 1
    assert "a dying connection is no answer and no retry" in doctored.failing()


def test_a_request_that_never_arrived_is_found(doctored):
    doctored.counted.requests[Manner.ECHO] -= 1
    assert doctored.failing() == ["one journaled send is one request"]


def test_a_request_that_was_given_up_and_left_all_the_same_is_found(doctored):
    doctored.counted.requests[Manner.HASTY] += 1
    assert doctored.failing() == ["one journaled send is one request"]


def test_a_proof_in_which_nothing_was_given_up_proves_nothing(doctored):
    doctored.counted.parts = 0
    assert doctored.failing() == ["a burst given up while it was held leaves no request"]


def test_swapped_answers_are_found(doctored):
    one, two, _ = (i for i, r in enumerate(doctored.records) if isinstance(r, Delivery))
    a, b = doctored.records[one], doctored.records[two]
    doctored.records[one] = replace(a, digest=b.digest)
    doctored.records[two] = replace(b, digest=a.digest)
    assert doctored.failing() == ["every answer reaches its own application"]


def test_a_followed_redirect_or_proxy_is_found(doctored):
    doctored.counted.connections[Manner.STRAY] = 1
    assert doctored.failing() == ["redirects and the environment's proxies are ignored"]


def test_a_carried_cookie_is_found(doctored):
    doctored.counted.cookies = 1
    assert doctored.failing() == ["no cookie is carried on"]


def test_a_lost_record_is_found(doctored):
    doctored.records.pop()
    assert "players' counts and journal agree" in doctored.failing()
