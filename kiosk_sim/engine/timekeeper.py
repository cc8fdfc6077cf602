"""Measures the workers' clocks against the master's, before, during and after a phase, and journals what was found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import gevent

from harness.records.history import ClockMeasured, HistoryRecord
from kiosk_sim.engine.messages import Message, Ping
from kiosk_sim.engine.roster import Member
from kiosk_sim.worker_clock import PING_PONGS_BETWEEN

_BETWEEN_S = 10.0  # clocks that drift apart by 50 ppm do so by 0.5 ms in this time
_PONG_S = 1.0


class Timekeeper:
    """Plays ping-pong; the pongs are told to the members by whoever reads the mail."""

    def __init__(self, send: Callable[[Member, Message], None], write: Callable[[HistoryRecord], None]) -> None:
        """Nothing is measured yet."""
        self._send = send
        self._write = write
        self._pings = 0
        self._followed = time.monotonic()

    def measure(self, members: Iterable[Member], ping_pongs: int) -> None:
        """Measure all at once, by so many ping-pongs each; raise DiskFull."""
        measuring = [gevent.spawn(self._measure, member, ping_pongs) for member in members]
        gevent.joinall(measuring, raise_error=True)

    def follow(self, members: Iterable[Member]) -> None:
        """Measure again, now and then, those who read another clock than ours."""
        if time.monotonic() - self._followed > _BETWEEN_S:
            self._followed = time.monotonic()
            self.measure((m for m in members if not m.same_clock and m.offset is not None), PING_PONGS_BETWEEN)

    def ping(self, member: Member) -> None:
        """Ask once."""
        self._pings += 1
        member.asked(self._pings)
        self._send(member, Ping(number=self._pings))

    def _measure(self, member: Member, ping_pongs: int) -> None:
        for _ in range(ping_pongs):
            if member.lost:
                return
            self.ping(member)
            member.await_pong(_PONG_S)
        found = member.measured()
        if found is not None:
            self._write(
                ClockMeasured(
                    worker=member.number,
                    writer=member.hello.writer,
                    offset_ns=found.offset_ns,
                    error_ns=found.error_ns,
                    at_ns=found.at_ns,
                    round_trip_ns=found.round_trip_ns,
                    samples=found.samples,
                )
            )
