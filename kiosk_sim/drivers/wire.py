"""The wire driver: HTTP/1.1 over own sockets, one connection per kiosk, card, or slot of the centre's pool."""

from __future__ import annotations

import time
from collections.abc import Callable

from kiosk_sim.drivers.channel import Channel
from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.transport import (
    Bounds,
    Depart,
    Exchanged,
    Holder,
    Request,
    TlsOf,
    broken_off,
    failure_to_connect,
    stopping,
)
from kiosk_sim.drivers.wire_exchange import HttpConnection, WireExchange


class WireTransport:
    """Own sockets. Bytes leave when `Fire` is called, in one `send`, so that a burst can be released in a loop."""

    def __init__(self, leases: Leases[HttpConnection], tls_of: TlsOf, name: str, note: Callable[[str], None]) -> None:
        """`name` begins all connection ids and is unique in the run; `note` is told what must not be forgotten."""
        self._leases = leases
        self._tls_of = tls_of
        self._name = name
        self._note = note
        self._opened = 0
        self._busy: set[HttpConnection] = set()
        self._stopped = False

    def exchange(self, request: Request, bounds: Bounds, depart: Depart) -> Exchanged:
        """See Transport."""
        if self._stopped:
            return stopping(time.monotonic_ns())
        with self._leases.slot(request.holder, request.origin, request.lane) as slot:
            try:
                connection = self._warm(slot.connection, request, bounds.connect_s)
            except OSError as e:
                slot.connection = None
                return failure_to_connect(request, e, time.monotonic_ns())
            slot.connection = connection
            self._busy.add(connection)
            try:
                exchanged = WireExchange(connection, request, bounds).run(depart)
            except BaseException:
                connection.reusable = False
                raise
            finally:
                self._busy.discard(connection)
                if connection.surplus:
                    self._note(f"connection {connection.id}: {connection.surplus} bytes behind the answer; closed")
                if not connection.reusable:
                    connection.channel.close()
                    slot.connection = None
            return broken_off(exchanged) if self._stopped else exchanged

    def _warm(self, connection: HttpConnection | None, request: Request, connect_s: float) -> HttpConnection:
        """Return the kept connection if it still lives, else a new one with a new id."""
        if connection is not None:
            idle = connection.channel.idle_bytes()
            if idle == 0:
                return connection
            connection.channel.close()
            if idle:
                self._note(f"connection {connection.id} held {idle} unasked bytes before {request.method}; closed")
        context = self._tls_of(request.holder) if request.origin.tls else None
        channel = Channel(request.origin.host, request.origin.port, context, connect_s)
        self._opened += 1
        return HttpConnection(f"{self._name}:{self._opened}", channel)

    def hang_up(self, holder: Holder) -> None:
        """See Transport."""
        for connection in self._leases.drop(holder):
            connection.channel.close()

    def finish(self, holder: Holder) -> None:
        """See Transport."""
        for connection in self._leases.finish(holder):
            connection.channel.close()

    def break_off(self) -> None:
        """See Transport."""
        self._stopped = True
        for connection in tuple(self._busy):
            connection.channel.shut()

    def close(self) -> None:
        """See Transport."""
        for connection in self._leases.clear():
            connection.channel.close()
