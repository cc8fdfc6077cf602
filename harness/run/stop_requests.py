"""Requests to stop from outside: Ctrl-C, SIGTERM, a lost terminal. Counted, so that programs are always waited for."""

from __future__ import annotations

import math
import signal
from typing import Self

_REQUESTS = {
    signal.SIGINT: "ctrl-c",
    signal.SIGTERM: "told to end (SIGTERM)",
    signal.SIGHUP: "the terminal was closed or its connection lost",
}


class StopRequests:
    """Counts Ctrl-C, SIGTERM and a lost terminal instead of raising somewhere: programs are always waited for."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.count = 0
        self.reason = ""  # of the first request, for the journal
        self._raise_at: float = math.inf
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        """Take over SIGINT, SIGTERM and SIGHUP, but not a SIGHUP that is ignored: nohup asks to go on."""
        for number in _REQUESTS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(self, *exception: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def raise_on_insistence(self) -> None:
        """From here on, with nothing in flight any more, raise KeyboardInterrupt at the second request."""
        self._raise_at = self.count + 2

    def _asked(self, number: int, frame: object) -> None:
        self.count += 1
        self.reason = self.reason or _REQUESTS[signal.Signals(number)]
        if self.count >= self._raise_at:
            raise KeyboardInterrupt
