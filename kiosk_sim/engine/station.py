"""A worker's share of a phase: its kiosks, its parts of bursts, its journal. Says what happens by messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gevent
from msgspec import Struct

from harness.config import load_toml
from harness.errors import GeneratorFault
from harness.journal import RunFolder
from harness.journal.plan_file import read_phase
from harness.records.history import ApplicationEnded, Ending
from harness.records.target import Client, Target
from kiosk_sim.batches import Interruption
from kiosk_sim.dealing import deal
from kiosk_sim.engine.fleet import Faults, Fleet, Ticket
from kiosk_sim.engine.messages import Arm, Dissolve, Fault, Fire, Leave, Message, Muster, Order, Served
from kiosk_sim.engine.parts import Parts
from kiosk_sim.places import Pool
from kiosk_sim.stage import open_stage

_STAFFING_S = 60.0  # from the first customer until Locust has started a user for each kiosk


class Share(Struct, frozen=True, kw_only=True):
    """Which of a phase's workers this is."""

    number: int  # never given twice in a run
    place: int  # index among the phase's workers
    workers: int


class Station:
    """Serves customers as ordered."""

    def __init__(self, run: Path, phase: str, share: Share) -> None:
        """Open the run folder; raise UsageError before anything is journaled."""
        folder = RunFolder.open(run)
        target = load_toml(folder.target, Target)
        described, batches = read_phase(folder.plan, phase)
        dealing = deal(batches, share.workers, target)
        own = dealing.connections(share.place, target) if target.client is Client.CENTRE else None
        self._stage = open_stage(run, f"engine-{phase}-w{share.number}", quiet=False, connections=own)
        self.number = share.number
        self.drain_s = described.drain_s
        self.log = self._stage.log
        self.faults = Faults(self._stop, self.log.note)
        self.fleet = Fleet(dealing.kiosks_of(share.place, batches), self.faults)
        self._batches = {b.batch: dealing.part(b, share.place) for b in batches}
        self._of = {a.application: (a, b) for b in self._batches.values() for a in b.applications}
        pool = Pool(own) if own is not None else None
        self._parts = Parts(share.number, target.burst, pool, self.log.write)
        self._under_way: dict[str, Ticket] = {}
        self._ended: dict[str, ApplicationEnded] = {}
        self._stopping = False
        self._staff_watched = False

    def begin(self, send: Callable[[Message], None]) -> None:
        """From here on messages go through `send`."""
        self._send = send

    def warm(self) -> None:
        """Read the keys of all cards leased to this worker."""
        self._stage.purse.warm({card for a, _ in self._of.values() for card in a.cards})

    def order(self, order: Order) -> None:
        """Send a customer to the kiosk."""
        if not self._staff_watched:
            self._staff_watched = True
            gevent.spawn(self._watch_staff)
        planned, _ = self._of[order.application]
        part = self._parts.of(order.application)
        ticket = Ticket(
            planned,
            self._visit,
            planned_ns=order.planned_ns,
            gate=part.gate if part else None,
            left=self._left,
        )
        self._under_way[order.application] = ticket
        self.fleet.order(ticket)

    def _visit(self, ticket: Ticket) -> ApplicationEnded:
        if self._stopping:
            raise Interruption
        batch = self._of[ticket.planned.application][1]
        ended = self._stage.performer.issue(ticket.planned, batch, planned_ns=ticket.planned_ns, gate=ticket.gate)
        self._ended[ended.application] = ended
        return ended

    def _left(self, application: str) -> None:
        """Tell the master that a visit is over, and how it ended if it ever began."""
        if part := self._parts.of(application):
            part.over(application)
        self._under_way.pop(application, None)
        if self.faults.reason:
            self.tell_fault()
        ended = self._ended.pop(application, None)
        self._send(_served(self.number, ended) if ended else Served(worker=self.number, application=application))

    def burst(self, message: Muster | Leave | Arm | Fire | Dissolve) -> None:
        """Do what the master says about a burst."""
        part = self._parts.get(message.batch)
        match message:
            case Muster():
                self._parts.muster(message, self._batches[message.batch])
            case Arm():
                gevent.spawn(self._play_part, message)
            case Leave() if part:
                part.over(message.application)
            case Fire() if part:
                part.fire_ns.set(message.at_ns)
            case Dissolve():
                self._parts.dissolve(message.batch)

    def _play_part(self, arm: Arm) -> None:
        try:
            self._parts.play(arm.batch, arm.within_ms / 1000.0, self._send)
        except Exception as e:  # noqa: BLE001  boundary: a greenlet's exception would only be printed
            self.fail(f"burst {arm.batch}", e)

    def _watch_staff(self) -> None:
        if not self.fleet.staffed.wait(_STAFFING_S):
            self.fail("Locust's users", GeneratorFault(f"they did not start within {_STAFFING_S:g} s"))

    def fail(self, where: str, e: Exception) -> None:
        """Take a fault of the player in, and tell the master."""
        self.faults.add(where, e)
        self.tell_fault()

    def tell_fault(self) -> None:
        """Tell the master what went wrong in this player."""
        self._send(Fault(worker=self.number, generator=self.faults.generator, disk_full=self.faults.disk_full))

    def _stop(self) -> None:
        self._stopping = True

    def hurry(self) -> None:
        """Begin no visit any more; whoever is held goes with those who have come."""
        self._stop()
        self._parts.hurry()

    def dissolve(self) -> None:
        """Let nobody wait for a burst any more."""
        self._parts.dissolve()

    def break_off(self) -> None:
        """End what is in flight."""
        self._stage.transport.break_off()

    def drain(self) -> None:
        """Wait for whoever is still being served: the transport's own time limits bound it."""
        for ticket in tuple(self._under_way.values()):
            ticket.done.wait()
        self.fleet.dismiss()

    def close(self) -> None:
        """Close connections and the journal; raise DiskFull."""
        self._stage.close()


def _served(worker: int, ended: ApplicationEnded) -> Served:
    return Served(
        worker=worker,
        application=ended.application,
        ending=ended.ending,
        code=ended.code,
        reason=ended.reason if ended.ending is Ending.UNRESOLVED else "",
        request_id=ended.request_id,
        at_ns=ended.at_ns,
    )
