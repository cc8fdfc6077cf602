"""The quiet driver: httpx, one connection per holder, for phases in which nothing else is going on.

It uses httpx.HTTPTransport without its Client, which has neither cookies, redirects, proxies nor default headers.
First-byte times are those of the complete head of an answer, a little later than the wire driver's.
"""

from __future__ import annotations

import time

import httpx

from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.quiet_exchange import OneConnection, QuietExchange
from kiosk_sim.drivers.request_head import encode_head
from kiosk_sim.drivers.transport import (
    Bounds,
    Depart,
    Exchanged,
    Holder,
    Request,
    TlsOf,
    broken_off,
    stopping,
)
from kiosk_sim.targets.actions import Answered

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None)


class HttpxTransport:
    """httpx. Bytes leave right after `depart` returns; it cannot be released in a loop, so it plays no bursts."""

    def __init__(self, leases: Leases[OneConnection], tls_of: TlsOf, name: str) -> None:
        """`name` begins all connection ids and is unique in the run."""
        self._leases = leases
        self._tls_of = tls_of
        self._name = name
        self._opened = 0
        self._busy: set[OneConnection] = set()
        self._stopped = False

    def exchange(self, request: Request, bounds: Bounds, depart: Depart) -> Exchanged:
        """See Transport."""
        if self._stopped:
            return stopping(time.monotonic_ns())
        encode_head(request)  # refuses what HTTP does not allow before anything is journaled
        with self._leases.slot(request.holder, request.origin, request.lane) as slot:
            connection = slot.connection or self._new(request)
            slot.connection = None
            exchanged = None
            self._busy.add(connection)
            try:
                exchanged = QuietExchange(connection, request, bounds, depart).run()
            finally:
                self._busy.discard(connection)
                answered = exchanged is not None and isinstance(exchanged.result, Answered)
                if answered and not connection.holds_unread():
                    slot.connection = connection
                else:
                    connection.transport.close()
            return broken_off(exchanged) if self._stopped else exchanged

    def _new(self, request: Request) -> OneConnection:
        verify = self._tls_of(request.holder) if request.origin.tls else False
        transport = httpx.HTTPTransport(verify=verify, trust_env=False, limits=_ONE, retries=0)
        return OneConnection(transport, self._next_id)

    def _next_id(self) -> str:
        self._opened += 1
        return f"{self._name}:{self._opened}"

    def hang_up(self, holder: Holder) -> None:
        """See Transport."""
        for connection in self._leases.drop(holder):
            connection.transport.close()

    def finish(self, holder: Holder) -> None:
        """See Transport."""
        for connection in self._leases.finish(holder):
            connection.transport.close()

    def break_off(self) -> None:
        """See Transport."""
        self._stopped = True
        for connection in tuple(self._busy):
            connection.shut()

    def close(self) -> None:
        """See Transport."""
        for connection in self._leases.clear():
            connection.transport.close()
