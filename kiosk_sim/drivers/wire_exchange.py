"""One HTTP/1.1 exchange (h11) on one own socket: prepared, sent in one piece, bounded, told."""

from __future__ import annotations

import time
from collections.abc import Callable

import h11
from msgspec.structs import replace

from harness.records.history import Answer
from kiosk_sim.drivers.channel import Channel, SendFailed
from kiosk_sim.drivers.charge import Charge, Withdrawn
from kiosk_sim.drivers.transport import (
    Bounds,
    Depart,
    Exchanged,
    IllegalRequest,
    Request,
    refused_certificate,
    say,
)
from kiosk_sim.targets.actions import Answered, Failed, Headers

_MAX_HEAD = 64 * 1024  # of an answer's status line and headers; a longer one is not the protocol agreed on


class HttpConnection:
    """One keep-alive connection and its protocol state."""

    def __init__(self, id_: str, channel: Channel) -> None:
        """Take over a connected channel."""
        self.id = id_
        self.channel = channel
        self.reusable = True
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)

    def encode(self, request: Request) -> tuple[bytes, bytes]:
        """Return the request's head and body as they are sent; raise IllegalRequest."""
        target = request.origin.base + request.path
        try:
            head = h11.Request(method=request.method, target=target, headers=request.wire_headers())
            begin = self._http.send(head) or b""
            parts = [self._http.send(h11.Data(data=request.body))] if request.body else []
            parts.append(self._http.send(h11.EndOfMessage()))
        except (h11.LocalProtocolError, UnicodeEncodeError) as e:
            self.reusable = False
            raise IllegalRequest(f"HTTP does not allow this request: {e}") from None
        return begin, b"".join(part for part in parts if part)

    def next_event(self, by: float, first_byte: Callable[[], None]) -> object:
        """Return the next h11 event; raise OSError, _Ended or h11.RemoteProtocolError."""
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            received = self.channel.receive(by)
            first_byte()
            self._http.receive_data(received)
            if not received:
                return self._at_end()

    def _at_end(self) -> object:
        try:
            event = self._http.next_event()
        except h11.RemoteProtocolError:
            raise _Ended from None
        if isinstance(event, h11.ConnectionClosed) or event is h11.NEED_DATA:
            raise _Ended
        return event

    def rest(self) -> None:
        """Make ready for the next request, or for being closed."""
        trailing, _ = self._http.trailing_data
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        self.reusable = self.reusable and done and not trailing
        if self.reusable:
            self._http.start_next_cycle()


class _Ended(Exception):
    """The server closed the connection before its answer was complete."""


class WireExchange:
    """One request and its answer on a warm connection."""

    def __init__(self, connection: HttpConnection, request: Request, bounds: Bounds) -> None:
        """Prepare every byte of the request; raise IllegalRequest."""
        self._connection = connection
        self._bounds = bounds
        self._charge = Charge(connection.channel, *connection.encode(request), bounds.answer_s)
        self._first_byte_ns = 0
        self._status = 0
        self._headers: Headers = ()
        self._body: list[bytes] = []
        self._received = 0

    def run(self, depart: Depart) -> Exchanged:
        """Depart, await the answer within the bounds, and say what came of it."""
        try:
            depart(self._connection.id, self._charge)
        except Withdrawn as e:
            return replace(self._fail(Answer.WITHDRAWN, str(e)), withdrawn=True, again=e.again)
        except SendFailed as e:
            return self._not_sent(e)
        try:
            self._read()
        except _Ended:
            return self._fail(Answer.RESET, f"the target closed the connection {self._how_far()}")
        except _TooLarge as e:
            return self._fail(Answer.TOO_LARGE, str(e))
        except TimeoutError:
            return self._timed_out()
        except h11.RemoteProtocolError as e:
            return self._fail(Answer.MALFORMED, f"not HTTP/1.1: {e}")
        except OSError as e:
            refused = refused_certificate(e)
            return self._fail(Answer.UNREACHABLE if refused else Answer.RESET, f"{say(e)} {self._how_far()}")
        return self._done(Answered(status=self._status, headers=self._headers, body=b"".join(self._body)))

    def _read(self) -> None:
        wait_s = self._bounds.answer_s
        if self._bounds.hang_up_s is not None:
            wait_s = min(wait_s, self._bounds.hang_up_s)
        by = self._charge.left_ns / 1e9 + wait_s
        while not isinstance(event := self._connection.next_event(by, self._mark_first_byte), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                self._take_head(event)
            elif isinstance(event, h11.Data):
                self._take_body(bytes(event.data))
            elif not isinstance(event, h11.InformationalResponse):
                raise _Ended

    def _mark_first_byte(self) -> None:
        self._first_byte_ns = self._first_byte_ns or time.monotonic_ns()

    def _take_head(self, head: h11.Response) -> None:
        self._status = head.status_code
        self._headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
        announced = next((value for name, value in self._headers if name == "content-length"), "0")
        if int(announced) > self._bounds.body_bytes:
            raise _TooLarge(f"the answer announces {announced} bytes; the limit is {self._bounds.body_bytes}")

    def _take_body(self, chunk: bytes) -> None:
        self._received += len(chunk)
        self._body.append(chunk)
        if self._received > self._bounds.body_bytes:
            raise _TooLarge(f"cut off after {self._received} bytes; the limit is {self._bounds.body_bytes}")

    def _how_far(self) -> str:
        if self._status:
            return f"after {self._received} bytes of the answer's body"
        return "in the middle of the answer's head" if self._first_byte_ns else "before any byte of an answer"

    def _not_sent(self, e: SendFailed) -> Exchanged:
        if self._charge.loaded and not self._charge.readable:
            return self._fail(Answer.UNREACHABLE, f"{say(e.cause)} before the target could read any of the request")
        if e.sent == 0:
            return self._fail(Answer.UNREACHABLE, f"{say(e.cause)} before any byte had left")
        timed_out = isinstance(e.cause, TimeoutError)
        answer = Answer.TIMEOUT if timed_out else Answer.RESET
        return self._fail(answer, f"{say(e.cause)} after {e.sent} of {self._charge.size} bytes had left")

    def _timed_out(self) -> Exchanged:
        hang_up_s = self._bounds.hang_up_s
        if hang_up_s is not None and hang_up_s < self._bounds.answer_s:
            return self._fail(Answer.ABORTED, f"hung up on purpose {self._how_far()}")
        return self._fail(
            Answer.TIMEOUT, f"no complete answer within {self._bounds.answer_s:g} s; gave up {self._how_far()}"
        )

    def _fail(self, answer: Answer, reason: str) -> Exchanged:
        self._connection.reusable = False
        return self._done(
            Failed(
                answer=answer,
                reason=reason,
                status=self._status,
                headers=self._headers,
                part=b"".join(self._body),
            )
        )

    def _done(self, result: Answered | Failed) -> Exchanged:
        return Exchanged(
            result=result,
            done_ns=time.monotonic_ns(),
            left_ns=self._charge.left_ns,
            first_byte_ns=self._first_byte_ns,
            received=self._received,
        )


class _TooLarge(Exception):
    """The answer is larger than allowed."""
