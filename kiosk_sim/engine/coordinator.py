"""Dispatches a phase's batches to the kiosks: bursts, open and closed models, sequences; several at once if planned."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import gevent
from gevent.event import Event
from gevent.lock import Semaphore
from gevent.pool import Group

from harness.records.history import ApplicationEnded
from harness.records.plan import Batch, BatchKind, Phase, PlannedApplication, PlannedUpdate
from kiosk_sim.batches import BatchRun, Interruption, Troupe
from kiosk_sim.engine.burst import Burst, Gates
from kiosk_sim.engine.disturbances import Disturbances
from kiosk_sim.engine.far import WORKER_LOST
from kiosk_sim.engine.fleet import Faults, Fleet, Ticket
from kiosk_sim.faults.inflict import Inflictor
from kiosk_sim.pacing import Pacing
from kiosk_sim.played import Played
from kiosk_sim.spares import Spares
from kiosk_sim.target_clock import TargetClock


class _Occupied:
    """Kiosks and residents in use: a batch starts when all of its own are free."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._freed = Event()

    def take(self, batch: Batch) -> None:
        wanted = _cast(batch)
        while wanted & self._used:
            self._freed.clear()
            self._freed.wait()
        self._used |= wanted

    def give(self, batch: Batch) -> None:
        self._used -= _cast(batch)
        self._freed.set()


def _cast(batch: Batch) -> set[str]:
    people = {f"resident {a.resident}" for a in batch.applications} | {f"resident {u.resident}" for u in batch.updates}
    return people | {f"kiosk {a.kiosk}" for a in batch.applications}


class Coordinator:
    """Plays the batches of one phase, in their order, as many at once and a minute as the phase says."""

    def __init__(
        self,
        fleet: Fleet,
        troupe: Troupe,
        faults: Faults,
        played: Played,
        *,
        gates: Gates,
        clock: TargetClock,
        inflictor: Inflictor,
        phase: Phase,
    ) -> None:
        """Nothing is dispatched yet."""
        self._gates_of = gates
        self._clock = clock
        self._disturbances = Disturbances(inflictor, faults, self._sleep_until)
        self._fleet = fleet
        self._troupe = troupe
        self._faults = faults
        self._played = played
        self._slots = Semaphore(max(1, phase.parallel))
        self._pacing = Pacing(phase.per_minute)
        self._occupied = _Occupied()
        self._gates: set[Burst] = set()
        self._interrupted = False

    def stop(self) -> None:
        """No new arrivals; bursts that are gathering go with whoever has come."""
        self._troupe.stop()
        for gate in tuple(self._gates):
            gate.hurry()

    def play(self, batches: Iterable[Batch], planned: Iterable[Batch]) -> bool:
        """Play what is left of the batches planned to their ends; return whether that was all of the plan."""
        group = Group()
        self._spares = Spares(planned, self._played)
        for batch in batches:
            if batch.spare and not self._is_needed(batch, group):
                continue
            self._slots.acquire()
            self._occupied.take(batch)
            if not self._sleep_until(self._pacing.due_ns()):
                self._interrupted = True
                break
            group.spawn(self._play_one, batch)
        group.join()
        return not self._interrupted

    def _is_needed(self, spare: Batch, group: Group) -> bool:
        """Tell whether a spare burst is to be played, once it is known what came of all before it."""
        group.join()
        if self._troupe.stopping or spare.batch in self._played.decisions:
            return True  # as was decided; or as planned, until whoever goes on decides
        decided = self._spares.decide(spare)
        self._troupe.log.write(decided)
        if decided.skipped:
            self._troupe.leave_out(spare)
        return not decided.skipped

    def _play_one(self, batch: Batch) -> None:
        try:
            with BatchRun(batch, self._played, self._troupe.log) as run:
                self._play_kind(run)
            self._spares.ended(batch.batch, run.why_void)
        except Interruption:
            self._interrupted = True
        except Exception as e:  # noqa: BLE001  boundary: a greenlet's exception would only be printed
            self._interrupted = True
            self._faults.add(f"batch {batch.batch}", e)
        finally:
            self._occupied.give(batch)
            self._slots.release()

    def _play_kind(self, run: BatchRun) -> None:
        match run.batch.kind:
            case BatchKind.SEQUENCE:
                faults = self._disturbances.begin(run, time.monotonic_ns())
                self._troupe.play_sequence(run, self._play_and_wait)
                gevent.joinall(faults)
            case BatchKind.BURST:
                self._burst(run)
            case BatchKind.ARRIVALS:
                self._arrivals(run)
            case BatchKind.CLOSED:
                self._closed(run)

    def _play_and_wait(self, planned: PlannedApplication, run: BatchRun) -> None:
        self._fleet.order(Ticket(planned, self._visit(run))).wait()

    def _visit(self, run: BatchRun) -> Callable[[Ticket], ApplicationEnded | None]:
        def visit(ticket: Ticket) -> ApplicationEnded | None:
            ended = self._troupe.play(ticket.planned, run, planned_ns=ticket.planned_ns, gate=ticket.gate)
            if ended is not None and ended.code == WORKER_LOST:
                run.void(f"{ended.application}: {ended.reason}")
            return ended

        return visit

    def _burst(self, run: BatchRun) -> None:
        """Arm everybody, release, wait for all. Free updates count their start_ms from the release."""
        batch = run.batch
        for update in (u for u in batch.updates if u.before is not None):
            self._troupe.update(update, run)
        burst, gate = self._gates_of.make(run)
        self._gates.add(burst)
        visit = self._visit(run)
        try:
            tickets = [self._fleet.order(Ticket(a, visit, gate=gate, left=burst.leave)) for a in batch.applications]
            at_ns = self._release(burst, batch)
        finally:
            self._gates.discard(burst)
            burst.dissolve()
        beside = [*self._updates_from(run, at_ns), *self._disturbances.begin(run, at_ns)]
        _wait_all(tickets, beside)
        self._journal_release(run, burst)

    def _release(self, burst: Burst, batch: Batch) -> int:
        """Arm and release until an attempt is not void; return its instant. The gate bounds the attempts."""
        while True:
            burst.arm(batch.arm_timeout_ms / 1000.0)
            at_ns = burst.release(self._clock.instant_ns(batch, self._gates_of.lead_ns()))
            if at_ns is not None:
                return at_ns

    def _journal_release(self, run: BatchRun, burst: Burst) -> None:
        released = burst.result()
        self._troupe.log.write(released)
        if bracket := burst.bracket():
            self._troupe.log.write(bracket)
        if released.absent:
            run.void(f"absent at the release: {', '.join(released.absent)}")

    def _arrivals(self, run: BatchRun) -> None:
        """Start each application at its own time, whatever became of the others."""
        start_ns = time.monotonic_ns()
        beside = [*self._updates_from(run, start_ns), *self._disturbances.begin(run, start_ns)]
        tickets = []
        for planned in sorted(run.batch.applications, key=lambda a: a.start_ms):
            due_ns = start_ns + round(planned.start_ms * 1e6)
            self._sleep_until(due_ns)
            if self._troupe.stopping:
                break
            for update in run.updates_before(planned.application):
                self._troupe.update(update, run)
            tickets.append(self._fleet.order(Ticket(planned, self._visit(run), planned_ns=due_ns)))
        _wait_all(tickets, beside)
        if len(tickets) < len(run.batch.applications):
            raise Interruption

    def _sleep_until(self, due_ns: int) -> bool:
        """Sleep in short pieces, so that a stop is noticed; return whether there was none."""
        while (left_s := (due_ns - time.monotonic_ns()) / 1e9) > 0 and not self._troupe.stopping:
            gevent.sleep(min(left_s, 0.1))
        return not self._troupe.stopping

    def _closed(self, run: BatchRun) -> None:
        """Let every kiosk serve its row of customers; a new one begins when the one before has left."""
        for update in (u for u in run.batch.updates if u.before is not None):
            self._troupe.update(update, run)
        start_ns = time.monotonic_ns()
        beside = [*self._updates_from(run, start_ns), *self._disturbances.begin(run, start_ns)]
        visit = self._visit(run)
        tickets = [self._fleet.order(Ticket(a, visit, pause_ms=a.gap_ms)) for a in run.batch.applications]
        _wait_all(tickets, beside)

    def _updates_from(self, run: BatchRun, start_ns: int) -> list[gevent.Greenlet]:
        """Play the updates bound to no application at their start_ms, one after the other."""
        free = sorted(run.updates_after(), key=lambda u: u.start_ms)
        return [gevent.spawn(self._update_in_time, free, run, start_ns)] if free else []

    def _update_in_time(self, updates: list[PlannedUpdate], run: BatchRun, start_ns: int) -> None:
        try:
            for update in updates:
                self._sleep_until(start_ns + round(update.start_ms * 1e6))
                if self._troupe.stopping:
                    run.void(f"{update.update} not played: interrupted")
                    continue
                self._troupe.update(update, run)
        except Exception as e:  # noqa: BLE001  boundary: a greenlet's exception would only be printed
            run.void("a register update failed in the player")
            self._faults.add(f"updates of batch {run.batch.batch}", e)


def _wait_all(tickets: list[Ticket], beside: list[gevent.Greenlet]) -> None:
    """Wait for everybody, and for what happens beside them; raise Interruption where a visit never began."""
    for ticket in tickets:
        ticket.done.wait()
    gevent.joinall(beside)
    if any(ticket.interrupted for ticket in tickets):
        raise Interruption
