"""The same sessions end alike, and are journaled alike, under every driver: own sockets, httpx, canned answers."""

from __future__ import annotations

import ssl

import pytest

from harness.config import read_json_lines
from harness.records.certificates import Certificate, Options
from harness.records.history import Answer, ApplicationEnded, Delivery, Ending, SendIntent, SendOutcome
from harness.records.plan import AbortHow, Batch, BatchKind, PlannedAbort, PlannedApplication, Step
from harness.records.target import Target
from kiosk_sim.cards import CardRecord
from kiosk_sim.drivers.canned import CannedTransport
from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.perform import Performer
from kiosk_sim.drivers.quiet import HttpxTransport
from kiosk_sim.drivers.routing import Routing
from kiosk_sim.drivers.wire import WireTransport
from kiosk_sim.playlog import PlayLog
from kiosk_sim.purse import Purse
from kiosk_sim.targets.actions import Answered, Failed
from kiosk_sim.targets.reference import ReferenceAdapter
from tests.kiosk_sim.memory import Memory

DRIVERS = ["wire", "httpx", "canned"]
BATCH = Batch(batch="B1", phase="P1", kind=BatchKind.SEQUENCE, applications=())


class CannedPeer:
    """What the stub issuer takes for a connection: one request in, one answer out, no socket in between."""

    def __init__(self, request):
        lines = [f"{request.method} {request.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in request.wire_headers()]
        self._request = "\r\n".join(lines).encode() + b"\r\n\r\n" + request.body
        self._written = b""
        self.socket = self
        self.result = None

    def read(self):
        request, self._request = self._request, b""
        return request

    def answer(self, body=b"ok", status="200 OK", headers=""):
        pairs = [line.split(": ", 1) for line in headers.split("\r\n") if line]
        lower = tuple((name.lower(), value) for name, value in pairs)
        self.result = Answered(status=int(status.split()[0]), headers=lower, body=body)

    def write(self, data):
        self._written = data

    def close(self):
        status = 200 if self._written else 0
        part = self._written.partition(b"\r\n\r\n")[2]
        self.result = Failed(answer=Answer.RESET, reason="the target closed", status=status, part=part)


class Play:
    """One visit under one driver, and what was journaled of it."""

    def __init__(self, driver, url, issuer, cards, abort=None):
        self.memory = Memory()
        log = PlayLog(self.memory, self.memory)
        target = Target(name="t", url=url, node_header="X-Node-Id")
        transport = _transport(driver, issuer, log)
        performer = Performer(
            target=target,
            adapter=ReferenceAdapter(target),
            routing=Routing(target),
            transport=transport,
            log=log,
            signer_of=Purse(cards).signer_of,
        )
        serial = next(read_json_lines(cards / "cards.jsonl", CardRecord)).serial
        self.ended = performer.issue(
            PlannedApplication(
                application="A1",
                resident="R00001",
                card=serial,
                certificate=Certificate.TAX,
                options=Options(),
                kiosk="K1",
                store="S1",
                abort=abort,
            ),
            BATCH,
        )
        transport.close()

    def journaled(self):
        """Return what of the journal may depend neither on the driver nor on the stub's running numbers."""
        return [_bare(record) for record in self.memory.records]


def _transport(driver, issuer, log):
    leases = Leases(Target(name="t", url="http://h").client, 1)
    if driver == "wire":
        return WireTransport(leases, lambda _: ssl.create_default_context(), "w", log.note)
    if driver == "httpx":
        return HttpxTransport(leases, lambda _: ssl.create_default_context(), "w")

    def answer(request):
        peer = CannedPeer(request)
        issuer(peer)
        return peer.result

    return CannedTransport(answer)


def _bare(record):
    match record:
        case SendIntent():
            return ("intent", record.send, record.step, record.where.partition("/Q")[0])
        case SendOutcome():
            return ("outcome", record.send, record.answer, record.status)
        case Delivery():
            return ("delivery", record.copy, record.issue_number, record.complete)
        case ApplicationEnded():
            return ("ended", record.ending, record.code, record.copies, record.charged, record.acknowledged)
    return (type(record).__name__,)


def _close(peer):
    peer.socket.close()


def _torn(peer):
    peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n%PDF half")
    peer.socket.close()


def _status(status, body=b"", headers=""):
    return lambda peer: peer.answer(body, status, headers)


CASES = {
    "all goes well": (None, None, None, Ending.DELIVERED),
    "refused": ("apply", _status("409 Conflict", b'{"code":"DECEASED"}'), None, Ending.REFUSED),
    "busy": ("apply", _status("503 Service Unavailable", b'{"code":"BUSY"}'), None, Ending.FAILED),
    "server error": ("apply", _status("500 Internal Server Error"), None, Ending.UNRESOLVED),
    "redirect": ("payment", _status("302 Found", headers="Location: /x\r\n"), None, Ending.UNRESOLVED),
    "html": ("document", _status("200 OK", b"<html>", "Content-Type: text/html\r\n"), None, Ending.DELIVERED),
    "no answer": ("document", _close, None, Ending.UNRESOLVED),
    "half a document": ("document", _torn, None, Ending.UNRESOLVED),
    "cancelled": (None, None, PlannedAbort(step=Step.PAY, how=AbortHow.CANCEL), Ending.ABORTED),
    "walked away": (None, None, PlannedAbort(step=Step.COLLECT, how=AbortHow.WALK_AWAY), Ending.ABORTED),
}


@pytest.mark.parametrize("case", CASES)
def test_every_driver_plays_a_session_to_the_same_end(case, serve, issuer, cards):
    step, fault, abort, ending = CASES[case]
    if step:
        issuer.faults[("K1", step)] = fault
    server = serve(issuer)
    told = []
    for driver in DRIVERS:
        play = Play(driver, server.url, issuer, cards, abort)
        assert play.ended.ending is ending, driver
        told.append(play.journaled())
    assert told[0] == told[1] == told[2]
