"""A burst that several workers release together: READY from each, then FIRE at an instant agreed on, then DONE.

The instant is told to each worker on its own clock. How far apart the parts left is known to the bound of the clocks'
offsets, which is journaled with the departures (0 where all workers share one host).
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import gevent
from gevent.event import Event
from gevent.lock import Semaphore

from harness.records.history import BatchReleased, BurstBracket, Held
from harness.records.plan import Batch
from kiosk_sim.batches import BatchRun
from kiosk_sim.dealing import Dealing
from kiosk_sim.engine.crew import Crew
from kiosk_sim.engine.messages import Arm, Dissolve, Fire, Fired, Leave, Message, Muster, Ready
from kiosk_sim.engine.roster import Member

_ANSWER_S = 5.0  # beyond the time to arm, before a worker that does not answer counts as not ready
_LOOK_S = 0.2  # how soon a lost worker is noticed while waiting


class Concert:
    """One burst. See kiosk_sim.engine.burst.Burst."""

    def __init__(
        self,
        run: BatchRun,
        crew: Crew,
        dealing: Dealing,
        *,
        turn: Semaphore | None,
        lead_ns: int,
        bracket: bool,
    ) -> None:
        """Tell every worker which part of the burst is its own.

        `turn` is held while a pool is lined up on; `lead_ns` is how long before an instant of release it must be told.
        """
        self._run = run
        self._batch = batch = run.batch
        self._crew = crew
        self._dealing = dealing
        self._lead_ns = lead_ns
        self._bracket = bracket
        self._turn = turn
        self._holds_turn = False
        self._hurried = False
        self._ready: dict[int, Ready] = {}
        self._fired: dict[int, Fired] = {}
        self._changed = Event()
        self._unordered = {a.application for a in batch.applications}
        self._at_ns = 0
        self._parts = self._muster()

    def _muster(self) -> dict[int, tuple[Member, Batch]]:
        parts: dict[int, tuple[Member, Batch]] = {}
        for place, number in enumerate(self._crew.numbers):
            part = self._dealing.part(self._batch, place)
            if part.applications:
                parts[number] = (self._crew.members[number], part)
        self._crew.burst_mail[self._batch.batch] = self._take
        for member, part in parts.values():
            names = tuple(a.application for a in part.applications)
            gaps = tuple(a.gap_ms for a in part.applications)
            self._crew.send(
                member,
                Muster(
                    batch=part.batch,
                    applications=names,
                    gaps_ms=gaps,
                    withhold=part.withhold,
                    bracket=self._bracket,
                ),
            )
        return parts

    def _take(self, message: Message) -> None:
        if isinstance(message, Ready):
            self._ready[message.worker] = message
        elif isinstance(message, Fired):
            self._fired[message.worker] = message
        self._changed.set()

    def ordered(self, application: str) -> None:
        """Note that an application is with its worker: it will leave by itself."""
        self._unordered.discard(application)

    def leave(self, application: str) -> None:
        """See Burst."""
        if application not in self._unordered:
            return
        self._unordered.discard(application)
        for member, part in self._parts.values():
            if any(a.application == application for a in part.applications):
                self._crew.send(member, Leave(batch=self._batch.batch, application=application))

    def hurry(self) -> None:
        """See Burst: the workers are told by themselves that the player is stopping."""
        self._hurried = True
        self._changed.set()

    def arm(self, timeout_s: float) -> tuple[str, ...]:
        """See Burst. A worker that does not answer in time has nobody there."""
        if self._turn is not None:
            self._holds_turn = bool(self._turn.acquire(timeout=timeout_s))
        for member, part in self._parts.values():
            self._crew.send(member, Arm(batch=part.batch, within_ms=timeout_s * 1000.0))
        self._wait_for(self._ready, timeout_s + _ANSWER_S)
        absent: list[str] = []
        for number, (_, part) in self._parts.items():
            ready = self._ready.get(number)
            absent += ready.absent if ready else (a.application for a in part.applications)
        return tuple(absent)

    def release(self, at_ns: int | None = None) -> int:
        """See Burst: agree on an instant and tell it; never void here, as a part that is not sound voids the batch."""
        soonest_ns = time.monotonic_ns() + self._lead_ns
        self._at_ns = max(at_ns or 0, soonest_ns)
        for member, part in self._parts.values():
            self._crew.send(member, Fire(batch=part.batch, at_ns=member.own_ns(self._at_ns)))
        gevent.sleep(max(0.0, (self._at_ns - time.monotonic_ns()) / 1e9))
        return self._at_ns

    def dissolve(self) -> None:
        """See Burst."""
        if self._holds_turn and self._turn is not None:
            self._holds_turn = False
            self._turn.release()
        if not self._at_ns:
            for member, part in self._parts.values():
                self._crew.send(member, Dissolve(batch=part.batch))

    def result(self) -> BatchReleased:
        """See Burst. Wait, bounded, for every worker's DONE; who is not in one is absent."""
        self._wait_for(self._fired, _ANSWER_S)
        del self._crew.burst_mail[self._batch.batch]
        for number, fired in sorted(self._fired.items()):
            if fired.void:
                self._run.void(f"worker {number}: {fired.void}")
        parts = [(self._parts[number][0], fired) for number, fired in sorted(self._fired.items())]
        return merge(self._batch, self._at_ns, parts, self._dealing, self._crew.numbers)

    def bracket(self) -> BurstBracket | None:
        """See Burst: the workers journal what their kernels say."""
        return None

    def _wait_for(self, answers: dict[int, Ready] | dict[int, Fired], within_s: float) -> None:
        by = time.monotonic() + within_s
        while time.monotonic() < by and any(n not in answers and not m.lost for n, (m, _) in self._parts.items()):
            self._changed.clear()
            self._changed.wait(min(_LOOK_S, max(0.0, by - time.monotonic())))


def merge(
    batch: Batch, at_ns: int, parts: Sequence[tuple[Member, Fired]], dealing: Dealing, numbers: Sequence[int]
) -> BatchReleased:
    """Return one record of all parts, departures on the master's clock in their order, with the bound they have."""
    left: list[tuple[int, str, Held, int]] = []
    for member, fired in parts:
        released = fired.released
        lanes = [dealing.lane(lane, numbers.index(member.number)) for lane in released.lanes]
        rows = zip(released.applications, released.left_ns, strict=True)
        for place, (application, own_ns) in enumerate(rows):
            held = released.held[place] if released.held else Held.NOTHING
            left.append((member.master_ns(own_ns), application, held, lanes[place] if lanes else -1))
    left.sort()
    came = {application for _, application, _, _ in left}
    return BatchReleased(
        batch=batch.batch,
        at_ns=at_ns,
        applications=tuple(application for _, application, _, _ in left),
        left_ns=tuple(ns for ns, _, _, _ in left),
        absent=tuple(a.application for a in batch.applications if a.application not in came),
        held=tuple(held for _, _, held, _ in left),
        held_ms=max((f.released.held_ms for _, f in parts), default=0.0),
        lanes=tuple(lane for _, _, _, lane in left) if any(lane >= 0 for _, _, _, lane in left) else (),
        attempt=max((f.released.attempt for _, f in parts), default=1),
        agreed_ns=at_ns,
        error_ns=max((m.offset.error_ns for m, _ in parts if m.offset), default=0),
    )
