"""Brings what workers on other hosts wrote onto the clock of the run's own host, with the bound that this is known to.

All programs of one host read one CLOCK_MONOTONIC: their times compare as they are, with bound 0. A worker elsewhere was
measured by ping-pong before, during and after each phase (ClockMeasured).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from harness.checks.history import NEVER, Application, Delivered
from harness.checks.table import Table
from harness.records.history import ClockMeasured, Record, WorkerCensus

R = TypeVar("R", bound=Record)

# The kernel never slews a clock by more than 500 ppm: what two clocks may drift apart beyond the last measurement.
_DRIFT = 500e-6
_INSTANTS = ("at_ns", "from_ns", "sent_ns", "acked_ns")
_OF_APPLICATIONS = ("started_ns", "planned_ns", "ended_ns", "applied_ns", "collect_from_ns", "collect_to_ns")


class WorkerClock(Struct, frozen=True, kw_only=True):
    """One writer's clock: what it showed (`own_ns`, ascending) when measured, and how much that was ahead of ours."""

    own_ns: tuple[int, ...]
    offset_ns: tuple[int, ...]
    bound_ns: int  # within the time measured: the worst measurement, and how far the clocks drifted between two

    @property
    def foreign(self) -> bool:
        """Whether this is another clock than the run's own."""
        return self.bound_ns > 0 or any(self.offset_ns)

    def read(self, own_ns: int) -> int:
        """Return an instant of this clock on the run's own clock."""
        return own_ns - self._offset_at(own_ns)

    def _offset_at(self, own_ns: int) -> int:
        after = bisect_right(self.own_ns, own_ns)
        if after in {0, len(self.own_ns)}:
            return self.offset_ns[max(0, after - 1)]
        (start, end), (low, high) = self.own_ns[after - 1 : after + 1], self.offset_ns[after - 1 : after + 1]
        return low + round((high - low) * (own_ns - start) / (end - start))

    def error_ns(self, own_ns: int) -> int:
        """Return the bound that `read(own_ns)` is known to; it grows beyond the time that was measured."""
        beyond_ns = max(0, own_ns - self.own_ns[-1], self.own_ns[0] - own_ns)
        return self.bound_ns + round(beyond_ns * _DRIFT)


def worker_clocks(measured: Sequence[ClockMeasured]) -> dict[str, WorkerClock]:
    """Return the clocks of all writers that were measured and do not read the run's own clock."""
    by_writer: dict[str, list[ClockMeasured]] = {}
    for one in measured:
        by_writer.setdefault(one.writer, []).append(one)
    clocks = {writer: _clock(sorted(ones, key=lambda o: o.at_ns)) for writer, ones in by_writer.items()}
    return {writer: clock for writer, clock in clocks.items() if clock.foreign}


def _clock(ones: list[ClockMeasured]) -> WorkerClock:
    offsets = tuple(o.offset_ns for o in ones)
    drifted_ns = max((abs(b - a) for a, b in pairwise(offsets)), default=0)
    return WorkerClock(
        own_ns=tuple(o.at_ns + o.offset_ns for o in ones),
        offset_ns=offsets,
        bound_ns=max(o.error_ns for o in ones) + drifted_ns,
    )


def unmeasured(workers: Iterable[WorkerCensus], measured: Iterable[ClockMeasured]) -> frozenset[str]:
    """Return the writers of workers that were lost before their clock was measured: their times say nothing here."""
    return frozenset(w.writer for w in workers if w.writer) - {m.writer for m in measured}


def at_home(record: R, clock: WorkerClock | None) -> R:
    """Return a record with its instants (`at_ns`, `from_ns`, `sent_ns`, `acked_ns`) on the run's own clock."""
    if clock is None:
        return record
    told = {name: getattr(record, name) for name in _INSTANTS if hasattr(record, name)}
    return replace(record, **{name: _read_all(clock, value) for name, value in told.items()})


def _read_all(clock: WorkerClock, value: int | tuple[int, ...]) -> int | tuple[int, ...]:
    """Read one instant or several; 0 stands for none."""
    if isinstance(value, tuple):
        return tuple(clock.read(ns) if ns else 0 for ns in value)
    return clock.read(value) if value else 0


def bring_home(
    applications: Table[Application], deliveries: Table[Delivered], clocks: Mapping[str, WorkerClock]
) -> None:
    """Rewrite the times of rows by foreign writers, and note on each application the bound they are known to.

    Departures of synchronised sends (`left_ns`) are the master's records and are on its clock already.
    """
    for place, writer in enumerate(applications.strings("writer")):
        if clock := clocks.get(writer):
            _bring_application(applications, place, clock)
    for place, writer in enumerate(deliveries.strings("writer")):
        if clock := clocks.get(writer):
            deliveries.put(place, "at_ns", clock.read(deliveries.integers("at_ns")[place]))


def _bring_application(applications: Table[Application], place: int, clock: WorkerClock) -> None:
    last_ns = applications.integers("started_ns")[place]
    for field in _OF_APPLICATIONS:
        own_ns = applications.integers(field)[place]
        if own_ns != NEVER:
            last_ns = max(last_ns, own_ns)
            applications.put(place, field, clock.read(own_ns))
    applications.put(place, "error_ns", clock.error_ns(last_ns))
