"""A worker's parts of bursts: armed, told so, released at the agreed instant, told again. No wait is endless."""

from __future__ import annotations

from collections.abc import Callable

import gevent
from gevent.event import AsyncResult, Event
from msgspec.structs import replace

from harness.records.history import HistoryRecord
from harness.records.plan import Batch
from harness.records.target import Firing
from kiosk_sim.engine.messages import Fired, Message, Muster, Ready
from kiosk_sim.places import Pool
from kiosk_sim.rendezvous import Rendezvous

_FIRE_S = 10.0  # after everybody's time to arm, until the master says when; without a word the part is dissolved
_REARM_S = 1.0  # of a part that was not sound at the agreed instant: it only has to be let go


class Part:
    """One burst's members on this worker."""

    def __init__(self, batch: Batch, gate: Rendezvous) -> None:
        """`batch` holds this worker's members only, with their decided gaps."""
        self.batch = batch
        self.gate = gate
        self.fire_ns: AsyncResult[int] = AsyncResult()
        self.served = Event()  # everybody has been served, or will not come
        self._under_way = {a.application for a in batch.applications}
        self.planned = {a.application: a for a in batch.applications}

    def over(self, application: str) -> None:
        """Note that a member's visit is over, or will not be."""
        self.gate.leave(application)
        self._under_way.discard(application)
        if not self._under_way:
            self.served.set()


class Parts:
    """All parts of this worker that are not over."""

    def __init__(self, worker: int, firing: Firing, pool: Pool | None, write: Callable[[HistoryRecord], None]) -> None:
        """`write` journals attempts that were void."""
        self._worker = worker
        self._firing = firing
        self._pool = pool
        self._write = write
        self._parts: dict[str, Part] = {}

    def muster(self, muster: Muster, part: Batch) -> None:
        """Expect the members of a burst; `part` is what the plan says of them, the message what was decided since."""
        decided = _decided(part, muster)
        gate = Rendezvous(decided, self._firing, pool=self._pool, bracket=muster.bracket, write=self._write)
        self._parts[muster.batch] = Part(decided, gate)

    def of(self, application: str) -> Part | None:
        """Return the part that an application belongs to."""
        return next((p for p in self._parts.values() if application in p.planned), None)

    def get(self, batch: str) -> Part | None:
        """Return the part of a burst."""
        return self._parts.get(batch)

    def play(self, batch: str, within_s: float, send: Callable[[Message], None]) -> None:
        """Arm a part, tell who is absent, release it when told, tell who left when."""
        part = self._parts.get(batch)
        if part is None:
            return
        try:
            absent = part.gate.arm(within_s)
            send(Ready(worker=self._worker, batch=batch, absent=absent))
            void = self._release(part, within_s + _FIRE_S)
        finally:
            part.gate.dissolve()
        part.served.wait()
        self._parts.pop(batch, None)
        released = part.gate.result()
        if bracket := part.gate.bracket():
            self._write(bracket)
        send(Fired(worker=self._worker, batch=batch, released=released, void=void))

    def _release(self, part: Part, told_within_s: float) -> str:
        """Release at the agreed instant; return why that could not be kept, "" if it was."""
        try:
            at_ns = part.fire_ns.get(timeout=told_within_s)
        except gevent.Timeout:
            return f"nobody said within {told_within_s:g} s when to release"
        if part.gate.release(at_ns) is not None:
            return ""
        released_ns = None
        while released_ns is None:
            part.gate.arm(_REARM_S)
            released_ns = part.gate.release()
        return "a connection died or spoke while it was held for the agreed instant"

    def hurry(self) -> None:
        """The player is stopping: arming ends at once."""
        for part in self._parts.values():
            part.gate.hurry()

    def dissolve(self, batch: str = "") -> None:
        """Let nobody of a burst wait any more; of all without a name."""
        for part in tuple(self._parts.values()):
            if not batch or part.batch.batch == batch:
                part.gate.dissolve()


def _decided(part: Batch, muster: Muster) -> Batch:
    gaps = dict(zip(muster.applications, muster.gaps_ms, strict=True))
    members = (replace(a, gap_ms=gaps[a.application]) for a in part.applications if a.application in gaps)
    return replace(part, applications=tuple(members), withhold=muster.withhold)
