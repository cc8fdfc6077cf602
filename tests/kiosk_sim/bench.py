"""A driver to be tried by itself, with everything it was told to note."""

from __future__ import annotations

import ssl

from harness.records.plan import PlannedLineFault
from harness.records.target import Client
from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.quiet import HttpxTransport
from kiosk_sim.drivers.transport import Bounds, Depart, Exchanged, Fire, Holder, Origin, Request, TlsOf, Transport
from kiosk_sim.drivers.wire import WireTransport


class Bench:
    """A driver, and everything it was told to note."""

    def __init__(self, kind: str, client: Client, tls_of: TlsOf | None = None, size: int = 4) -> None:
        self.notes: list[str] = []
        self.departures: list[str] = []
        self.kind = kind
        identity = tls_of or (lambda _: ssl.create_default_context())
        self.transport: Transport
        if kind == "wire":
            self.transport = WireTransport(Leases(client, size), identity, "w", self.notes.append)
        else:
            self.transport = HttpxTransport(Leases(client, size), identity, "w")

    def send(
        self,
        url: str,
        *,
        method: str = "POST",
        path: str = "/p",
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"hello",
        kiosk: str = "K1",
        card: str = "1",
        answer_s: float = 2.0,
        hang_up_s: float | None = None,
        body_bytes: int = 1_000_000,
        depart: Depart | None = None,
        fault: PlannedLineFault | None = None,
    ) -> Exchanged:
        """Make one exchange."""

        def at_once(connection: str, fire: Fire) -> None:
            self.departures.append(connection)
            fire()

        request = Request(
            origin=Origin.of(url), holder=Holder(kiosk, card), method=method, path=path, headers=headers, body=body
        )
        bounds = Bounds(connect_s=1.0, answer_s=answer_s, body_bytes=body_bytes, hang_up_s=hang_up_s, fault=fault)
        return self.transport.exchange(request, bounds, depart or at_once)
