"""The driver without a network: answers come from a function. For tests of adapters, plug-ins' own included."""

from __future__ import annotations

import time
from collections.abc import Callable

from kiosk_sim.drivers.transport import Bounds, Depart, Exchanged, Holder, Request, stopping
from kiosk_sim.targets.actions import Answered, Failed


class CannedTransport:
    """Answers every request by `answer`; keeps the requests that left. Its connections are named by their holder."""

    def __init__(self, answer: Callable[[Request], Answered | Failed]) -> None:
        """Nothing has left yet."""
        self.left: list[Request] = []
        self._answer = answer
        self._stopped = False

    def exchange(self, request: Request, bounds: Bounds, depart: Depart) -> Exchanged:
        """See Transport."""
        if self._stopped:
            return stopping(time.monotonic_ns())
        depart(f"canned {request.holder.kiosk}", time.monotonic_ns)
        left_ns = time.monotonic_ns()
        self.left.append(request)
        result = self._answer(request)
        received = len(result.body) if isinstance(result, Answered) else len(result.part)
        now_ns = time.monotonic_ns()
        return Exchanged(result=result, done_ns=now_ns, left_ns=left_ns, first_byte_ns=now_ns, received=received)

    def hang_up(self, holder: Holder) -> None:
        """See Transport. Without effect."""

    def finish(self, holder: Holder) -> None:
        """See Transport. Without effect."""

    def break_off(self) -> None:
        """See Transport."""
        self._stopped = True

    def close(self) -> None:
        """See Transport. Without effect."""
