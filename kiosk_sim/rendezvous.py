"""The gate of one burst: who has come, who holds what, and the release; needs no gevent and works with threads alike.

A burst goes in two steps, so that several workers can release at an instant they agreed on:

    absent = gate.arm(timeout_s)      everybody stands ready on a warm connection; nothing of their requests has left
    at_ns = gate.release(agreed_ns)   all but the last byte leaves, is held, looked after, and released in one loop

`release` returns None where a connection died or spoke while it was held: the attempt is void, whoever can comes
again, and `arm` and `release` are called again. After `firing.attempts` of them whole requests are sent instead.
`dissolve` ends it, however it ended: nobody waits any more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from harness.records.history import BatchReleased, BurstBracket, BurstWithdrawn, Held, HistoryRecord
from harness.records.plan import Batch, Withhold
from harness.records.target import Firing
from kiosk_sim.drivers.charge import Charge, Withdrawn
from kiosk_sim.drivers.transport import Fire
from kiosk_sim.places import (
    Place,
    Pool,
    ask_kernel,
    bracket_of,
    by_gap,
    first_on_each,
    keep_whole,
    load,
    places_of,
    send_away,
    spoken,
    wake,
)
from kiosk_sim.release import is_far, no_collection, rest_until, salvo, undisturbed, wait_until

_LOOK_NS = 4_000_000  # what looking after 200 held connections takes on a busy machine


class Rendezvous:
    """The gate of one burst. See kiosk_sim.drivers.gate.Gate."""

    def __init__(
        self,
        batch: Batch,
        firing: Firing = Firing(),  # noqa: B008  frozen
        *,
        pool: Pool | None = None,
        bracket: bool = False,
        write: Callable[[HistoryRecord], None] = lambda _: None,
    ) -> None:
        """Expect the batch's applications; each leaves its gap after the release.

        With `bracket` the kernel is asked when their last bytes left and arrived. `write` journals void attempts.
        """
        self.step = batch.sync_step
        self._batch = batch.batch
        self._firing = firing
        self._withhold = batch.withhold or firing.withhold
        self._pool = pool
        self._bracket = bracket
        self._write = write
        self._places = places_of(batch, pool)
        self._changed = threading.Condition()
        self._lining_up = False
        self._released = False
        self._hurried = False
        self._attempt = 1
        self._at_ns = self._held_ns = self._agreed_ns = 0

    def line_up(self, application: str) -> int | None:
        """See Gate."""
        place = self._places[application]
        with self._changed:
            if self._released:
                return place.lane
            place.lined_up = True
            self._changed.notify_all()
        place.turn.wait()
        return place.lane

    def hold(self, application: str, fire: Fire) -> None:
        """See Gate. Who comes after the release goes through at once."""
        place = self._places[application]
        if isinstance(fire, Charge):
            fire.prepare(self._withhold if self._withholding and not place.gap_ns else Withhold.NOTHING)
        with self._changed:
            late = self._released
            place.come(fire)
            self._changed.notify_all()
        if late:
            place.left_ns, place.held = fire(), Held.QUEUED
            return
        place.go.wait()
        if place.error is not None:
            raise place.error

    def leave(self, application: str) -> None:
        """See Gate."""
        with self._changed:
            self._places[application].gone = True
            self._changed.notify_all()

    def hurry(self) -> None:
        """Release as soon as possible whoever has arrived: the player is stopping."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def arm(self, timeout_s: float) -> tuple[str, ...]:
        """Wait until everybody stands ready or has left, at most `timeout_s`; return who is absent.

        Nothing of anybody's request has left then.
        """
        by = time.monotonic() + timeout_s
        with self._changed:
            self._changed.wait_for(lambda: self._hurried or all(p.here or p.gone for p in self._all), timeout_s)
        if self._pool is not None:
            self._line_up_all(self._pool, by)
        return tuple(p.application for p in self._all if not p.here)

    @property
    def _all(self) -> list[Place]:
        return list(self._places.values())

    def _line_up_all(self, pool: Pool, by: float) -> None:
        """Let the first on each connection take it; the others follow behind them after the release."""
        if not self._lining_up:
            self._lining_up = pool.turn.acquire(timeout=max(0.0, by - time.monotonic()))
        if not self._lining_up:
            return
        firsts = first_on_each(p for p in self._all if p.here)
        for place in firsts:
            place.turn.set()
        with self._changed:
            left_s = max(0.0, by - time.monotonic())
            self._changed.wait_for(lambda: self._hurried or all(p.fire or p.gone for p in firsts), left_s)

    @property
    def _withholding(self) -> bool:
        wanted = self._withhold is not Withhold.NOTHING and not self._hurried
        return wanted and self._attempt <= self._firing.attempts

    def release(self, at_ns: int | None = None) -> int | None:
        """Let everybody go who stands ready, at `at_ns` (monotonic) or as soon as their first parts were held enough.

        Returns the instant of the first departure, from which gaps are counted; None where the attempt was void and
        nothing was released. An instant nearer than `firing.hold_ms` is kept late.
        """
        self._agreed_ns = at_ns or 0
        armed = by_gap(p for p in self._all if p.waits)
        together = [p for p in armed if not p.gap_ns and p.charge is not None]
        with no_collection():
            if self._withholding and together:
                if not self._hold(armed, together):
                    return None
            else:
                keep_whole(together)
            if self._bracket:
                ask_kernel(armed)
            rest_until(self._agreed_ns - _LOOK_NS)
            return self._let_go(armed, together)

    def _hold(self, armed: Sequence[Place], together: Sequence[Place]) -> bool:
        """Have the first parts leave and hold them; return whether all of them are still sound."""
        hold_ns, longest_ns = round(self._firing.hold_ms * 1e6), round(self._firing.longest_hold_ms * 1e6)
        rest_until(self._agreed_ns - hold_ns)
        if dead := spoken(armed):
            return self._void(dead, (), 0)
        began_ns = time.monotonic_ns()
        wrong = load(together)
        loaded_ns = time.monotonic_ns()
        if not wrong:
            rest_until(max(loaded_ns + hold_ns, self._agreed_ns - _LOOK_NS))
            wrong = spoken(armed)
        self._held_ns = time.monotonic_ns() - loaded_ns
        if not wrong and time.monotonic_ns() - began_ns > longest_ns:
            wrong = {together[0].application: f"held longer than {self._firing.longest_hold_ms:g} ms"}
        return not wrong or self._void(wrong, together, self._held_ns)

    def _void(self, reasons: Mapping[str, str], loaded: Sequence[Place], held_ns: int) -> bool:
        """Give the attempt up; return False."""
        away = {p.application: p for p in loaded} | {name: self._places[name] for name in reasons}
        with self._changed:
            again, left_out = send_away(away.values(), reasons)
        attempt, self._attempt = self._attempt, self._attempt + 1
        self._write(
            BurstWithdrawn(
                batch=self._batch,
                attempt=attempt,
                at_ns=time.monotonic_ns(),
                reasons=dict(reasons),
                again=again,
                left_out=left_out,
                held_ms=held_ns / 1e6,
            )
        )
        return False

    def _let_go(self, armed: Sequence[Place], together: Sequence[Place]) -> int:
        """Release, in the order of the gaps; wake whoever has left whenever there is time for it."""
        with self._changed:
            self._released = True
        late = [p for p in self._all if p.waits and p not in armed]
        charges = [p.charge for p in together if p.charge is not None]
        with undisturbed():
            wait_until(self._agreed_ns)
            self._at_ns, failures = salvo(charges)
        for place, charge, failure in zip(together, charges, failures, strict=True):
            place.left_ns, place.held, place.error = charge.left_ns, charge.held, failure
        fired = list(together)
        for place in by_gap([*(p for p in armed if p not in together), *late]):
            due_ns = self._at_ns + place.gap_ns
            if is_far(due_ns):
                wake(fired)
            wait_until(due_ns)
            place.depart()
            fired.append(place)
        wake(fired)
        self._let_follow()
        return self._at_ns

    def _let_follow(self) -> None:
        """Let those through who share a connection with somebody before them, in their order."""
        if self._lining_up and self._pool is not None:
            self._lining_up = False
            self._pool.turn.release()
        for place in by_gap(self._all):
            place.turn.set()

    def dissolve(self) -> None:
        """Let nobody wait any more: who is still held gives up. Without effect where all were released."""
        with self._changed:
            self._released = True
            for place in self._all:
                if place.waits:
                    place.error = Withdrawn("the burst was given up", again=False)
                place.go.set()
        self._let_follow()

    def result(self) -> BatchReleased:
        """Return who left when; call it once all visits are over."""
        left = [place for place in self._all if place.left_ns]
        return BatchReleased(
            batch=self._batch,
            at_ns=self._at_ns,
            applications=tuple(place.application for place in left),
            left_ns=tuple(place.left_ns for place in left),
            absent=tuple(place.application for place in self._all if not place.left_ns),
            held=tuple(place.held for place in left),
            held_ms=self._held_ns / 1e6,
            lanes=tuple(place.lane or 0 for place in left) if self._pool else (),
            attempt=self._attempt,
            agreed_ns=self._agreed_ns,
        )

    def bracket(self) -> BurstBracket | None:
        """Return what the kernel said of those who were released, where it was asked; call it with `result`."""
        return bracket_of(self._batch, (p for p in self._all if p.left_ns)) if self._bracket else None
