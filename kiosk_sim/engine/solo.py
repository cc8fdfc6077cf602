"""A phase with all kiosks in one process: what the engine is without workers."""

from __future__ import annotations

from pathlib import Path

from locust.env import Environment

from harness.errors import GeneratorFault
from harness.records.target import Client, Target
from kiosk_sim.batches import BatchRun
from kiosk_sim.dealing import kiosks_in
from kiosk_sim.drivers.gate import Gate
from kiosk_sim.engine.brackets import Brackets
from kiosk_sim.engine.burst import Burst
from kiosk_sim.engine.coordinator import Coordinator
from kiosk_sim.engine.fleet import Fleet, kiosk_user
from kiosk_sim.engine.phase_play import PhasePlay
from kiosk_sim.places import Pool
from kiosk_sim.playlog import PlayLog
from kiosk_sim.rendezvous import Rendezvous
from kiosk_sim.troupe import troupe_of

_LEAD_NS = 10_000_000  # from everybody being ready to the first part of the requests leaving
_STAFFING_S = 30.0  # Locust spawns hundreds of users a second; longer means that it hangs


class SoloPlay(PhasePlay):
    """A phase with all kiosks in this process."""

    def __init__(self, run: Path, name: str) -> None:
        """Open the run folder; raise UsageError."""
        super().__init__(run, name)
        troupe = troupe_of(self._stage, self._played, self._progress)
        self._fleet = Fleet(kiosks_in(a for b in self._batches for a in b.applications), self._faults)
        gates = _Gates(self._stage.target, self._stage.log)
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

    def _staff(self) -> None:
        """Have Locust start one user per kiosk."""
        self._stage.purse.warm({card for b in self._batches for a in b.applications for card in a.cards})
        environment = Environment(user_classes=[kiosk_user(self._fleet)], stop_timeout=self._phase.drain_s)
        self._runner = environment.create_local_runner()
        users = len(self._fleet.kiosks)
        if users:
            self._runner.start(users, spawn_rate=users)
        if not self._fleet.staffed.wait(_STAFFING_S):
            raise GeneratorFault(f"Locust did not start {users} users within {_STAFFING_S:g} s")

    def _dismiss(self) -> int:
        self._fleet.dismiss()
        self._runner.quit()
        return 0


class _Gates:
    """Makes the gates of bursts that this process releases alone."""

    def __init__(self, target: Target, log: PlayLog) -> None:
        self._firing = target.burst
        self._pool = Pool(target.connections) if target.client is Client.CENTRE else None
        self._write = log.write
        self._brackets = Brackets(target.burst)

    def make(self, run: BatchRun) -> tuple[Burst, Gate]:
        bracket = self._brackets.next()
        gate = Rendezvous(run.batch, self._firing, pool=self._pool, bracket=bracket, write=self._write)
        return gate, gate

    def lead_ns(self) -> int:
        return round(self._firing.hold_ms * 1e6) + _LEAD_NS
