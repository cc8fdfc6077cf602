"""One worker as the master knows it: its name on the channel, its clock, what it was handed, and whether it is lost."""

from __future__ import annotations

import time

from gevent.event import AsyncResult, Event

from kiosk_sim.engine.messages import Bye, Hello, Pong, Served
from kiosk_sim.worker_clock import Offset, RoundTrip, estimate


class Member:
    """A worker that came."""

    def __init__(self, name: str, hello: Hello, own_clock: str) -> None:
        """`name` is Locust's; `own_clock` names the clock that the master reads."""
        self.name = name
        self.hello = hello
        self.number = hello.worker
        self.same_clock = bool(own_clock) and hello.clock == own_clock
        self.offset: Offset | None = None  # latest measurement
        self.heard_ns = time.monotonic_ns()
        self.lost = ""  # why it is given up
        self.bye: Bye | None = None
        self.handed: dict[str, AsyncResult[Served | None]] = {}  # applications under way; None as result: it was lost
        self.left = Event()  # said goodbye, or lost
        self._asked: dict[int, int] = {}  # ping -> when it left
        self._trips: list[RoundTrip] = []
        self._ponged = Event()

    def __str__(self) -> str:
        """Name it for people."""
        return f"worker {self.number} (host {self.hello.host}, process {self.hello.pid})"

    def asked(self, number: int) -> None:
        """Note that a ping leaves."""
        self._ponged.clear()
        self._asked[number] = time.monotonic_ns()

    def answered(self, pong: Pong) -> None:
        """Note that its pong is here."""
        received_ns = time.monotonic_ns()
        sent_ns = self._asked.pop(pong.number, None)
        if sent_ns is not None:
            self._trips.append(RoundTrip(sent_ns, pong.at_ns, received_ns))
        self._ponged.set()

    def await_pong(self, within_s: float) -> bool:
        """Wait for the pong of the last ping."""
        return bool(self._ponged.wait(within_s))

    def measured(self) -> Offset | None:
        """Return the offset by all round trips since the last call; None without any."""
        trips, self._trips = self._trips, []
        if not trips:
            return None
        self.offset = estimate(trips, same_clock=self.same_clock)
        return self.offset

    def own_ns(self, master_ns: int) -> int:
        """Return an instant of the master's clock on this worker's; 0, which stands for none, stays 0."""
        return master_ns + self.offset.offset_ns if master_ns and self.offset else master_ns

    def master_ns(self, own_ns: int) -> int:
        """Return an instant of this worker's clock on the master's."""
        return own_ns - self.offset.offset_ns if own_ns and self.offset else own_ns

    def give_up(self, why: str) -> None:
        """Hold it for lost: nothing is handed to it any more, and nobody waits for it."""
        if self.lost or self.bye is not None:
            return
        self.lost = why
        for waiting in self.handed.values():
            waiting.set(None)
        self.handed.clear()
        self._ponged.set()
        self.left.set()
