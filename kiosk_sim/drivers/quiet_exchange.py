"""One exchange through httpx on one connection, watched by its trace: when it left, how it was answered."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping

import h11
import httpx
from msgspec import Struct

from harness.records.history import Answer
from kiosk_sim.drivers.transport import (
    Bounds,
    Depart,
    Exchanged,
    Request,
    failure_to_connect,
    refused_certificate,
    say,
)
from kiosk_sim.targets.actions import Answered, Failed, Headers


class OneConnection:
    """An httpx transport that holds at most one connection, and the id of the one it holds."""

    def __init__(self, transport: httpx.HTTPTransport, next_id: Callable[[], str]) -> None:
        """Give a new id to each connection that `transport` opens."""
        self.transport = transport
        self.id = ""
        self.stream: object = None
        self._next_id = next_id

    def opened(self, stream: object) -> None:
        """Note a new TCP connection."""
        self.id = self._next_id()
        self.stream = stream

    def holds_unread(self) -> bool:
        """Return whether bytes came behind the answer: httpx would take them for the next customer's.

        Looks into httpx's and httpcore's private parts, for want of a public way; where these have changed, every
        connection counts as holding something and is not used again, which is safe.
        """
        try:
            (connection,) = self.transport._pool.connections
            state: h11.Connection = connection._connection._h11_state  # type: ignore[attr-defined]
        except (AttributeError, ValueError):
            return True
        return bool(state.trailing_data[0])

    def shut(self) -> None:
        """End all reading and writing on the connection, from any thread."""
        get = getattr(self.stream, "get_extra_info", None)
        sock = get("socket") if get else None
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):  # closed by the server in the same moment
                sock.shutdown(socket.SHUT_RDWR)


class _Times(Struct, kw_only=True):
    """What the trace told."""

    departed: bool = False
    left_ns: int = 0
    first_byte_ns: int = 0


class QuietExchange:
    """One request and its answer."""

    def __init__(self, connection: OneConnection, request: Request, bounds: Bounds, depart: Depart) -> None:
        """Nothing is sent yet."""
        self._connection = connection
        self._request = request
        self._bounds = bounds
        self._depart = depart
        self._times = _Times()
        self._cut = False
        self._status = 0
        self._headers: Headers = ()
        self._body: list[bytes] = []
        self._received = 0
        self._timer: threading.Timer | None = None

    def run(self) -> Exchanged:
        """Depart, await the answer within the bounds, and say what came of it."""
        try:
            return self._read()
        except (httpx.TransportError, httpx.StreamError) as e:
            if not self._times.departed:
                return failure_to_connect(self._request, root_cause(e), time.monotonic_ns())
            return self._failed(e)
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _read(self) -> Exchanged:
        response = self._connection.transport.handle_request(self._httpx_request())
        try:
            self._status = response.status_code
            self._headers = tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in response.headers.raw)
            announced = int(response.headers.get("content-length", 0))
            limit = self._bounds.body_bytes
            if announced > limit:
                return self._fail(Answer.TOO_LARGE, f"the answer announces {announced} bytes; the limit is {limit}")
            for chunk in response.iter_raw():
                self._received += len(chunk)
                self._body.append(chunk)
                if self._received > limit:
                    return self._fail(Answer.TOO_LARGE, f"cut off after {self._received} bytes; the limit is {limit}")
        finally:
            response.close()
        return self._done(Answered(status=self._status, headers=self._headers, body=b"".join(self._body)))

    def _httpx_request(self) -> httpx.Request:
        origin = self._request.origin
        url = httpx.URL(
            scheme="https" if origin.tls else "http",
            host=origin.host,
            port=origin.port,
            raw_path=(origin.base + self._request.path).encode("ascii"),
        )
        seconds = self._bounds.answer_s + 1.0  # between two reads; the timer bounds the whole
        timeout = {"connect": self._bounds.connect_s, "read": seconds, "write": seconds, "pool": seconds}
        return httpx.Request(
            self._request.method,
            url,
            headers=self._request.wire_headers(),
            content=self._request.body or None,
            extensions={"timeout": timeout, "trace": self._trace},
        )

    def _trace(self, event: str, info: Mapping[str, object]) -> None:
        match event:
            case "connection.connect_tcp.complete":
                self._connection.opened(info["return_value"])
            case "connection.start_tls.complete":
                self._connection.stream = info["return_value"]
            case "http11.send_request_headers.started":
                self._times.departed = True
                self._depart(self._connection.id, time.monotonic_ns)
            case "http11.send_request_headers.complete" | "http11.send_request_body.complete":
                self._times.left_ns = time.monotonic_ns()
            case "http11.receive_response_headers.started":
                self._start_timer()
            case "http11.receive_response_headers.complete":
                self._times.first_byte_ns = time.monotonic_ns()

    def _start_timer(self) -> None:
        wait_s = self._bounds.answer_s
        if self._bounds.hang_up_s is not None:
            wait_s = min(wait_s, self._bounds.hang_up_s)
        self._timer = threading.Timer(wait_s, self._cut_off)
        self._timer.daemon = True
        self._timer.start()

    def _cut_off(self) -> None:
        self._cut = True
        self._connection.shut()

    def _how_far(self) -> str:
        return f"after {self._received} bytes of the answer's body" if self._status else "before a complete head"

    def _failed(self, e: Exception) -> Exchanged:
        hang_up_s = self._bounds.hang_up_s
        if self._cut and hang_up_s is not None and hang_up_s < self._bounds.answer_s:
            return self._fail(Answer.ABORTED, f"hung up on purpose {self._how_far()}")
        if self._cut or isinstance(e, httpx.TimeoutException):
            return self._fail(
                Answer.TIMEOUT, f"no complete answer within {self._bounds.answer_s:g} s; gave up {self._how_far()}"
            )
        if refused_certificate(e):
            return self._fail(Answer.UNREACHABLE, say(root_cause(e)))
        if isinstance(e, httpx.RemoteProtocolError) and not _disconnected(e):
            return self._fail(Answer.MALFORMED, f"not HTTP/1.1: {e}")
        return self._fail(Answer.RESET, f"the target closed the connection {self._how_far()} ({say(root_cause(e))})")

    def _fail(self, answer: Answer, reason: str) -> Exchanged:
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
            left_ns=self._times.left_ns,
            first_byte_ns=self._times.first_byte_ns,
            received=self._received,
        )


def _disconnected(e: httpx.RemoteProtocolError) -> bool:
    """Tell an early end from a violation; h11 and httpcore say both with one exception type."""
    return "disconnected" in str(e).lower() or "closed connection" in str(e).lower()


def root_cause(e: BaseException) -> BaseException:
    """Return the socket's or TLS's own error behind httpx's and httpcore's."""
    while (cause := e.__cause__ or e.__context__) is not None:
        e = cause
    return e
