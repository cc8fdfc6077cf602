"""What the performing loop asks of a driver: one exchange, on whose connection, within which bounds."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from harness.records.faults import LineFault
from harness.records.history import Answer
from harness.records.plan import PlannedLineFault
from harness.records.target import Client
from kiosk_sim.targets.actions import Answered, Failed, Headers

# TLS alerts by which a server refuses our certificate. With TLS 1.3 they arrive after our first request has left;
# the server never got as far as reading it.
_CERTIFICATE_ALERTS = (
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
    "HANDSHAKE_FAILURE",
)

CONTROL = "control"  # holder of the connection for updates, ledger and probes; never a kiosk's


class Origin(Struct, frozen=True):
    """Where a connection leads. `base` is the path that all request paths follow."""

    tls: bool
    host: str
    port: int
    base: str

    @classmethod
    def of(cls, url: str) -> Origin:
        """Take a URL apart; raise ValueError naming it where it is not http(s)://host[:port][/path]."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"`{url}` is not a URL of the form http(s)://host[:port][/path]")
        tls = parts.scheme == "https"
        return cls(tls, parts.hostname, parts.port or (443 if tls else 80), parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


class Holder(Struct, frozen=True):
    """Who uses a connection: the kiosk, and the card on it ("" where none is)."""

    kiosk: str
    card: str = ""

    def key(self, client: Client) -> str:
        """Return what must not share a connection: equal keys do, others never, save in the centre's pool."""
        if self.kiosk == CONTROL:
            return CONTROL
        if client is Client.CENTRE:
            return "centre"
        return f"card {self.card}" if client is Client.CARD else f"kiosk {self.kiosk}"


class Request(Struct, frozen=True, kw_only=True):
    """One request, complete."""

    origin: Origin
    holder: Holder
    method: str
    path: str  # with query, without the origin's base
    headers: Headers
    body: bytes
    lane: int | None = None  # connection of the centre's pool; None: any that is free

    def wire_headers(self) -> list[tuple[str, str]]:
        """Return all headers in the order they are sent; both drivers send exactly these."""
        framing = [("host", self.origin.authority)]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            framing.append(("content-length", str(len(self.body))))
        given = {name.lower() for name, _ in self.headers}
        framing += [pair for pair in _DEFAULTS if pair[0] not in given]
        return framing + [(name, value) for name, value in self.headers]


_DEFAULTS = (("accept", "*/*"), ("accept-encoding", "identity"), ("user-agent", "honnin"))


class Bounds(Struct, frozen=True, kw_only=True):
    """Limits of one exchange."""

    connect_s: float
    answer_s: float  # from the last byte sent to the last byte received
    body_bytes: int
    hang_up_s: float | None = None  # close this long after the last byte sent: an applicant's disconnect
    fault: PlannedLineFault | None = None  # what is to happen to the line on purpose; by the wire driver only


class Exchanged(Struct, frozen=True, kw_only=True):
    """What came of one exchange. Times are CLOCK_MONOTONIC nanoseconds, 0 where it did not come to that."""

    result: Answered | Failed
    done_ns: int
    left_ns: int = 0  # last byte handed to the kernel
    first_byte_ns: int = 0
    received: int = 0  # bytes of the body
    withdrawn: bool = False  # held for a burst that was void: no request was made
    again: bool = False  # withdrawn, and the same person may ask again
    fault: LineFault | None = None  # what was done to the line on purpose


Fire = Callable[[], int]
"""Hand all bytes of the request to the kernel; return the instant (ns). See Charge for what can leave in two parts."""

Depart = Callable[[str, Fire], None]
"""Called once per exchange with the connection's id, when it is ready and before any byte leaves; has `Fire` called
exactly once before it returns. Not called where no connection could be made."""


TlsOf = Callable[[Holder], ssl.SSLContext]
"""The TLS identity a holder connects with."""


class IllegalRequest(ValueError):
    """A request that HTTP does not allow: a mistake of the adapter. No byte has left."""


class Transport(Protocol):
    """A driver. Never retries, follows redirects, keeps cookies, uses a proxy or shares a connection by itself."""

    def exchange(self, request: Request, bounds: Bounds, depart: Depart) -> Exchanged:
        """Put one request on the wire and await its answer; raise IllegalRequest."""
        ...

    def hang_up(self, holder: Holder) -> None:
        """Close the holder's own connection now; without effect on the centre's pool."""
        ...

    def finish(self, holder: Holder) -> None:
        """The holder's visit is over: a card's connection is closed, a kiosk's kept."""
        ...

    def break_off(self) -> None:
        """End all exchanges under way as failed, and let later ones fail before a byte leaves; from any thread."""
        ...

    def close(self) -> None:
        """Close everything."""
        ...


def stopping(done_ns: int) -> Exchanged:
    """Describe an exchange that a stopping player did not begin."""
    return Exchanged(
        result=Failed(answer=Answer.UNREACHABLE, reason="not sent: the player is being stopped"), done_ns=done_ns
    )


def broken_off(exchanged: Exchanged) -> Exchanged:
    """Say of an exchange that failed while the player was stopped that this may be the reason."""
    if isinstance(exchanged.result, Answered):
        return exchanged
    told = replace(exchanged.result, reason=f"{exchanged.result.reason} (broken off: the player was stopped)")
    return replace(exchanged, result=told)


def refused_certificate(e: BaseException | None) -> bool:
    """Return whether `e`, or what caused it, is a TLS alert that refuses our certificate."""
    while e is not None:
        if isinstance(e, ssl.SSLError) and any(a in (e.reason or "") for a in _CERTIFICATE_ALERTS):
            return True
        e = e.__cause__ or e.__context__
    return False


def failure_to_connect(request: Request, e: BaseException, done_ns: int) -> Exchanged:
    """Describe a connection that could not be made."""
    where = request.origin.authority
    return Exchanged(
        result=Failed(answer=Answer.UNREACHABLE, reason=f"no connection to {where}: {say(e)}"), done_ns=done_ns
    )


def say(e: BaseException) -> str:
    """Say what a network error means, with what to look at."""
    if isinstance(e, ssl.SSLCertVerificationError):
        return f"its TLS certificate is not trusted ({e.verify_message}); check tls.ca and the host name"
    if isinstance(e, ssl.SSLError):
        reason = (e.reason or str(e)).replace("_", " ").lower()
        return f"TLS failed ({reason}); check that the URL's scheme, tls.certificate and tls.key are right"
    if isinstance(e, TimeoutError):
        return "timed out"
    if isinstance(e, OSError) and e.strerror:
        return e.strerror.lower()
    return str(e) or type(e).__name__
