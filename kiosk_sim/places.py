"""Who stands where at the gate of a burst, and what the gate can tell of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence

from harness.records.history import BurstBracket, Held
from harness.records.plan import Batch, PlannedApplication
from kiosk_sim.drivers.channel import SendFailed
from kiosk_sim.drivers.charge import Charge, Withdrawn
from kiosk_sim.drivers.transport import Fire


class Pool:
    """The centre's pool as bursts see it. One burst at a time lines up on it, or two would wait for each other."""

    def __init__(self, size: int) -> None:
        """`size` connections to each origin."""
        self.size = size
        self.turn = threading.Lock()


class Place:
    """One application's place."""

    def __init__(self, planned: PlannedApplication, lane: int | None) -> None:
        """Nobody stands here yet. `lane` is the connection of the centre's pool, None without one."""
        self.application = planned.application
        self.gap_ns = round(planned.gap_ms * 1e6)
        self.lane = lane
        self.connection = (planned.node, lane)  # what no two of a burst can use at once
        self.lined_up = False  # waits for its turn on the pool
        self.fire: Fire | None = None  # stands ready
        self.gone = False
        self.left_ns = 0
        self.held = Held.NOTHING
        self.error: Exception | None = None
        self.turn = threading.Event()
        self.go = threading.Event()

    @property
    def charge(self) -> Charge | None:
        """What stands ready, where it can leave in two parts."""
        return self.fire if isinstance(self.fire, Charge) else None

    @property
    def here(self) -> bool:
        """Whether the application has come, be it only to wait for a connection."""
        return self.lined_up or self.fire is not None

    @property
    def waits(self) -> bool:
        """Whether the application waits to be released."""
        return self.fire is not None and not self.left_ns and self.error is None

    def come(self, fire: Fire) -> None:
        """Stand ready."""
        self.fire, self.lined_up, self.error = fire, False, None
        self.go = threading.Event()

    def depart(self) -> None:
        """Fire at once; an error is raised again where it belongs, in the application's own greenlet."""
        assert self.fire is not None
        try:
            self.left_ns = self.fire()
        except Exception as e:  # noqa: BLE001  boundary: see above
            self.error = e
        if self.charge is not None:
            self.held = self.charge.held

    def withdraw(self, reason: str) -> bool:
        """Send the application away from the gate; return whether it may come again."""
        again = self.charge is not None and not self.charge.readable
        self.error = Withdrawn(reason, again=again)
        self.fire = None
        self.gone = not again
        self.turn.clear()
        self.go.set()
        return again


def places_of(batch: Batch, pool: Pool | None) -> dict[str, Place]:
    """Return a place for everybody, in the order of the plan; without a planned lane they take the pool's in turn."""
    places = {}
    for number, planned in enumerate(batch.applications):
        lane = number if planned.lane is None else planned.lane
        places[planned.application] = Place(planned, None if pool is None else lane % pool.size)
    return places


def by_gap(places: Iterable[Place]) -> list[Place]:
    """Return the places by planned gap, the first to leave first; equal gaps keep their order."""
    return sorted(places, key=lambda p: p.gap_ns)


def first_on_each(places: Iterable[Place]) -> list[Place]:
    """Return of every connection the place that is to leave first on it."""
    return list({p.connection: p for p in reversed(by_gap(places))}.values())


def load(places: Sequence[Place]) -> dict[str, str]:
    """Have all but the last part of each leave; return what went wrong with whom."""
    wrong: dict[str, str] = {}
    for place in places:
        try:
            assert place.charge is not None
            place.charge.load()
        except SendFailed as e:
            wrong[place.application] = f"its first part could not be sent: {type(e.cause).__name__}"
    return wrong


def keep_whole(places: Iterable[Place]) -> None:
    """Let nothing of anybody's request leave before the release."""
    for place in places:
        if place.charge is not None:
            place.charge.keep_whole()


def send_away(places: Iterable[Place], reasons: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Withdraw them from a void attempt; return who may come again, and who may not."""
    again: list[str] = []
    left_out: list[str] = []
    for place in places:
        said = reasons.get(place.application, "another of its burst was not ready")
        may = place.withdraw(f"withdrawn before its last byte left: {said}")
        (again if may else left_out).append(place.application)
    return tuple(again), tuple(left_out)


def spoken(places: Iterable[Place]) -> dict[str, str]:
    """Return whose connection closed, or brought something, while nothing was to come."""
    looks = ((p.application, p.charge.unasked()) for p in places if p.charge is not None)
    return {application: said for application, said in looks if said}


def ask_kernel(places: Iterable[Place]) -> None:
    """Have the kernel stamp what leaves from each from now on."""
    for place in places:
        if place.charge is not None:
            place.charge.ask_kernel()


def bracket_of(batch: str, places: Iterable[Place]) -> BurstBracket:
    """Return the kernel's stamps, and why some are missing."""
    stamped = [(p.application, p.charge.stamps) for p in places if p.charge is not None and p.charge.stamps is not None]
    return BurstBracket(
        batch=batch,
        applications=tuple(application for application, _ in stamped),
        sent_ns=tuple(stamps.sent_ns for _, stamps in stamped),
        acked_ns=tuple(stamps.acked_ns for _, stamps in stamped),
        missing="; ".join(sorted({stamps.missing for _, stamps in stamped if stamps.missing})),
    )


def wake(places: list[Place]) -> None:
    """Let go on who has left; the list is empty afterwards."""
    for place in places:
        place.go.set()
    places.clear()
