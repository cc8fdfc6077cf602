"""Whose connection is whose, for the three standpoints centre, kiosk and card (design decision 5).

A slot holds at most one connection and is used by one exchange at a time. Kiosks and cards have a slot of their own
per origin; the centre has `size` slots per origin, shared by all, handed out first come, first served.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from harness.records.target import Client
from kiosk_sim.drivers.transport import CONTROL, Holder, Origin

C = TypeVar("C")


class Slot(Generic[C]):
    """Place of one connection; None while there is none."""

    def __init__(self) -> None:
        """Start empty."""
        self.connection: C | None = None


class _Turn(Generic[C]):
    """Someone who waits for a slot: a particular one, or any."""

    def __init__(self, wanted: Slot[C] | None) -> None:
        self.wanted = wanted
        self.came = threading.Event()
        self.slot: Slot[C] | None = None


class _Queue(Generic[C]):
    """Slots that are free, and who waits for one: a slot given back goes to whoever waits longest of those it suits."""

    def __init__(self, size: int) -> None:
        self.slots = [Slot[C]() for _ in range(size)]
        self._free = deque(self.slots)
        self._waiting: deque[_Turn[C]] = deque()
        self._lock = threading.Lock()

    def take(self, lane: int | None) -> Slot[C]:
        wanted = None if lane is None else self.slots[lane % len(self.slots)]
        with self._lock:
            if wanted is not None and wanted in self._free:
                self._free.remove(wanted)
                return wanted
            if wanted is None and self._free:
                return self._free.popleft()
            turn = _Turn(wanted)
            self._waiting.append(turn)
        try:
            turn.came.wait()
        except BaseException:
            self._leave(turn)
            raise
        assert turn.slot is not None
        return turn.slot

    def _leave(self, turn: _Turn[C]) -> None:
        """Give up waiting; a slot that came in the same moment goes on to the next."""
        with self._lock:
            if turn.slot is None:
                self._waiting.remove(turn)
                return
        self.give(turn.slot)

    def give(self, slot: Slot[C]) -> None:
        with self._lock:
            turn = next((t for t in self._waiting if t.wanted in (None, slot)), None)
            if turn is None:
                self._free.append(slot)
                return
            self._waiting.remove(turn)
            turn.slot = slot
        turn.came.set()


class Leases(Generic[C]):
    """All connections of one player."""

    def __init__(self, client: Client, size: int) -> None:
        """`size` is the number of connections per origin where the client is the centre."""
        self._client = client
        self._size = size
        self._queues: dict[tuple[str, Origin], _Queue[C]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def slot(self, holder: Holder, origin: Origin, lane: int | None = None) -> Iterator[Slot[C]]:
        """Lease a slot for one exchange; wait for it while others use it. `lane` says which of the centre's."""
        queue = self._queue(holder, origin)
        slot = queue.take(lane)
        try:
            yield slot
        finally:
            queue.give(slot)

    def _queue(self, holder: Holder, origin: Origin) -> _Queue[C]:
        key = (holder.key(self._client), origin)
        with self._lock:
            if key not in self._queues:
                self._queues[key] = _Queue(self._size if key[0] == "centre" else 1)
            return self._queues[key]

    def drop(self, holder: Holder) -> list[C]:
        """Empty the holder's own slots; return their connections. The centre's pool belongs to nobody."""
        if self._client is Client.CENTRE or holder.kiosk == CONTROL:
            return []
        return self._empty(lambda key: key == holder.key(self._client))

    def finish(self, holder: Holder) -> list[C]:
        """Forget a card's slots; return their connections. Kiosks keep theirs across customers."""
        if self._client is not Client.CARD:
            return []
        dropped = self.drop(holder)
        with self._lock:
            for key in [k for k in self._queues if k[0] == holder.key(self._client)]:
                del self._queues[key]
        return dropped

    def clear(self) -> list[C]:
        """Empty all slots; return their connections."""
        return self._empty(lambda _: True)

    def _empty(self, wanted: Callable[[str], bool]) -> list[C]:
        connections: list[C] = []
        with self._lock:
            for (key, _), queue in self._queues.items():
                for slot in queue.slots if wanted(key) else ():
                    if slot.connection is not None:
                        connections.append(slot.connection)
                        slot.connection = None
        return connections
