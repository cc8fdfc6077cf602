"""The master of the distributed engine: the coordinator's decisions, workers' hands."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from gevent.lock import Semaphore
from locust.env import Environment
from locust.runners import MasterRunner

from harness.records.target import Client, Firing
from kiosk_sim.batches import BatchRun
from kiosk_sim.dealing import Dealing, deal
from kiosk_sim.drivers.gate import Gate
from kiosk_sim.engine.brackets import Brackets
from kiosk_sim.engine.burst import Burst
from kiosk_sim.engine.concert import Concert
from kiosk_sim.engine.coordinator import Coordinator
from kiosk_sim.engine.crew import TO_MASTER, Crew
from kiosk_sim.engine.far import FarFleet, FarPerformer
from kiosk_sim.engine.fleet import Fleet, kiosk_user
from kiosk_sim.engine.messages import BreakOff
from kiosk_sim.engine.phase_play import PhasePlay
from kiosk_sim.engine.post import Post
from kiosk_sim.progress import Port
from kiosk_sim.troupe import troupe_of

_GATHER_S = 90.0  # from the start of a worker's program, Locust's import included, on a busy machine
_LEAD_NS = 20_000_000  # beyond hold and round trip: the message must be read and acted on before the instant
_GOODBYE_S = 60.0  # for closing a journal; beyond the drain, which is over then


class MasterPlay(PhasePlay):
    """A phase whose kiosks are on workers."""

    def __init__(self, run: Path, name: str, numbers: list[int], bind: str, on_this_host: bool) -> None:
        """Listen for workers of these numbers; raise UsageError."""
        super().__init__(run, name)
        self._dealing = deal(self._batches, len(numbers), self._stage.target)
        self._runner = self._listen(bind)
        self._crew = Crew(
            Post(self._runner, TO_MASTER),
            numbers,
            phase=name,
            write=self._stage.log.write,
            faults=self._faults,
            on_this_host=on_this_host,
        )
        gates = _Concerts(self._crew, self._dealing, self._stage.target.burst, self._stage.target.client)
        performer = FarPerformer(self._crew, self._dealing, self._stage.performer, gates.ordered)
        troupe = troupe_of(self._stage, self._played, self._progress, performer)
        self._fleet = FarFleet(self._dealing.kiosks, self._faults)
        self._coordinator = Coordinator(
            self._fleet,
            troupe,
            self._faults,
            self._played,
            gates=gates,
            clock=self._clock,
            inflictor=self._inflictor,
            phase=self._phase,
        )

    def _listen(self, bind: str) -> MasterRunner:
        host, _, port = bind.rpartition(":")
        nobody = kiosk_user(Fleet((), self._faults))  # Locust wants to know the class that its workers spawn
        environment = Environment(user_classes=[nobody], stop_timeout=self._phase.drain_s)
        return environment.create_master_runner(host or "127.0.0.1", int(port))

    def _staff(self) -> None:
        """Wait for all workers, measure their clocks, have Locust spread users over them.

        Who does not come is journaled by name, and stops the phase before its first customer.
        """
        _say(Port(phase=self._phase.phase, port=self._runner.server.port))
        absent = self._crew.gather(_GATHER_S)
        if absent:
            names = ", ".join(map(str, absent))
            when = "" if self._told_to_stop else f" within {_GATHER_S:g} s"
            self._faults.of_worker(f"worker {names} of {len(self._crew.numbers)} did not come{when}")
            return
        self._crew.measure_clocks()
        users = self._dealing.users(self._batches)
        if users:
            self._runner.start(users, spawn_rate=users)

    def _stop_arrivals(self) -> None:
        super()._stop_arrivals()
        self._crew.hurry()

    def _break_off(self) -> None:
        super()._break_off()
        self._crew.send_all(BreakOff())

    def _dismiss(self) -> int:
        """Have every worker close its journal; Locust's own goodbye comes last."""
        self._fleet.dismiss()
        self._crew.finish(_GOODBYE_S)
        self._runner.quit()
        byes = [m.bye for m in self._crew.members.values() if m.bye is not None]
        faults = [bye.adapter_fault for bye in byes if bye.played]
        if faults and all(faults):
            self._stage.log.adapter_fault_elsewhere = faults[0]
        return sum(bye.played for bye in byes)


class _Concerts:
    """Makes the gates of bursts that workers release together."""

    def __init__(self, crew: Crew, dealing: Dealing, firing: Firing, client: Client) -> None:
        self._crew = crew
        self._dealing = dealing
        self._firing = firing
        self._turn = Semaphore(1) if client is Client.CENTRE else None
        self._of: dict[str, Concert] = {}  # by application
        self._brackets = Brackets(firing)

    def make(self, run: BatchRun) -> tuple[Burst, Gate | None]:
        bracket = self._brackets.next()
        concert = Concert(run, self._crew, self._dealing, turn=self._turn, lead_ns=self.lead_ns(), bracket=bracket)
        self._of.update({a.application: concert for a in run.batch.applications})
        return concert, None

    def lead_ns(self) -> int:
        trips = [m.offset.round_trip_ns for m in self._crew.present if m.offset is not None]
        return round(self._firing.hold_ms * 1e6) + max(trips, default=0) + _LEAD_NS

    def ordered(self, application: str) -> None:
        """Tell the burst of an application, if it has one, that it is with its worker."""
        if concert := self._of.pop(application, None):
            concert.ordered(application)


def _say(port: Port) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(port) + b"\n")
    sys.stdout.buffer.flush()
