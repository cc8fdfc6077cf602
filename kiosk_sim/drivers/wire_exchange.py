"""One HTTP/1.1 exchange on one own socket: prepared, sent in one piece, bounded, told."""

from __future__ import annotations

import time

from msgspec.structs import replace

from harness.records.faults import LineFault
from harness.records.history import Answer
from kiosk_sim.drivers.answers import Ended, Incoming, Malformed, Told
from kiosk_sim.drivers.channel import Channel, SendFailed
from kiosk_sim.drivers.charge import Charge, Withdrawn
from kiosk_sim.drivers.line import CutOff, Line
from kiosk_sim.drivers.request_head import encode_head
from kiosk_sim.drivers.transport import Bounds, Depart, Exchanged, Request, refused_certificate, say
from kiosk_sim.targets.actions import Answered, Failed, Headers


class HttpConnection:
    """One keep-alive connection."""

    def __init__(self, id_: str, channel: Channel) -> None:
        """Take over a connected channel."""
        self.id = id_
        self.channel = channel
        self.reusable = True
        self.surplus = 0  # bytes behind the last answer


class WireExchange:
    """One request and its answer on a warm connection."""

    def __init__(self, connection: HttpConnection, request: Request, bounds: Bounds) -> None:
        """Prepare every byte of the request; raise IllegalRequest."""
        self._connection = connection
        self._bounds = bounds
        self._charge = Charge(connection.channel, encode_head(request), request.body, bounds.answer_s)
        self._line = Line(connection.channel, self._charge, bounds.fault)
        self._incoming = Incoming(request.method, self._receive)
        self._last = any(name.lower() == "connection" and "close" in value.lower() for name, value in request.headers)
        self._by_s = 0.0  # monotonic
        self._first_byte_ns = 0
        self._status = 0
        self._headers: Headers = ()
        self._body: list[bytes] = []
        self._received = 0

    def run(self, depart: Depart) -> Exchanged:
        """Depart, await the answer within the bounds, and say what came of it."""
        try:
            depart(self._connection.id, self._line.fire)
        except Withdrawn as e:
            return replace(self._fail(Answer.WITHDRAWN, str(e)), withdrawn=True, again=e.again)
        except SendFailed as e:
            return self._not_sent(e)
        try:
            self._line.departed()
            self._read()
        except CutOff as e:
            return self._fail(Answer.ABORTED, str(e))
        except Ended:
            return self._closed_by_target(f"the target closed the connection {self._how_far()}")
        except _TooLarge as e:
            return self._fail(Answer.TOO_LARGE, str(e))
        except TimeoutError:
            return self._timed_out()
        except Malformed as e:
            return self._fail(Answer.MALFORMED, str(e))
        except OSError as e:
            if refused_certificate(e):
                return self._fail(Answer.UNREACHABLE, f"{say(e)} {self._how_far()}")
            return self._closed_by_target(f"{say(e)} {self._how_far()}")
        return self._done(Answered(status=self._status, headers=self._headers, body=b"".join(self._body)))

    def _read(self) -> None:
        wait_s = self._bounds.answer_s
        if self._bounds.hang_up_s is not None:
            wait_s = min(wait_s, self._bounds.hang_up_s)
        self._by_s = self._charge.left_ns / 1e9 + wait_s + self._line.longer_s()
        for part in self._incoming.parts():
            if isinstance(part, Told):
                self._take_head(part)
            else:
                self._take_body(part)
        self._connection.surplus = self._incoming.surplus
        half_closed = self._line.done is LineFault.HALF_CLOSE
        self._connection.reusable = self._incoming.reusable and not self._last and not half_closed

    def _receive(self) -> bytes:
        received = self._line.receive(self._by_s)
        if received:
            self._first_byte_ns = self._first_byte_ns or time.monotonic_ns()
        return received

    def _take_head(self, told: Told) -> None:
        self._status, self._headers = told.status, told.headers
        announced = next((value for name, value in self._headers if name == "content-length"), "0")
        if int(announced) > self._bounds.body_bytes:
            raise _TooLarge(f"the answer announces {announced} bytes; the limit is {self._bounds.body_bytes}")

    def _take_body(self, chunk: bytes) -> None:
        taken = self._line.take(chunk)
        self._received += len(taken)
        self._body.append(taken)
        if len(taken) < len(chunk):
            raise CutOff(f"cut on purpose {self._how_far()}")
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

    def _closed_by_target(self, reason: str) -> Exchanged:
        if self._line.excuses():
            return self._fail(Answer.ABORTED, f"{self._line.done} on purpose: {reason}")
        return self._fail(Answer.RESET, reason)

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
            fault=self._line.done,
        )


class _TooLarge(Exception):
    """The answer is larger than allowed."""
