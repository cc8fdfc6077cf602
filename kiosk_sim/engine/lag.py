"""Samples how late the event loop runs: a busy loop would delay sends and falsify what is measured."""

from __future__ import annotations

import time

import gevent

_EVERY_S = 0.02
_WORTH_NOTING_MS = 50.0  # p99; half the gap of the widest pair stratum, so that lag never decides a stratum
_CEILING_MS = 2_000
_ENOUGH = 150  # samples (3 s): of fewer, the 99th percentile is just the start of the program


class LoopLag:
    """A histogram of overshoots, in whole milliseconds."""

    def __init__(self) -> None:
        """Start sampling at once."""
        self._counts = [0] * (_CEILING_MS + 1)
        self._samples = 0
        self._greenlet = gevent.spawn(self._sample)

    def _sample(self) -> None:
        while True:
            due = time.monotonic() + _EVERY_S
            gevent.sleep(_EVERY_S)
            late_ms = max(0, int((time.monotonic() - due) * 1000.0))
            self._counts[min(late_ms, _CEILING_MS)] += 1
            self._samples += 1

    def stop(self) -> str:
        """Stop sampling; return a note where the loop was too late too often, else ""."""
        self._greenlet.kill()
        p99 = self._quantile(0.99)
        if self._samples < _ENOUGH or p99 <= _WORTH_NOTING_MS:
            return ""
        seen = f"p99 {p99} ms over {self._samples} samples"
        return f"the generator's loop was late: {seen}; use fewer kiosks, or a machine with less other work"

    def _quantile(self, share: float) -> int:
        rest = int(self._samples * share)
        for ms, count in enumerate(self._counts):
            rest -= count
            if rest < 0:
                return ms
        return 0
