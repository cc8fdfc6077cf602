"""Watches the player itself: how late its loop runs, what it takes of the processor, how many sockets it holds.

A busy loop delays sends and falsifies what is measured; what it was like is journaled every few seconds, so that the
verdict can say where the generator, and not the target, was the limit.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import gevent

from harness.errors import DiskFull
from harness.records.history import GeneratorLoad, HistoryRecord
from kiosk_sim.release import may_go_first

_EVERY_S = 0.02
_INTERVAL_S = 2.0
_WORTH_NOTING_MS = 50.0  # p99; half the gap of the widest pair stratum, so that lag never decides a stratum
_ENOUGH = 150  # samples (3 s): of fewer, the 99th percentile is just the start of the program
_CEILING_MS = 2_000
_OPEN_FILES = Path("/proc/self/fd")


class LoopLag:
    """Samples overshoots; journals an interval's every two seconds, and sums all up at the end."""

    def __init__(self, write: Callable[[HistoryRecord], None]) -> None:
        """Start sampling at once; `write` journals."""
        self._write = write
        self._counts = [0] * (_CEILING_MS + 1)  # by whole milliseconds, since the start
        self._samples = 0
        self._may_go_first = may_go_first()
        self._begin()
        self._greenlet = gevent.spawn(self._sample)

    def _begin(self) -> None:
        """Begin an interval."""
        self._late_ms: list[float] = []
        self._from_ns = time.monotonic_ns()
        self._used_s = time.process_time()

    def _sample(self) -> None:
        while True:
            due = time.monotonic() + _EVERY_S
            gevent.sleep(_EVERY_S)
            late_ms = max(0.0, (time.monotonic() - due) * 1000.0)
            self._counts[min(int(late_ms), _CEILING_MS)] += 1
            self._samples += 1
            self._late_ms.append(late_ms)
            if time.monotonic_ns() - self._from_ns >= _INTERVAL_S * 1e9:
                try:
                    self._journal()
                except DiskFull:
                    return  # whoever plays meets it too, and stops the run

    def _journal(self) -> None:
        late, now_ns = sorted(self._late_ms), time.monotonic_ns()
        if not late:
            return
        self._write(
            GeneratorLoad(
                from_ns=self._from_ns,
                at_ns=now_ns,
                samples=len(late),
                lag_median_ms=round(late[len(late) // 2], 3),
                lag_p99_ms=round(late[int(len(late) * 0.99)], 3),
                lag_most_ms=round(late[-1], 3),
                cpu=round((time.process_time() - self._used_s) * 1e9 / (now_ns - self._from_ns), 3),
                sockets=_sockets(),
                machine_load=round(os.getloadavg()[0], 2),
                processors=os.cpu_count() or 1,
                may_go_first=self._may_go_first,
            )
        )
        self._begin()

    def stop(self) -> str:
        """Stop sampling; return a note where the loop was too late too often, else "". Raises DiskFull."""
        self._greenlet.kill()
        self._journal()
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


def _sockets() -> int:
    """Count this process's open sockets; 0 where the system does not tell."""
    count = 0
    try:
        for entry in _OPEN_FILES.iterdir():
            try:
                count += str(entry.readlink()).startswith("socket:")
            except OSError:
                continue  # closed meanwhile
    except OSError:
        return 0
    return count
