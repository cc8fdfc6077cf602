"""What the server knows of the run's workers: who joined, what each is to do next, who has handed everything over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from harness.errors import HonninError
from harness.handover.intake import Altered, Intake
from harness.handover.messages import Errand, Join, Joined, PhaseDone, Proven

Contents = Callable[[int, int], Mapping[str, bytes]]
"""The files that the worker of a place among so many needs, by their path in its folder."""


class NoRoom(HonninError):
    """All expected workers are there already."""


class Guest(Struct, frozen=True, kw_only=True):
    """A worker that joined."""

    number: int
    place: int
    join: Join


class Desk:
    """Shared by the server's threads and the supervisor."""

    def __init__(self, run: str, numbers: Iterable[int], contents: Contents, intake: Intake) -> None:
        """Expect workers of these numbers."""
        self.intake = intake
        self.run = run
        self.numbers = tuple(numbers)
        self.guests: dict[int, Guest] = {}
        self.proofs: dict[int, Proven] = {}
        self.done: dict[tuple[int, str], PhaseDone] = {}  # by worker and phase
        self._contents = contents
        self._parcels: dict[int, Mapping[str, bytes]] = {}
        self._errand = Errand(number=0, what="wait")
        self._changed = threading.Condition()

    def join(self, join: Join) -> Joined:
        """Give the next number; raise NoRoom."""
        with self._changed:
            known = next((g for g in self.guests.values() if g.join.once == join.once), None)
            if known is not None:
                return self._joined(known)
            place = next((p for p, n in enumerate(self.numbers) if n not in self.guests), None)
            if place is None:
                raise NoRoom(f"this run expects {len(self.numbers)} workers, and they are there")
            guest = Guest(number=self.numbers[place], place=place, join=join)
            self._parcels[guest.number] = self._contents(place, len(self.numbers))
            self.guests[guest.number] = guest
            self._changed.notify_all()
            return self._joined(guest)

    def _joined(self, guest: Guest) -> Joined:
        return Joined(run=self.run, worker=guest.number, place=guest.place, workers=len(self.numbers))

    def parcels(self, worker: int) -> Mapping[str, bytes]:
        """Return the files of a worker that joined; raise KeyError."""
        return self._parcels[worker]

    def leave(self, worker: int) -> None:
        """Give a worker's place to another: it will not take part, and has not proven itself yet."""
        with self._changed:
            if worker not in self.proofs:
                del self.guests[worker]

    def proven(self, worker: int, proof: Proven) -> None:
        """Take in a worker's self-proof: it is ready."""
        with self._changed:
            self.proofs[worker] = proof
            self._changed.notify_all()

    def finished(self, worker: int, done: PhaseDone) -> None:
        """Take in that a worker's phase is over and handed over; raise Altered where one of its files is not whole."""
        if missing := sorted(set(done.files) - self.intake.whole):
            raise Altered(f"worker {worker} says that {', '.join(missing)} arrived whole: not so")
        with self._changed:
            self.done[worker, done.phase] = done
            self._changed.notify_all()

    def order(self, errand: Errand) -> None:
        """Tell all workers what to do next; the number is set here."""
        with self._changed:
            number = self._errand.number + 1
            self._errand = Errand(
                number=number, what=errand.what, phase=errand.phase, port=errand.port, drain_s=errand.drain_s
            )
            self._changed.notify_all()

    def errand_after(self, number: int, within_s: float) -> Errand:
        """Return the errand that follows, as soon as there is one; after `within_s` the word to wait."""
        with self._changed:
            self._changed.wait_for(lambda: self._errand.number > number, within_s)
            return self._errand if self._errand.number > number else Errand(number=number, what="wait")

    def wait(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Wait until `holds()`, at most so long; return whether it does."""
        with self._changed:
            return self._changed.wait_for(holds, within_s)
