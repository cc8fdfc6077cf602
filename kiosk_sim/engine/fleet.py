"""The kiosks of a phase, each serving its customers one after the other, and the Locust users that stand for them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from pathlib import PurePath

from gevent.event import Event
from gevent.queue import Queue
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser

from harness.errors import DiskFull
from harness.records.history import ApplicationEnded, Ending
from harness.records.plan import PlannedApplication
from kiosk_sim.batches import Interruption, pause
from kiosk_sim.drivers.gate import Gate

Visit = Callable[["Ticket"], ApplicationEnded | None]
"""Plays a customer's visit to its end; None where the visit cannot be made. Raises Interruption, DiskFull."""


class Ticket:
    """One customer on the way to a kiosk."""

    def __init__(
        self,
        planned: PlannedApplication,
        visit: Visit,
        *,
        planned_ns: int = 0,
        gate: Gate | None = None,
        left: Callable[[str], None] | None = None,
        pause_ms: float = 0.0,
    ) -> None:
        """`pause_ms` passes at the kiosk before this customer begins; `left` is called when the visit is over."""
        self.planned = planned
        self.visit = visit
        self.planned_ns = planned_ns
        self.gate = gate
        self.left = left
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

    def __init__(self, stop: Callable[[], None], note: Callable[[str], None]) -> None:
        """No fault yet. `stop` ends arrivals; `note` writes down."""
        self._stop = stop
        self._note = note
        self.disk_full = ""
        self.generator = ""
        self.not_undone = ""  # a fault from outside
        self.worker = ""  # the first that was lost, or told of a fault of its own

    def add(self, where: str, e: BaseException) -> None:
        """Take a fault in and stop arrivals."""
        self._stop()
        if isinstance(e, DiskFull):
            self.disk_full = str(e)
            return
        frames = traceback.extract_tb(e.__traceback__)
        place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        self.generator = self.generator or f"{where}: {type(e).__name__} at {place}"
        try:
            self._note(f"generator fault in {where}: {type(e).__name__} at {place}")
        except DiskFull as full:
            self.disk_full = str(full)

    def of_worker(self, what: str) -> None:
        """Take in what happened to, or on, a worker, and stop arrivals."""
        self._stop()
        self.worker = self.worker or what

    def left_behind(self, what: str) -> None:
        """Take in that something was done to the target and could not be undone, and stop arrivals."""
        self._stop()
        self.not_undone = self.not_undone or what

    @property
    def reason(self) -> str:
        """The fault that stopped the player, "" without any."""
        return self.not_undone or self.disk_full or self.generator or self.worker


class Fleet:
    """All kiosks of a player."""

    def __init__(self, kiosks: Iterable[str], faults: Faults) -> None:
        """Make a queue of customers for each kiosk."""
        self._queues: dict[str, Queue[Ticket | None]] = {kiosk: Queue() for kiosk in kiosks}
        self._unclaimed = list(self._queues)
        self._faults = faults
        self.staffed = Event()
        if not self._unclaimed:
            self.staffed.set()

    @property
    def kiosks(self) -> tuple[str, ...]:
        """All kiosks."""
        return tuple(self._queues)

    def claim(self) -> str:
        """Give a starting user its kiosk; raise StopUser where all are staffed already."""
        if not self._unclaimed:
            raise StopUser
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

    def next(self, kiosk: str) -> Ticket | None:
        """Return the kiosk's next customer; None at closing time."""
        ticket: Ticket | None = self._queues[kiosk].get()
        return ticket

    def serve(self, ticket: Ticket) -> ApplicationEnded | None:
        """Serve one customer. Whatever happens, the ticket is done afterwards and no fault is swallowed."""
        try:
            pause(ticket.pause_ms)
            return ticket.visit(ticket)
        except Interruption:
            ticket.interrupted = True
        except Exception as e:  # noqa: BLE001  boundary: Locust would log it and go on
            ticket.interrupted = True
            self._faults.add(f"kiosk {ticket.planned.kiosk}", e)
        finally:
            if ticket.left is not None:
                ticket.left(ticket.planned.application)
            ticket.done.set()
        return None


def kiosk_user(fleet: Fleet) -> type[User]:
    """Return the Locust user class of this fleet."""

    class KioskUser(User):
        """A kiosk."""

        def on_start(self) -> None:
            self.kiosk = fleet.claim()

        @task
        def serve(self) -> None:
            ticket = fleet.next(self.kiosk)
            if ticket is None:
                raise StopUser
            ended = fleet.serve(ticket)
            if ended is not None:
                report(self.environment, ticket.planned, ended)

    return KioskUser


def report(environment: Environment, planned: PlannedApplication, ended: ApplicationEnded) -> None:
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
