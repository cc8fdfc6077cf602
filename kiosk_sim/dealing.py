"""Who of several workers serves which application: fixed by the plan alone, so that master and workers agree unasked.

Kiosks are dealt in turn, so that the neighbours of a burst meet from different workers. The connections of the centre's
pool are dealt too: whoever is planned onto one is served by the worker that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from harness.errors import UsageError
from harness.records.plan import Batch, PlannedApplication
from harness.records.target import Client, Target


class Dealing(Struct, frozen=True):
    """A phase's kiosks and connections among `workers`; a worker's place is its index, from 0."""

    kiosks: tuple[str, ...]
    workers: int

    def place(self, planned: PlannedApplication) -> int:
        """Return the index of the worker that serves an application."""
        return (self.kiosks.index(planned.kiosk) if planned.lane is None else planned.lane) % self.workers

    def kiosks_of(self, place: int, batches: Iterable[Batch]) -> tuple[str, ...]:
        """Return the kiosks at which a worker serves anybody."""
        return kiosks_in(a for b in batches for a in b.applications if self.place(a) == place)

    def users(self, batches: Sequence[Batch]) -> int:
        """Return how many Locust users give every worker enough of them, whoever gets how many more."""
        return self.workers * max((len(self.kiosks_of(p, batches)) for p in range(self.workers)), default=0)

    def part(self, batch: Batch, place: int) -> Batch:
        """Return what a worker plays of a batch; the lanes are those of its own pool."""
        mine = (a for a in batch.applications if self.place(a) == place)
        return replace(batch, applications=tuple(replace(a, lane=self._own(a.lane)) for a in mine))

    def _own(self, lane: int | None) -> int | None:
        return None if lane is None else lane // self.workers

    def lane(self, own: int, place: int) -> int:
        """Return the plan's number of a worker's own lane."""
        return own * self.workers + place

    def connections(self, place: int, target: Target) -> int:
        """Return a worker's share of the centre's pool."""
        return len(range(place, target.connections, self.workers))


def deal(batches: Iterable[Batch], workers: int, target: Target) -> Dealing:
    """Deal a phase; raise UsageError where the centre's pool has fewer connections than there are workers."""
    if target.client is Client.CENTRE and target.connections < workers:
        raise UsageError(
            f"the target file says connections = {target.connections}: {workers} workers would need one each; "
            f"use at most {target.connections} workers"
        )
    return Dealing(kiosks_in(a for b in batches for a in b.applications), workers)


def kiosks_in(applications: Iterable[PlannedApplication]) -> tuple[str, ...]:
    """Return the kiosks of applications, each once, in order."""
    return tuple(sorted({a.kiosk for a in applications}))
