"""An answer is the same in whatever pieces it comes; a request's head is one request's."""

from __future__ import annotations

import random

import h11
import pytest

from kiosk_sim.drivers.answers import Ended, Incoming, Malformed, Told
from kiosk_sim.drivers.request_head import encode_head
from kiosk_sim.drivers.transport import Holder, IllegalRequest, Origin, Request

OK = b"HTTP/1.1 200 OK\r\n"


def taken(answer, size, method="POST"):
    """Return status, headers, body and whether the connection can be used again, from pieces of `size` bytes."""
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    incoming = Incoming(method, lambda: pieces.pop(0) if pieces else b"")
    head, *body = incoming.parts()
    assert isinstance(head, Told)
    return head.status, head.headers, b"".join(body), incoming.reusable and not pieces


LENGTH_2 = (("content-length", "2"),)


@pytest.mark.parametrize("size", [1, 7, 50, 10_000])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (OK + b"Content-Length: 2\r\n\r\nab", (200, LENGTH_2, b"ab", True)),
        (b"HTTP/1.1 404\r\ncontent-length:2 \r\n\r\nab", (404, LENGTH_2, b"ab", True)),
        (OK + b"X: \xe9\r\nContent-Length: 0\r\n\r\n", (200, (("x", "\xe9"), ("content-length", "0")), b"", True)),
        (
            OK + b"Connection: Keep-Alive\r\nContent-Length: 300\r\n\r\n" + b"x" * 300,
            (200, (("connection", "Keep-Alive"), ("content-length", "300")), b"x" * 300, True),
        ),
        (
            OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nab",
            (200, (("connection", "close"), ("content-length", "2")), b"ab", False),
        ),
        (OK + b"Content-Length: 2\r\n\r\nabHTTP/1.1", (200, LENGTH_2, b"ab", False)),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", (200, LENGTH_2, b"ab", True)),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nab", (200, LENGTH_2, b"ab", True)),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
            (200, (("transfer-encoding", "chunked"),), b"ab", True),
        ),
        (b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n", (204, (("content-length", "5"),), b"", True)),
        (OK + b"X: 1\r\n\r\nuntil the end", (200, (("x", "1"),), b"until the end", False)),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", (200, LENGTH_2, b"ab", False)),
    ],
)
def test_an_answer_is_the_same_however_it_is_cut(answer, expected, size):
    assert taken(answer, size) == expected


@pytest.mark.parametrize("size", [3, 10_000])
def test_the_answer_to_head_has_no_body_whatever_length_it_tells(size):
    assert taken(OK + b"Content-Length: 5\r\n\r\n", size, "HEAD")[2:] == (b"", True)


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", OK + b"Content-Length: 3\r\n\r\nab"])
def test_an_answer_that_ends_early_has_ended(answer, size):
    with pytest.raises((Ended, StopIteration)):
        taken(answer, size)


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        OK + b"Content-Length: +2\r\n\r\nab",
        OK + b"A b: c\r\nContent-Length: 2\r\n\r\nab",
    ],
)
def test_what_is_not_http_is_malformed(answer, size):
    with pytest.raises(Malformed):
        taken(answer, size)


def by_h11_alone(answer, method):
    """Return what `taken` returns, from h11 and the whole answer; the name of the mistake where it is not one."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=64 * 1024)
    http.send(h11.Request(method=method, target="/", headers=[("host", "h")]))
    http.send(h11.EndOfMessage())
    http.receive_data(answer)
    head, body, ended = None, b"", False
    try:
        while not isinstance(event := http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA and not ended:
                http.receive_data(b"")
                ended = True
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif not isinstance(event, h11.InformationalResponse):
                return "Ended"
    except h11.RemoteProtocolError:
        return "Ended" if ended else "Malformed"
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    again = http.our_state is http.their_state is h11.DONE and not ended and not http.trailing_data[0]
    return head.status_code, headers, body, again


_TEXT = ["", "0", "2", "5", "05", "+5", "5,5", "5, 5", "-1", "9" * 16, "\xb25", "5\xa0", "a\x00b", "a\nb"]
_CODING = ["chunked", "Chunked", "gzip, chunked", "identity", "close", "Keep-Alive", "keep-alive, close", "upgrade"]
_NAMES = ["Content-Length", "CONTENT-LENGTH", "Transfer-Encoding", "Connection", "X-A", "Content-Length ", "Trailer"]
_BODIES = [
    "",
    "ab",
    "abcde",
    "x" * 300,
    "2\r\nab\r\n0\r\n\r\n",
    "5\r\nabc",
    "2;e=1\r\nab\r\n0\r\nX: y\r\n\r\n",
    "\r\n\r\n",
]


def crafted(rng):
    """Return an answer, or two, as a careless or malicious server might send them."""
    version = rng.choice(["HTTP/1.1"] * 12 + ["HTTP/1.0", "HTTP/2.0", "http/1.1"])
    end = rng.choice(["\r\n"] * 12 + ["\n"])
    lines = [f"{version} {rng.choice(['200', '200', '200', '204', '304', '100', '103', '205', '404', '20'])} OK"]
    lines += [f"Content-Length: {rng.choice('025')}"] * rng.choice([0, 1, 1, 1, 2])
    for _ in range(rng.choice([0, 0, 1, 2])):
        lines.append(rng.choice(_NAMES) + rng.choice([": ", ":", ":\t"]) + rng.choice(_TEXT + _CODING))
        lines += [" folded"] * (rng.random() < 0.05)
    answer = (end.join([*lines, "", ""]) + rng.choice(_BODIES)).encode("latin-1")
    if rng.random() < 0.1:
        answer = answer[: rng.randrange(1, len(answer))]
    return answer + (crafted(rng) if rng.random() < 0.2 else b"")


def test_every_crafted_answer_is_taken_as_h11_takes_it():
    rng, ordinary = random.Random(4), 0
    for _ in range(2_000):
        answer, method = crafted(rng), rng.choice(["POST", "GET", "HEAD"])
        expected = by_h11_alone(answer, method)
        for size in (1 + rng.randrange(len(answer)), len(answer)):
            try:
                got = taken(answer, size, method)
            except (Ended, Malformed) as e:
                got = type(e).__name__
            assert got == expected, (method, size, answer)
        ordinary += expected[0] == 200
    assert ordinary > 200  # not only what is refused


def request(**changed):
    given = {"method": "POST", "path": "/a?b=1", "headers": (("x-a", "1 2"),), "body": b"ab"} | changed
    return Request(origin=Origin.of("http://h.test/base"), holder=Holder("K1"), **given)


def test_a_head_is_encoded_as_it_stands():
    first, *lines = encode_head(request()).split(b"\r\n")
    assert first == b"POST /base/a?b=1 HTTP/1.1"
    assert lines[0] == b"host: h.test" and b"content-length: 2" in lines and lines[-3:] == [b"x-a: 1 2", b"", b""]


@pytest.mark.parametrize(
    "changed",
    [
        {"path": "/a b"},
        {"path": "/氏名"},
        {"path": "/a HTTP/1.1\r\nx: y\r\n\r\nGET /"},
        {"method": "GET /a HTTP/1.1\r\nx: y\r\n\r\nPOST"},
        {"method": ""},
        {"headers": (("x-a", "secret\r\nx-b: 2"),)},
        {"headers": (("x-a", "secret\n"),)},
        {"headers": (("x-a", " secret"),)},
        {"headers": (("x-a", "secret\x00"),)},
        {"headers": (("x-a", "secret 氏"),)},
        {"headers": (("x a", "secret"),)},
        {"headers": (("x-a: b\r\nx-b", "secret"),)},
        {"headers": (("Host", "secret"),)},
        {"headers": (("Content-Length", "5"),)},
        {"headers": (("transfer-encoding", "chunked"),)},
    ],
)
def test_what_could_be_two_requests_is_none_and_no_value_is_quoted(changed):
    with pytest.raises(IllegalRequest) as told:
        encode_head(request(**changed))
    assert "secret" not in str(told.value)
