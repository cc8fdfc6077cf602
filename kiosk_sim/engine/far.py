"""The master's kiosks: each stands on a worker. The master decides who comes when; visits are made over there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import gevent

from harness.records.history import ApplicationEnded, Ending, UpdateOutcome
from harness.records.plan import Batch, PlannedApplication, PlannedUpdate
from kiosk_sim.batches import Interruption
from kiosk_sim.dealing import Dealing
from kiosk_sim.drivers.gate import Gate
from kiosk_sim.drivers.perform import Performer
from kiosk_sim.engine.crew import Crew
from kiosk_sim.engine.fleet import Faults, Fleet
from kiosk_sim.engine.messages import Served
from kiosk_sim.engine.roster import Member

WORKER_LOST = "worker_lost"  # code, never journaled, of a visit whose worker was lost: what came of it is not known


class FarPerformer:
    """Hands applications to workers and waits for their ends; updates are played here."""

    def __init__(self, crew: Crew, dealing: Dealing, home: Performer, ordered: Callable[[str], None]) -> None:
        """`ordered` is told of each application that is handed over."""
        self._crew = crew
        self._dealing = dealing
        self._home = home
        self._ordered = ordered

    def issue(
        self, planned: PlannedApplication, batch: Batch, *, planned_ns: int = 0, gate: Gate | None = None
    ) -> ApplicationEnded:
        """Have a worker play one visit; its records are the worker's. Raises Interruption where it never began."""
        member = self._crew.members[self._crew.numbers[self._dealing.place(planned)]]
        waiting = self._crew.lease(member, planned, planned_ns)
        self._ordered(planned.application)
        served = waiting.get()
        if served is None:
            return _lost(planned, member)
        if served.ending is None:
            raise Interruption
        return _ended(served, served.ending, member)

    def update(self, planned: PlannedUpdate) -> UpdateOutcome:
        """Change the register; see Performer."""
        return self._home.update(planned)


def _lost(planned: PlannedApplication, member: Member) -> ApplicationEnded:
    return ApplicationEnded(
        application=planned.application,
        ending=Ending.UNRESOLVED,
        at_ns=time.monotonic_ns(),
        code=WORKER_LOST,
        reason=f"{member} was lost: {member.lost}",
    )


def _ended(served: Served, ending: Ending, member: Member) -> ApplicationEnded:
    return ApplicationEnded(
        application=served.application,
        ending=ending,
        at_ns=member.master_ns(served.at_ns),
        code=served.code,
        reason=served.reason,
        request_id=served.request_id,
    )


class FarFleet(Fleet):
    """All kiosks of a phase; a greenlet stands for each, where a Locust user does on the worker."""

    def __init__(self, kiosks: Iterable[str], faults: Faults) -> None:
        """Open every kiosk."""
        super().__init__(kiosks, faults)
        self.staffed.set()
        self._greenlets = [gevent.spawn(self._stand, kiosk) for kiosk in self.kiosks]

    def _stand(self, kiosk: str) -> None:
        while (ticket := self.next(kiosk)) is not None:
            self.serve(ticket)
