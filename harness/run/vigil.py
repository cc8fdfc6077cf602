"""Watches what `stop_when` names, in the journal as it grows: errors of applications, probes, the health command."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from harness.records.history import ApplicationEnded, Ending, Pulse
from harness.records.stop_when import StopWhen

_ERRORS = frozenset({Ending.FAILED, Ending.UNRESOLVED})


class Vigil:
    """Fed with records, it says why arrivals are to end. The first reason stays."""

    def __init__(self, rules: Iterable[StopWhen]) -> None:
        """Each of `rules` counts for itself."""
        self.reason = ""
        self._rules = tuple(map(_Rule, rules))

    def see(self, record: object) -> None:
        """Take a record of this sitting."""
        for rule in self._rules:
            self.reason = self.reason or rule.broken_by(record)


class _Rule:
    """One table of limits, and what was seen lately."""

    def __init__(self, limits: StopWhen) -> None:
        self._limits = limits
        self._endings: deque[bool] = deque(maxlen=limits.of_last)
        self._in_a_row = Counter[str]()

    def broken_by(self, record: object) -> str:
        """Return which limit this record breaks, "" if none."""
        match record:
            case ApplicationEnded() if record.ending is not Ending.ABORTED:
                return self._errors(record.ending in _ERRORS)
            case Pulse():
                return self._pulse(record)
            case _:
                return ""

    def _errors(self, error: bool) -> str:
        self._endings.append(error)
        rate, seen = self._limits.error_rate, len(self._endings)
        if rate is None or seen < self._limits.of_last or sum(self._endings) < rate * seen:
            return ""
        return f"stop_when: {sum(self._endings)} of the last {seen} applications failed (error_rate = {rate:g})"

    def _pulse(self, pulse: Pulse) -> str:
        limits = self._limits
        if pulse.probe_ms is None:
            return self._count("command", pulse.failed) if pulse.command == limits.health_command else ""
        if limits.probe_ms is None:
            return ""
        slow = f"the probe took {pulse.probe_ms:.0f} ms (probe_ms = {limits.probe_ms:g})"
        return self._count("probe", pulse.failed or (slow if pulse.probe_ms > limits.probe_ms else ""))

    def _count(self, what: str, failed: str) -> str:
        self._in_a_row[what] = self._in_a_row[what] + 1 if failed else 0
        enough = self._in_a_row[what] >= self._limits.in_a_row
        return f"stop_when: {failed}, {self._in_a_row[what]} times in a row" if enough else ""
