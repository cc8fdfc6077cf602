"""The print order of a node: a first-come-first-served lock that one application holds at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from mock_issuer.defects.correct import first_come


class Ticket:
    """A place in the line."""

    def __init__(self) -> None:
        self.turn = threading.Event()


class PrintOrder:
    """Hands the turn to the longest waiting ticket."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: deque[Ticket] = deque()

    def join(self) -> Ticket:
        """Stand at the end of the line; the first has the turn at once."""
        ticket = Ticket()
        with self._lock:
            self._line.append(ticket)
            if self._line[0] is ticket:
                ticket.turn.set()
        return ticket

    def wait_turn(self, ticket: Ticket, until: float) -> bool:
        """Wait for the turn until a monotonic instant; tell whether it came in time."""
        return ticket.turn.wait(max(0.0, until - time.monotonic())) and time.monotonic() <= until

    def leave(self, ticket: Ticket, next_in_line: Callable[[int], int] = first_come) -> None:
        """Give the place back; who is next in line has the turn. A second time does nothing."""
        with self._lock:
            if ticket in self._line:
                self._line.remove(ticket)
                if self._line and not any(waiting.turn.is_set() for waiting in self._line):
                    self._line[next_in_line(len(self._line))].turn.set()

    def __len__(self) -> int:
        """Return how many stand in the line."""
        return len(self._line)
