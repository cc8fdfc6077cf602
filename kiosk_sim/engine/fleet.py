"""The kiosks: one Locust user each, serving its customers one after the other."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import PurePath

from gevent.event import Event
from gevent.queue import Queue
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser

from harness.errors import DiskFull
from harness.records.history import ApplicationEnded, Ending
from harness.records.plan import PlannedApplication
from kiosk_sim.batches import BatchRun, Interruption, Troupe, pause
from kiosk_sim.drivers.gate import Gate


class Ticket:
    """One customer on the way to a kiosk."""

    def __init__(
        self,
        planned: PlannedApplication,
        run: BatchRun,
        *,
        planned_ns: int = 0,
        gate: Gate | None = None,
        pause_ms: float = 0.0,
    ) -> None:
        """`pause_ms` passes at the kiosk before this customer begins."""
        self.planned = planned
        self.run = run
        self.planned_ns = planned_ns
        self.gate = gate
        self.pause_ms = pause_ms
        self.done = Event()
        self.interrupted = False

    def wait(self) -> None:
        """Wait until the customer has left; raise Interruption where the visit never began."""
        self.done.wait()
        if self.interrupted:
            raise Interruption


class Faults:
    """What went wrong in the player itself. Written down at once; nothing of it may pass in silence."""

    def __init__(self, troupe: Troupe) -> None:
        """No fault yet."""
        self._troupe = troupe
        self.disk_full = ""
        self.generator = ""

    def add(self, where: str, e: BaseException) -> None:
        """Take a fault in and stop arrivals."""
        self._troupe.stop()
        if isinstance(e, DiskFull):
            self.disk_full = str(e)
            return
        frames = traceback.extract_tb(e.__traceback__)
        place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        self.generator = self.generator or f"{where}: {type(e).__name__} at {place}"
        try:
            self._troupe.log.note(f"generator fault in {where}: {type(e).__name__} at {place}")
        except DiskFull as full:
            self.disk_full = str(full)


class Fleet:
    """All kiosks of a phase."""

    def __init__(self, kiosks: Iterable[str], troupe: Troupe, faults: Faults) -> None:
        """Make a queue of customers for each kiosk."""
        self._queues: dict[str, Queue[Ticket | None]] = {kiosk: Queue() for kiosk in kiosks}
        self._unclaimed = list(self._queues)
        self._troupe = troupe
        self._faults = faults
        self.staffed = Event()
        if not self._unclaimed:
            self.staffed.set()

    @property
    def size(self) -> int:
        """Number of kiosks, which is the number of Locust users."""
        return len(self._queues)

    def claim(self) -> str:
        """Give a starting user its kiosk."""
        kiosk = self._unclaimed.pop(0)
        if not self._unclaimed:
            self.staffed.set()
        return kiosk

    def order(self, ticket: Ticket) -> Ticket:
        """Send a customer to the kiosk, behind those who already stand there."""
        self._queues[ticket.planned.kiosk].put(ticket)
        return ticket

    def dismiss(self) -> None:
        """Close every kiosk behind its last customer."""
        for queue in self._queues.values():
            queue.put(None)

    def next(self, kiosk: str) -> Ticket:
        """Return the kiosk's next customer; raise StopUser at closing time."""
        ticket: Ticket | None = self._queues[kiosk].get()
        if ticket is None:
            raise StopUser
        return ticket

    def serve(self, ticket: Ticket, environment: Environment) -> None:
        """Serve one customer. Whatever happens, the ticket is done afterwards and no fault is swallowed."""
        try:
            pause(ticket.pause_ms)
            ended = self._troupe.play(ticket.planned, ticket.run, planned_ns=ticket.planned_ns, gate=ticket.gate)
            if ended is not None:
                _report(environment, ticket.planned, ended)
        except Interruption:
            ticket.interrupted = True
        except Exception as e:  # noqa: BLE001  boundary: Locust would log it and go on
            ticket.interrupted = True
            self._faults.add(f"kiosk {ticket.planned.kiosk}", e)
        finally:
            if ticket.gate is not None:
                ticket.gate.leave(ticket.planned.application)
            ticket.done.set()


def kiosk_user(fleet: Fleet) -> type[User]:
    """Return the Locust user class of this fleet."""

    class KioskUser(User):
        """A kiosk."""

        def on_start(self) -> None:
            self.kiosk = fleet.claim()

        @task
        def serve(self) -> None:
            fleet.serve(fleet.next(self.kiosk), self.environment)

    return KioskUser


def _report(environment: Environment, planned: PlannedApplication, ended: ApplicationEnded) -> None:
    """Show the visit on Locust's own page; nothing is ever judged from there."""
    well = ended.ending in (Ending.DELIVERED, Ending.REFUSED, Ending.ABORTED)
    environment.events.request.fire(  # type: ignore[no-untyped-call]  # locust leaves its event hooks untyped
        request_type="visit",
        name=planned.certificate.value,
        response_time=0,
        response_length=0,
        exception=None if well else RuntimeError(ended.code),
        context={},
    )
