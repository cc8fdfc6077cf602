"""Plays batches: what is common to the quiet player and the engine, and sequences, which both play alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from harness.records.history import ApplicationEnded, BatchEnded, BatchStarted, Ending, UpdateOutcome, UpdateResult
from harness.records.plan import Batch, BatchKind, PlannedApplication, PlannedUpdate
from kiosk_sim.drivers.gate import Gate
from kiosk_sim.played import Open, Played
from kiosk_sim.playlog import PlayLog
from kiosk_sim.progress import Progress
from kiosk_sim.retired import Retired
from kiosk_sim.settling import Settler

_LOADS = frozenset({BatchKind.CLOSED, BatchKind.ARRIVALS})


class Interruption(Exception):
    """No new arrivals: the batch ends here and stays without its closing record."""


class Performs(Protocol):
    """Plays single applications and updates: kiosk_sim.drivers.perform.Performer, or workers elsewhere."""

    def issue(
        self, planned: PlannedApplication, batch: Batch, *, planned_ns: int = 0, gate: Gate | None = None
    ) -> ApplicationEnded:
        """Play one person's visit to its end."""
        ...

    def update(self, planned: PlannedUpdate) -> UpdateOutcome:
        """Change the register."""
        ...


class Troupe:
    """Plays the applications and updates of one phase."""

    def __init__(
        self,
        *,
        performer: Performs,
        log: PlayLog,
        retired: Retired,
        settler: Settler,
        progress: Progress,
        updates_allowed: bool,
    ) -> None:
        """Nothing is played yet; `stop` ends arrivals."""
        self._performer = performer
        self._retired = retired
        self._settler = settler
        self._progress = progress
        self._updates_allowed = updates_allowed
        self._one_update = threading.Lock()  # the harness is the only writer, and its updates never overlap
        self.log = log
        self.stopping = False

    def stop(self) -> None:
        """No new arrivals from here on; safe in a signal handler."""
        self.stopping = True

    def play(
        self, planned: PlannedApplication, run: BatchRun, *, planned_ns: int = 0, gate: Gate | None = None
    ) -> ApplicationEnded | None:
        """Play one application; None where its kiosk or resident is retired, which voids the batch.

        Raises Interruption once the player is stopping, DiskFull.
        """
        if self.stopping:
            raise Interruption
        if reason := self._hindrance(planned):
            run.void(reason)
            self._progress.skipped(1)
            return None
        self._progress.begun()
        try:
            ended = self._performer.issue(planned, run.batch, planned_ns=planned_ns, gate=gate)
        finally:
            self._progress.ended()
        self._settler.claim(ended.application, ended.request_id)
        if ended.ending is Ending.UNRESOLVED:
            self._retired.retire(_open(planned, ended))
        return ended

    def leave_out(self, batch: Batch) -> None:
        """Count the applications of a batch that is not played."""
        self._progress.skipped(len(batch.applications))

    def _hindrance(self, planned: PlannedApplication) -> str:
        """Return why `planned` cannot be played, after trying to settle what stands in its way."""
        reason = self._retired.reason(planned)
        if reason:
            for application in self._settler.settle_now(self._retired.open.values()):
                self._retired.free(application)
            reason = self._retired.reason(planned)
        return reason

    def update(self, planned: PlannedUpdate, run: BatchRun) -> None:
        """Play one register update; what is neither applied nor refused as planned voids the batch, if it is no load.

        Raises DiskFull.
        """
        if not self._updates_allowed:
            run.void(f"{planned.update} not played: the target file does not say updates = true")
            return
        with self._one_update:
            outcome = self._performer.update(planned)
        as_planned = planned.refused and outcome.result is UpdateResult.FAILED
        if outcome.result is not UpdateResult.APPLIED and not as_planned:
            told = f"{planned.update} {outcome.result}: {outcome.reason}"
            if run.batch.kind in _LOADS:
                self.log.note(told)  # one change less; the load, which it was to meet, is exercised all the same
            else:
                run.void(told)
        if outcome.result is UpdateResult.UNRESOLVED:
            self._retired.spoil(planned.resident)

    def play_sequence(self, run: BatchRun, play: Callable[[PlannedApplication, BatchRun], object]) -> None:
        """Play one application after the other, each update in its place; `play` blocks until the end of one."""
        for planned in run.batch.applications:
            for update in run.updates_before(planned.application):
                self.update(update, run)
            pause(planned.gap_ms)
            play(planned, run)
        for update in run.updates_after():
            self.update(update, run)


class BatchRun:
    """One batch being played: `with` writes its opening and closing records.

    The closing record is written unless an Interruption or an error escapes; then the batch counts as torn.
    """

    def __init__(self, batch: Batch, played: Played, log: PlayLog) -> None:
        """`batch` is what is left to be played of it."""
        self.batch = batch
        self._log = log
        self._voids: list[str] = []
        self.again = batch.batch in played.batches_started
        if self.again:
            self.void("a part was played before an interruption")

    @property
    def why_void(self) -> str:
        """Why the batch does not count as exercised so far; "" if it does."""
        return "; ".join(self._voids)

    def void(self, reason: str) -> None:
        """Say why the batch does not count as exercised."""
        self._voids.append(reason)

    def __enter__(self) -> BatchRun:
        """Write that the batch begins."""
        if not self.again:
            self._log.write(
                BatchStarted(
                    batch=self.batch.batch, phase=self.batch.phase, kind=self.batch.kind, at_ns=time.monotonic_ns()
                )
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, _: object) -> None:
        """Write that it ended, unless something escapes."""
        if kind is None:
            self._log.write(BatchEnded(batch=self.batch.batch, at_ns=time.monotonic_ns(), void=self.why_void))

    def updates_before(self, application: str) -> tuple[PlannedUpdate, ...]:
        """Return the updates that must be acknowledged before `application` starts."""
        return tuple(u for u in self.batch.updates if u.before == application)

    def updates_after(self) -> tuple[PlannedUpdate, ...]:
        """Return the updates bound to no application."""
        return tuple(u for u in self.batch.updates if u.before is None)


def _open(planned: PlannedApplication, ended: ApplicationEnded) -> Open:
    return Open(
        application=planned.application,
        resident=planned.resident,
        kiosk=planned.kiosk,
        card=planned.card,
        certificate=planned.certificate.value,
        since_ns=ended.at_ns,
        request_id=ended.request_id,
    )


def pause(ms: float) -> None:
    """Let `ms` milliseconds pass."""
    if ms > 0:
        time.sleep(ms / 1000.0)
