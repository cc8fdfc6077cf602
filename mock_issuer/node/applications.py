"""Applications at a node: their state machine, written to the ledger at every change."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future

from msgspec import Struct

from mock_issuer import clock
from mock_issuer.documents.layout import Choice
from mock_issuer.ledger import ApplicationState, Entry, FeeState
from mock_issuer.refusals import Refusal


class Request(Struct, frozen=True, kw_only=True):
    """What the centre passes on for an authenticated person."""

    session: str
    resident: str
    card: str
    kiosk: str
    certificate: str
    options: Choice = Choice()


class Application:
    """One accepted application. Every method is safe from any thread."""

    def __init__(
        self,
        name: str,
        request: Request,
        *,
        node: str,
        key: str,
        numbers: tuple[str, ...],
        fee: int,
        generated: bool,
        note: Callable[[Entry], None],
    ) -> None:
        """Open an application and note it in the ledger. `generated`: its documents lie in the store under `key`."""
        self.name = name
        self.request = request
        self.key = key
        self.numbers = numbers
        self.fee = fee
        self.generated = generated
        self.opened_at = time.monotonic()
        self.closed_at: float | None = None
        self.left = False  # the customer has left while it was being printed
        self._note = note
        self._node = node
        self._lock = threading.Lock()
        self._state = ApplicationState.OPEN
        self._fee_state = FeeState.NONE
        self._handed: dict[int, bytes] = {}  # copies as handed over, until closed
        self._collected: dict[int, Future[bytes]] = {}  # by copy; one in flight is joined, one done is given again
        self._newest: dict[int, str] = {}  # numbers of copies issued more than once
        self._write("")

    @property
    def open(self) -> bool:
        """Tell whether documents may still be collected."""
        return self._state is ApplicationState.OPEN

    def pay(self, amount: int) -> None:
        """Take the fee; paying again changes nothing. Raises Refusal."""
        with self._lock:
            self._require_open()
            if amount != self.fee:
                raise Refusal(409, "WRONG_AMOUNT", f"the fee is {self.fee} yen, not {amount}")
            if self._fee_state is not FeeState.CHARGED:
                self._fee_state = FeeState.CHARGED
                self._write("")

    def require_collectable(self, copy: int) -> None:
        """Raise Refusal unless this copy exists and is paid."""
        with self._lock:
            self._require_open()
            if self.fee and self._fee_state is not FeeState.CHARGED:
                raise Refusal(409, "NOT_PAID", "pay before collecting")
            if not 1 <= copy <= self.request.options.copies:
                raise Refusal(404, "NO_SUCH_COPY", f"copies 1 to {self.request.options.copies} were ordered")

    def collecting(self, copy: int) -> tuple[Future[bytes], bool]:
        """Return what a copy's collection comes to, and whether the caller is the first and has to do it."""
        with self._lock:
            first = copy not in self._collected
            return self._collected.setdefault(copy, Future()), first

    def collect_anew(self, copy: int) -> None:
        """Let the next who asks for a copy begin again: nothing came of the last time."""
        with self._lock:
            self._collected.pop(copy, None)

    def depart(self) -> bool:
        """Note that the customer has left; tell whether that ends the application now, or when its print is done."""
        with self._lock:
            self.left = True
            return all(outcome.done() for outcome in self._collected.values())

    def renumber(self, copy: int, number: str) -> None:
        """Note that a copy was issued once more, under a new number."""
        with self._lock:
            self.numbers = (*self.numbers, number)
            self._newest[copy] = number
            self._write("")

    def number_of(self, copy: int) -> str:
        """Return the issue number of a copy."""
        return self._newest.get(copy) or self.numbers[copy - 1]

    def hand_over(self, copy: int, document: bytes) -> None:
        """Note that a copy goes to the kiosk. Raises Refusal if the application was closed meanwhile."""
        with self._lock:
            self._require_open()
            self._handed[copy] = document

    def complete(self, digest: str) -> bool:
        """Close as issued; True the first time. `digest` is the SHA-256 of all copies, one after the other, or ""."""
        with self._lock:
            if self._state is ApplicationState.ISSUED:
                return False
            self._require_open()
            printed = b"".join(self._handed[copy] for copy in sorted(self._handed))
            if not self._handed or (digest and digest != hashlib.sha256(printed).hexdigest()):
                raise Refusal(409, "DIGEST_MISMATCH", "this is not the digest of what was handed over")
            self._close(ApplicationState.ISSUED, "")
            return True

    def give_up(self, state: ApplicationState, reason: str) -> bool:
        """Close as cancelled or failed and give the fee back; True if it was open.

        Raises Refusal if the documents were issued.
        """
        with self._lock:
            if self._state is ApplicationState.ISSUED:
                raise Refusal(409, "ALREADY_ISSUED", "the documents were printed and acknowledged")
            if not self.open:
                return False
            if self._fee_state is FeeState.CHARGED:
                self._fee_state = FeeState.RETURNED
            self._close(state, reason)
            return True

    def _require_open(self) -> None:
        if not self.open:
            raise Refusal(404, "APPLICATION_CLOSED", f"the application is {self._state}")

    def _close(self, state: ApplicationState, reason: str) -> None:
        self._state = state
        self.closed_at = time.monotonic()
        self._handed.clear()
        self._collected.clear()
        self._write(reason)

    def _write(self, reason: str) -> None:
        self._note(
            Entry(
                application=self.name,
                card=self.request.card,
                certificate=self.request.certificate,
                state=self._state,
                issue_numbers=self.numbers,
                node=self._node,
                at=clock.stamp(),
                kiosk=self.request.kiosk,
                fee=self._fee_state,
                reason=reason,
            )
        )


class Applications:
    """All applications of this life of the node."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_name: dict[str, Application] = {}

    def add(self, application: Application) -> None:
        """Make an application findable."""
        with self._lock:
            self._by_name[application.name] = application

    def find(self, name: str) -> Application:
        """Return an application. Raises Refusal 404."""
        with self._lock:
            if name not in self._by_name:
                raise Refusal(404, "APPLICATION_UNKNOWN", f"no application {name[:60]!r} at this node")
            return self._by_name[name]

    def open_of(self, session: str) -> tuple[Application, ...]:
        """Return a session's open applications."""
        with self._lock:
            return tuple(a for a in self._by_name.values() if a.request.session == session and a.open)

    def count_open(self) -> int:
        """Return how many are open."""
        with self._lock:
            return sum(a.open for a in self._by_name.values())

    def forget(self, name: str) -> None:
        """Drop a closed application."""
        with self._lock:
            self._by_name.pop(name, None)

    def __iter__(self) -> Iterator[Application]:
        """Iterate over all applications there are now."""
        with self._lock:
            return iter(list(self._by_name.values()))
