"""A plain rendezvous: a burst's applications wait with their requests ready, then one loop hands all of them over.

The releaser sends for everybody, because waking N greenlets that send for themselves spreads the departures about
ten times wider. It needs no gevent of its own and works with plain threads alike.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct

from harness.records.plan import Step
from kiosk_sim.drivers.transport import Fire

_SPIN_NS = 2_000_000  # below this a sleep is too coarse: the last 2 ms before a departure are waited out busily


class Released(Struct, frozen=True, kw_only=True):
    """What a release achieved. `left_ns[i]` is the departure of `applications[i]`."""

    at_ns: int
    applications: tuple[str, ...]
    left_ns: tuple[int, ...]
    absent: tuple[str, ...]  # did not arrive in time, or could not send


class _Place:
    """One application's place at the gate."""

    def __init__(self, gap_ms: float) -> None:
        self.gap_ns = round(gap_ms * 1e6)
        self.fire: Fire | None = None
        self.armed = False
        self.gone = False
        self.left_ns = 0
        self.error: Exception | None = None
        self.go = threading.Event()

    def depart(self) -> None:
        if self.fire is None:
            return
        try:
            self.left_ns = self.fire()
        except Exception as e:  # noqa: BLE001  boundary: raised again where it belongs, in the application's own greenlet
            self.error = e


class Rendezvous:
    """The gate of one burst. See kiosk_sim.drivers.gate.Gate."""

    def __init__(self, step: Step, gaps_ms: Mapping[str, float]) -> None:
        """Expect the named applications; each leaves its gap after the release."""
        self.step = step
        self._places = {name: _Place(gap) for name, gap in gaps_ms.items()}
        self._changed = threading.Condition()
        self._released = False
        self._hurried = False

    def hold(self, application: str, fire: Fire | None) -> None:
        """See Gate. Who comes after the release goes through at once."""
        place = self._places[application]
        with self._changed:
            late = self._released
            if not late:
                place.fire, place.armed = fire, True
                self._changed.notify_all()
        if late:
            if fire is not None:
                fire()
            return
        place.go.wait()
        if place.error is not None:
            raise place.error

    def departed(self, application: str, left_ns: int) -> None:
        """See Gate."""
        self._places[application].left_ns = left_ns

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

    def release(self, arm_timeout_s: float) -> int:
        """Wait until everybody has arrived or left, at most `arm_timeout_s`; then let them go.

        Returns the instant of release (ns), from which gaps are counted.
        """
        with self._changed:
            self._changed.wait_for(self._complete, arm_timeout_s)
            self._released = True
            armed = sorted((p for p in self._places.values() if p.armed), key=lambda p: p.gap_ns)
        with _no_collection():
            return _let_go(armed)

    def _complete(self) -> bool:
        return self._hurried or all(p.armed or p.gone for p in self._places.values())

    def result(self, at_ns: int) -> Released:
        """Return who left when; call it once all sends that were held without `fire` are done."""
        left = {name: place.left_ns for name, place in self._places.items() if place.armed and place.left_ns}
        return Released(
            at_ns=at_ns,
            applications=tuple(left),
            left_ns=tuple(left.values()),
            absent=tuple(name for name in self._places if name not in left),
        )


def _let_go(armed: list[_Place]) -> int:
    """Have all requests handed over in one loop, in the order of their gaps; wake the waiting in between."""
    sent: list[_Place] = []
    at_ns = time.monotonic_ns()
    for place in armed:
        due_ns = at_ns + place.gap_ns
        if time.monotonic_ns() < due_ns - _SPIN_NS:
            _wake(sent)
            time.sleep((due_ns - _SPIN_NS - time.monotonic_ns()) / 1e9)
        while time.monotonic_ns() < due_ns:
            pass
        place.depart()
        sent.append(place)
    _wake(sent)
    return at_ns


def _wake(sent: list[_Place]) -> None:
    while sent:
        sent.pop().go.set()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector out of the loop: one run of it takes longer than the whole release."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
