"""The self-proof passes on this generator, and would not pass on one that repeats, loses or mixes up requests."""

from __future__ import annotations

import time

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


@pytest.mark.slow
@pytest.mark.parametrize("client", ["kiosk", "centre", "card"])
def test_this_generator_is_proven_in_a_few_seconds(client, run_against):
    adapter = 'adapter = "echo"\n' if client == "centre" else ""
    run = run_against("http://127.0.0.1:9", "", f'client = "{client}"\n{adapter}')
    started = time.monotonic()
    assert run.play("selfproof") == 0, run.errors
    assert time.monotonic() - started < 15.0  # about 2 s on a machine with nothing else to do
    (proof,) = run.records(SelfProof)
    assert proof.passed
    assert len(proof.checks) == 9
    assert all(check.passed for check in proof.checks)


class Doctored:
    """A proof's journal, made by hand: one visit per manner, and what the endpoint counted."""

    def __init__(self, path):
        self.proof = RunFolder.create(path)
        self.documents = DocumentWriter(self.proof, "w")
        self.records = []
        self.counted = Counted(connections=dict.fromkeys(Manner, 0), requests=dict.fromkeys(Manner, 0), bodies={})
        for manner in (Manner.ECHO, Manner.IDLE, Manner.DEAF, Manner.TORN, Manner.UNREAD, Manner.REDIRECT):
            self.visit(manner)

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
        answered = manner in (Manner.ECHO, Manner.IDLE)
        for number in (1, 2) if answered else (1,):
            send = f"{name}/{number}"
            self.records.append(
                SendIntent(send=send, application=name, step=Step.APPLY, where="", connection="c", at_ns=1, bytes=1)
            )
            self.records.append(SendOutcome(send=send, answer=Answer.ANSWERED, at_ns=2))
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

    def failing(self):
        """Return the names of the checks that do not pass."""
        counts = PlayerCounters(started=6, ended=6, sends=8, outcomes=8, deliveries=2, at_ns=5)
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


def test_swapped_answers_are_found(doctored):
    one, two = (i for i, r in enumerate(doctored.records) if isinstance(r, Delivery))
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
