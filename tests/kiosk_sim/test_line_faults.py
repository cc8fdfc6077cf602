"""What happens to a line on purpose is what is journaled, is bounded, and leaves nothing to the next customer."""

from __future__ import annotations

import socket

import pytest

from harness.records.faults import LineFault
from harness.records.history import Answer
from harness.records.plan import PlannedLineFault, Step
from kiosk_sim.targets.actions import Answered, Failed

DOCUMENT = bytes(range(256)) * 40  # twenty sips


def fault(how, lasts_ms=0.0):
    return PlannedLineFault(step=Step.COLLECT, how=how, lasts_ms=lasts_ms)


def echo(peer):
    while peer.read():
        peer.answer(DOCUMENT)


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def line(request, serve, bench, tls_files):
    """A driver, a server that notes what it sees of each connection's end, and those notes."""
    ends = []

    def watching(peer):
        request_ = part = b""
        while part := peer.socket.recv(65536):
            request_ += part
            if request_.endswith(b"the end"):
                peer.answer(DOCUMENT)
                ends.append("answered")
        ends.append(request_)

    server = serve(watching, tls_files.server() if request.param else None)
    driver = bench("wire", tls_of=lambda _: tls_files.client())

    def send(planned, **more):
        return driver.send(server.url, body=b"x" * 3000 + b"the end", fault=planned, **more)

    return send, server, ends


def test_a_cut_request_is_never_whole_and_nobody_asks_again(line, until):
    send, server, ends = line
    done = send(fault(LineFault.CUT_REQUEST))
    assert isinstance(done.result, Failed)
    assert (done.result.answer, done.fault) == (Answer.ABORTED, LineFault.CUT_REQUEST)
    assert "cut on purpose after" in done.result.reason
    if server.url.startswith("http:"):
        until(lambda: len(ends) == 1)
        assert b"the end" not in ends[0]
    assert isinstance(send(None).result, Answered)
    assert server.connections == 2


def test_a_cut_answer_keeps_a_part_and_the_next_customer_gets_a_new_connection(line):
    send, server, _ = line
    done = send(fault(LineFault.CUT_ANSWER))
    assert (done.result.answer, done.result.status, done.fault) == (Answer.ABORTED, 200, LineFault.CUT_ANSWER)
    assert 0 < len(done.result.part) == done.received < len(DOCUMENT)
    assert DOCUMENT.startswith(done.result.part)
    after = send(None)
    assert after.result.body == DOCUMENT
    assert server.connections == 2


def test_behind_a_half_closed_request_the_answer_is_still_taken(line, until):
    send, server, ends = line
    done = send(fault(LineFault.HALF_CLOSE))
    assert (done.result.body, done.fault) == (DOCUMENT, LineFault.HALF_CLOSE)
    until(lambda: len(ends) == 2)  # the server met the end of our direction
    assert isinstance(send(None).result, Answered)
    assert server.connections == 2


def test_a_slow_reader_takes_its_time_and_the_whole_answer(line):
    send, server, _ = line
    quick = send(None)
    slow = send(fault(LineFault.SLOW_READ, lasts_ms=10_000.0))
    assert slow.result.body == quick.result.body == DOCUMENT
    assert slow.fault is LineFault.SLOW_READ
    assert slow.done_ns - slow.left_ns > 19 * 20e6  # twenty sips of 20 ms each
    assert server.connections == 1  # which is as good as before


def test_slow_reading_ends_by_itself_and_the_rest_is_taken_at_once(serve, bench):
    done = bench("wire").send(serve(echo).url, fault=fault(LineFault.SLOW_READ, lasts_ms=50.0))
    assert done.result.body == DOCUMENT
    assert done.fault is LineFault.SLOW_READ


@pytest.mark.parametrize("how", [LineFault.HALF_CLOSE, LineFault.SLOW_READ])
def test_a_target_that_hangs_up_on_such_a_line_is_no_failure_of_its_own(how, serve, bench):
    def strict(peer):
        peer.read()
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n%PDF half")
        peer.socket.shutdown(socket.SHUT_RDWR)

    done = bench("wire").send(serve(strict).url, fault=fault(how, lasts_ms=5_000.0))
    assert (done.result.answer, done.result.part) == (Answer.ABORTED, b"%PDF half")
    assert done.result.reason.startswith(f"{how} on purpose: ")


def test_a_line_that_never_came_to_its_fault_is_not_said_to_have_had_it(serve, bench):
    refused = bench("wire").send(
        serve(lambda p: p.answer(b"") if p.read() else None).url, fault=fault(LineFault.CUT_ANSWER)
    )
    assert (refused.result.status, refused.fault) == (200, None)
    unreachable = bench("wire").send("http://127.0.0.1:9", fault=fault(LineFault.CUT_REQUEST))
    assert (unreachable.result.answer, unreachable.fault) == (Answer.UNREACHABLE, None)
