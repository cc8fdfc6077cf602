"""One exchange's line, and what happens to it on purpose: cut, half closed, or read in sips. Bounded in any case."""

from __future__ import annotations

import time

from harness.records.faults import LineFault
from harness.records.plan import PlannedLineFault
from kiosk_sim.drivers.channel import Channel
from kiosk_sim.drivers.charge import Charge
from kiosk_sim.drivers.transport import Fire

_SIP = 512  # bytes taken at once
_SIP_EVERY_S = 0.02  # 25 kB/s: a document takes seconds instead of milliseconds


class CutOff(Exception):
    """The line was cut on purpose: there is nothing more to send or to take."""


class Line:
    """The line of one exchange."""

    def __init__(self, channel: Channel, charge: Charge, planned: PlannedLineFault | None) -> None:
        """Nothing has left; `planned` is None for an ordinary exchange."""
        self._channel = channel
        self._charge = charge
        self._planned = planned
        self.done: LineFault | None = None  # what has happened to it

    @property
    def _how(self) -> LineFault | None:
        return self._planned.how if self._planned else None

    @property
    def fire(self) -> Fire:
        """What makes the request leave: all of it, or about half."""
        return self._charge.cut if self._how is LineFault.CUT_REQUEST else self._charge

    def departed(self) -> None:
        """The request has left as far as it is to leave: end our direction, or (raising CutOff) everything."""
        if self._how is LineFault.CUT_REQUEST:
            self.done = LineFault.CUT_REQUEST
            raise CutOff(f"cut on purpose after {self._charge.cut_at} of {self._charge.size} bytes had left")
        if self._how is LineFault.HALF_CLOSE:
            self.done = LineFault.HALF_CLOSE
            self._channel.half_close()

    def longer_s(self) -> float:
        """Return how much longer than usual the answer may take, because it is us who are slow."""
        slow = self._planned is not None and self._how is LineFault.SLOW_READ
        return self._planned.lasts_ms / 1000.0 if slow and self._planned else 0.0

    def receive(self, by_s: float) -> bytes:
        """Return the next bytes, b"" at the end of the stream; raise TimeoutError after `by_s`, and OSError."""
        if self._planned is None or not self._sips(self._planned):
            return self._channel.receive(by_s)
        if self._how is LineFault.SLOW_READ:
            self.done = LineFault.SLOW_READ
            time.sleep(_SIP_EVERY_S)
        return self._channel.receive(by_s, most=_SIP)

    def _sips(self, planned: PlannedLineFault) -> bool:
        if planned.how is LineFault.SLOW_READ:
            return (time.monotonic_ns() - self._charge.left_ns) / 1e6 < planned.lasts_ms
        return planned.how is LineFault.CUT_ANSWER

    def take(self, piece: bytes) -> bytes:
        """Return how much of a piece of the answer's body is taken in before the line is cut, if it is."""
        if self._how is not LineFault.CUT_ANSWER or not piece:
            return piece
        self.done = LineFault.CUT_ANSWER
        return piece[: len(piece) // 2]

    def excuses(self) -> bool:
        """Tell whether an end by the target is an answer to what was done here, and no failure of its own."""
        return self.done in (LineFault.HALF_CLOSE, LineFault.SLOW_READ)
