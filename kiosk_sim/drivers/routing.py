"""From a session's send to a complete request: which origin, header or cookie routes it, what the journal may say."""

from __future__ import annotations

import hashlib

from harness.records.target import Target
from kiosk_sim.drivers.transport import Holder, Origin, Request
from kiosk_sim.targets.actions import Headers, Send

# Answer headers that tell whose answer it is and where it was made; all others stay out of the journal.
_IDENTIFYING = frozenset(
    {"date", "server", "via", "age", "etag", "x-cache", "content-type", "content-length", "x-request-id"}
    | {"request-id", "x-correlation-id", "x-issue-number", "x-node-id", "x-build-id", "last-modified"}
)
_MAX_VALUE = 200  # characters of a header value; identifiers are shorter


class Routing:
    """Where a target's nodes are reached."""

    def __init__(self, target: Target) -> None:
        """Read the URLs; raise ValueError naming one that is none."""
        self._origin = Origin.of(target.url)
        self._nodes = {n.id: Origin.of(n.url) for n in target.nodes if n.url}
        self._route_header = target.route_header.lower()
        self._route_cookie = target.route_cookie
        self._node_header = target.node_header.lower()
        self._build_header = target.build_header.lower()
        self._identifying = (_IDENTIFYING | {self._node_header, self._build_header}) - {""}

    def request(self, send: Send, holder: Holder, node: str | None) -> Request:
        """Return the complete request of `send`; `node` is where the application was planned to go."""
        to = send.node or node
        return Request(
            origin=self._nodes.get(to or "", self._origin),
            holder=holder,
            method=send.method,
            path=send.path,
            headers=send.headers if not to or to in self._nodes else self._routed(send.headers, to),
            body=send.body,
        )

    def _routed(self, headers: Headers, to: str) -> Headers:
        """Add what routes to a node; a cookie joins the session's own in their one header (RFC 6265, 5.4)."""
        routed = ((self._route_header, to),) if self._route_header else ()
        if not self._route_cookie:
            return headers + routed
        own = tuple(value for name, value in headers if name.lower() == "cookie")
        others = tuple((name, value) for name, value in headers if name.lower() != "cookie")
        return (*others, *routed, ("cookie", "; ".join((*own, f"{self._route_cookie}={to}"))))

    def node_of(self, headers: Headers) -> str:
        """Return the node that an answer names, "" where it names none."""
        return _value(headers, self._node_header)

    def build_of(self, headers: Headers) -> str:
        """Return the build id that an answer names, "" where it names none."""
        return _value(headers, self._build_header)

    def identifying(self, headers: Headers) -> Headers:
        """Return the headers that identify an answer; of cookies only a digest, which shows equality and no secret."""
        kept = [(k, v[:_MAX_VALUE]) for k, v in headers if k in self._identifying]
        cookies = [hashlib.sha256(v.encode()).hexdigest()[:16] for k, v in headers if k == "set-cookie"]
        return tuple(kept) + tuple(("set-cookie", f"sha256:{digest}") for digest in cookies)


def _value(headers: Headers, name: str) -> str:
    return next((v for k, v in headers if k == name), "") if name else ""
