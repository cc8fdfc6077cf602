"""Every driver puts one journaled send on the wire as one request, and says what became of it."""

from __future__ import annotations

import socket
import ssl
import time

import pytest

from harness.records.history import Answer
from harness.records.target import Client
from kiosk_sim.drivers.transport import IllegalRequest
from kiosk_sim.targets.actions import Answered, Failed

DRIVERS = ["wire", "httpx"]
pytestmark = pytest.mark.parametrize("driver", DRIVERS)


def echo(peer):
    while request := peer.read():
        peer.answer(request.partition(b"\r\n\r\n")[2], headers="X-Node-Id: n1\r\n")


def test_an_answer_comes_back_whole_with_times_in_order(driver, serve, bench):
    server = serve(echo)
    before = time.monotonic_ns()
    done = bench(driver).send(server.url, body=b"x" * 100_000)
    assert isinstance(done.result, Answered)
    assert done.result.status == 200
    assert done.result.body == b"x" * 100_000
    assert done.result.header("X-Node-Id") == "n1"
    assert before < done.left_ns <= done.first_byte_ns <= done.done_ns


def test_both_drivers_send_exactly_the_same_bytes(driver, serve, bench):
    server = serve(echo)
    bench(driver).send(server.url + "/base", path="/a?b=1", headers=(("X-One", "1"),), body=b"hello")
    lines = server.requests[0].split(b"\r\n")
    host = f"127.0.0.1:{server.port}".encode()
    assert lines[0] == b"POST /base/a?b=1 HTTP/1.1"
    assert sorted(line.lower() for line in lines[1:-2]) == sorted(
        [
            b"host: " + host,
            b"content-length: 5",
            b"accept: */*",
            b"accept-encoding: identity",
            b"user-agent: honnin",
            b"x-one: 1",
        ]
    )
    assert lines[-1] == b"hello"


def test_a_kiosk_keeps_its_connection_across_customers(driver, serve, bench):
    server = serve(echo)
    one = bench(driver)
    for card in ("1", "2", "3"):
        one.send(server.url, kiosk="K1", card=card)
    assert server.connections == 1
    assert len(set(one.departures)) == 1


def test_kiosks_never_share_a_connection(driver, serve, bench):
    server = serve(echo)
    one = bench(driver)
    for kiosk in ("K1", "K2", "K1"):
        one.send(server.url, kiosk=kiosk)
    assert server.connections == 2
    assert one.departures[0] == one.departures[2] != one.departures[1]


def test_the_centre_uses_few_connections_in_turn_for_different_people(driver, serve, bench):
    server = serve(echo)
    one = bench(driver, Client.CENTRE, size=2)
    for kiosk in ("K1", "K2", "K3", "K4"):
        one.send(server.url, kiosk=kiosk)
    assert server.connections == 2
    assert one.departures[:2] == one.departures[2:]


def test_a_card_takes_its_connection_with_it(driver, serve, bench):
    server = serve(echo)
    one = bench(driver, Client.CARD)
    for card in ("1", "2"):
        done = one.send(server.url, card=card)
        assert isinstance(done.result, Answered)
    assert server.connections == 2


def test_a_connection_closed_while_idle_is_replaced_before_anything_is_sent(driver, serve, bench, until):
    closed = []

    def once(peer):
        peer.read()
        peer.answer()
        peer.socket.close()
        closed.append(1)

    server = serve(once)
    one = bench(driver)
    for number in range(3):
        done = one.send(server.url)
        assert isinstance(done.result, Answered)
        until(lambda wanted=number + 1: len(closed) == wanted)
    assert len(server.requests) == 3
    assert len(set(one.departures)) == 3


def test_an_answer_that_says_close_is_the_last_on_its_connection(driver, serve, bench):
    def closing(peer):
        peer.read()
        peer.answer(headers="Connection: close\r\n")

    server = serve(closing)
    one = bench(driver)
    assert isinstance(one.send(server.url).result, Answered)
    assert isinstance(one.send(server.url).result, Answered)
    assert server.connections == 2


def test_an_answer_without_length_ends_with_its_connection(driver, serve, bench):
    def old(peer):
        peer.read()
        peer.write(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    done = bench(driver).send(serve(old).url)
    assert isinstance(done.result, Answered)
    assert done.result.body == b"all of it"


def test_a_chunked_answer_is_put_together(driver, serve, bench):
    def chunked(peer):
        peer.read()
        peer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        peer.write(b"2\r\nde\r\n0\r\n\r\n")

    done = bench(driver).send(serve(chunked).url)
    assert isinstance(done.result, Answered)
    assert done.result.body == b"abcde"


def test_refused_connection_is_unreachable_and_nothing_departs(driver, bench):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    one = bench(driver)
    done = one.send(f"http://127.0.0.1:{port}")
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.UNREACHABLE
    assert "refused" in done.result.reason
    assert one.departures == []


def test_unknown_host_is_unreachable(driver, bench):
    done = bench(driver).send("http://no-such-host.invalid:1")
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.UNREACHABLE
    assert "no-such-host.invalid" in done.result.reason


def test_a_connection_reset_before_the_request_is_read_is_not_tried_again(driver, serve, bench):
    def unread(peer):
        time.sleep(0.05)
        peer.reset()

    server = serve(unread)
    done = bench(driver).send(server.url)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.RESET
    assert server.connections == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_closed_instead_of_an_answer_is_not_tried_again(driver, method, serve, bench):
    def deaf(peer):
        peer.read()

    server = serve(deaf)
    done = bench(driver).send(server.url, method=method, body=b"")
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.RESET
    assert len(server.requests) == server.connections == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_kept_connection_that_dies_on_its_second_request_is_not_tried_again(driver, method, serve, bench):
    def once(peer):
        peer.read()
        peer.answer()
        peer.read()

    server = serve(once)
    one = bench(driver)
    one.send(server.url)
    done = one.send(server.url, method=method, body=b"")
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.RESET
    assert len(server.requests) == 2
    assert server.connections == 1


def test_a_torn_answer_is_reset_and_its_part_is_kept(driver, serve, bench):
    def torn(peer):
        peer.read()
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 half")

    done = bench(driver).send(serve(torn).url)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.RESET
    assert done.result.status == 200
    assert done.result.part == b"%PDF-1.7 half"
    assert "13 bytes" in done.result.reason


def test_an_answer_that_never_comes_is_a_timeout(driver, serve, bench):
    def silent(peer):
        peer.read()
        peer.read()  # until the client has gone

    done = bench(driver).send(serve(silent).url, answer_s=0.3)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.TIMEOUT
    assert "0.3 s" in done.result.reason


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"])
def test_an_answer_that_drips_is_cut_off_at_the_same_deadline(driver, head, serve, bench):
    def drip(peer):
        peer.read()
        peer.write(head)
        for _ in range(8000):  # longer than the test may take
            peer.write(b"H")
            time.sleep(0.1)

    done = bench(driver).send(serve(drip).url, answer_s=0.5)
    assert isinstance(done.result, Failed)
    assert done.result.answer in (Answer.TIMEOUT, Answer.MALFORMED)
    if head:
        assert done.result.answer is Answer.TIMEOUT


def test_a_300_mb_body_is_cut_off_without_being_kept(driver, serve, bench):
    block = b"x" * 1_000_000

    def flood(peer):
        peer.read()
        peer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(300):
            peer.write(b"f4240\r\n" + block + b"\r\n")
        peer.write(b"0\r\n\r\n")

    done = bench(driver).send(serve(flood).url, body_bytes=2_000_000)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.TOO_LARGE
    assert len(done.result.part) < 4_000_000


def test_an_announced_300_mb_body_is_not_read_at_all(driver, serve, bench):
    def announce(peer):
        peer.read()
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n" + b"x" * 1000)
        time.sleep(1)

    done = bench(driver).send(serve(announce).url)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.TOO_LARGE
    assert "300000000" in done.result.reason


def test_what_is_not_http_is_malformed(driver, serve, bench):
    def other(peer):
        peer.read()
        peer.write(b"220 mail.example ESMTP\r\n\r\n")
        time.sleep(0.2)

    done = bench(driver).send(serve(other).url)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.MALFORMED


def test_redirects_are_answers_and_not_followed(driver, serve, bench):
    elsewhere = serve(echo)

    def redirect(peer):
        while peer.read():
            peer.answer(status="302 Found", headers=f"Location: {elsewhere.url}/\r\n")

    done = bench(driver).send(serve(redirect).url)
    assert isinstance(done.result, Answered)
    assert done.result.status == 302
    assert elsewhere.connections == 0


def test_cookies_are_not_carried_on(driver, serve, bench):
    def cookies(peer):
        while peer.read():
            peer.answer(headers="Set-Cookie: session=1\r\n")

    server = serve(cookies)
    one = bench(driver)
    one.send(server.url)
    one.send(server.url)
    assert all(b"cookie:" not in request.lower() for request in server.requests)


def test_the_environments_proxies_are_ignored(driver, serve, bench, monkeypatch):
    proxy, server = serve(echo), serve(echo)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    assert isinstance(bench(driver).send(server.url).result, Answered)
    assert proxy.connections == 0


def test_an_applicants_disconnect_closes_the_connection_in_time(driver, serve, bench, until):
    ended = []

    def wait_for_end(peer):
        peer.read()
        ended.append(peer.socket.recv(10))

    started = time.monotonic()
    done = bench(driver).send(serve(wait_for_end).url, hang_up_s=0.1, answer_s=60.0)
    assert 0.05 < time.monotonic() - started < 30.0
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.ABORTED
    until(lambda: ended == [b""])


def test_an_answer_before_the_planned_disconnect_is_an_answer(driver, serve, bench):
    assert isinstance(bench(driver).send(serve(echo).url, hang_up_s=1.0).result, Answered)


def test_bytes_that_nobody_asked_for_reach_no_later_customer(driver, serve, bench, until):
    pushed = []

    def pushing(peer):
        peer.read()
        peer.answer(b"first")
        if not pushed:
            peer.answer(b"somebody else's document")
            pushed.append(1)
        while peer.read():
            peer.answer(b"right")

    server = serve(pushing)
    one = bench(driver)
    assert one.send(server.url).result.body == b"first"
    until(lambda: bool(pushed))
    time.sleep(0.05)
    second = one.send(server.url).result
    assert isinstance(second, Answered)
    assert second.body != b"somebody else's document"
    assert server.connections == 2
    assert driver == "httpx" or "unasked" in one.notes[0] or "behind the answer" in one.notes[0]


def test_a_header_that_http_forbids_never_departs(driver, serve, bench):
    server = serve(echo)
    one = bench(driver)
    with pytest.raises(IllegalRequest):
        one.send(server.url, headers=(("x-a", "1\r\nx-b: 2"),))
    assert one.departures == []
    assert server.requests == []
    assert isinstance(one.send(server.url).result, Answered)


def test_interim_answers_are_passed_over(driver, serve, bench):
    def interim(peer):
        peer.read()
        peer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
        peer.answer(b"final")

    assert bench(driver).send(serve(interim).url).result.body == b"final"


def test_breaking_off_ends_what_is_in_flight_and_lets_nothing_new_leave(driver, serve, bench, until):
    import threading

    def silent(peer):
        peer.read()
        peer.read()

    server = serve(silent)
    one = bench(driver)
    results = []
    thread = threading.Thread(target=lambda: results.append(one.send(server.url, answer_s=60.0)))
    thread.start()
    until(lambda: len(server.requests) == 1)
    one.transport.break_off()
    thread.join(30)
    assert isinstance(results[0].result, Failed)
    assert results[0].result.answer is Answer.RESET
    assert "the player was stopped" in results[0].result.reason
    later = one.send(server.url)
    assert isinstance(later.result, Failed)
    assert later.result.answer is Answer.UNREACHABLE
    assert len(server.requests) == 1


def test_an_untrusted_certificate_is_unreachable_and_says_so(driver, serve, bench, tls_files):
    server = serve(echo, tls_files.server())
    done = bench(driver, tls_of=lambda _: ssl.create_default_context()).send(server.url)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.UNREACHABLE
    assert "not trusted" in done.result.reason
    assert "tls.ca" in done.result.reason


def test_a_wrong_host_name_is_unreachable(driver, serve, bench, tls_files):
    server = serve(echo, tls_files.server(name="elsewhere.example"))
    done = bench(driver, tls_of=lambda _: tls_files.client()).send(server.url)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.UNREACHABLE


def test_tls_to_a_plain_server_is_unreachable(driver, serve, bench, tls_files):
    def plain(peer):
        peer.socket.recv(1000)
        peer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    server = serve(plain)
    done = bench(driver, tls_of=lambda _: tls_files.client()).send(server.url.replace("http:", "https:"))
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.UNREACHABLE
    assert "TLS" in done.result.reason


def test_tls_carries_large_messages_both_ways_on_one_connection(driver, serve, bench, tls_files):
    server = serve(echo, tls_files.server())
    one = bench(driver, tls_of=lambda _: tls_files.client())
    for _ in range(3):
        done = one.send(server.url, body=b"z" * 200_000)
        assert isinstance(done.result, Answered)
        assert done.result.body == b"z" * 200_000
    assert server.connections == 1


def test_an_answer_that_tls_may_have_cut_is_not_whole(driver, serve, bench, tls_files):
    def torn(peer):
        peer.read()
        peer.write(b"HTTP/1.1 200 OK\r\n\r\nall of it?")

    done = bench(driver, tls_of=lambda _: tls_files.client()).send(serve(torn, tls_files.server()).url)
    if driver == "httpx":  # cannot tell how TLS ended: a document that was cut shows when it is read
        assert isinstance(done.result, Answered)
        return
    assert isinstance(done.result, Failed)
    assert (done.result.answer, done.result.part) == (Answer.RESET, b"all of it?")


def test_what_tls_brought_behind_an_answer_reaches_no_later_customer(driver, serve, bench, until, tls_files):
    pushed = []

    def pushing(peer):
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # both at once
        peer.read()
        peer.answer(b"first")
        if not pushed:
            peer.answer(b"somebody else's document")
            pushed.append(1)
        while peer.read():
            peer.answer(b"right")

    def late(_, fire):
        fire()
        if driver == "wire":  # httpx sends after this
            until(lambda: bool(pushed))

    server = serve(pushing, tls_files.server())
    one = bench(driver, tls_of=lambda _: tls_files.client())
    assert one.send(server.url, depart=late).result.body == b"first"
    until(lambda: bool(pushed))
    assert one.send(server.url).result.body == b"first"
    assert server.connections == 2


def test_a_missing_client_certificate_was_surely_not_processed(driver, serve, bench, tls_files):
    server = serve(echo, tls_files.server(wants_client=True))
    done = bench(driver, tls_of=lambda _: tls_files.client()).send(server.url)
    assert isinstance(done.result, Failed)
    assert done.result.answer is Answer.UNREACHABLE
    assert "certificate" in done.result.reason


def test_each_card_shows_its_own_certificate(driver, serve, bench, tls_files):
    shown = []

    def showing(peer):
        shown.append(peer.socket.getpeercert()["subject"][0][0][1])
        echo(peer)

    server = serve(showing, tls_files.server(wants_client=True))
    one = bench(driver, Client.CARD, tls_of=lambda holder: tls_files.client(holder.card))
    for card in ("card-1", "card-2"):
        assert isinstance(one.send(server.url, card=card).result, Answered)
    assert shown == ["card-1", "card-2"]
