"""Settles open applications by the target's ledger: between batches, and in the drain phase."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from itertools import chain

from harness.records.history import SettledAs, Settlement
from kiosk_sim.drivers.perform import Performer, SessionFault
from kiosk_sim.matching import Found, settle_by_ledger
from kiosk_sim.played import Open
from kiosk_sim.playlog import PlayLog
from kiosk_sim.targets.actions import Ledger
from kiosk_sim.targets.adapter import TargetAdapter

_REST_S = 2.0  # between two looks while customers are being served: reading a ledger costs the target


class Settler:
    """Knows whose request ids are whose, and asks the ledger about the rest."""

    def __init__(
        self,
        performer: Performer,
        adapter: TargetAdapter,
        log: PlayLog,
        *,
        request_ids: dict[str, str],
        taken_ids: frozenset[str],
        before: Mapping[str, str] | None,
        ledger: bool,
    ) -> None:
        """`request_ids` are those of open applications of the run's past, `taken_ids` those of all others in it.

        `ledger` says that the target offers one.

        `before` is what it held when the run began, digests by request id; None where nobody could look.
        """
        self._performer = performer
        self._adapter = adapter
        self._log = log
        self._ids, self._taken = dict(request_ids), taken_ids
        self._before = before
        self._offered = ledger
        self._asked_at = -_REST_S
        self._asking = threading.Lock()

    def claim(self, application: str, request_id: str) -> None:
        """Remember the target's own id of an application."""
        if request_id:
            self._ids[application] = request_id

    def read(self) -> Ledger:
        """Return the ledger, or why it could not be read; raise DiskFull."""
        try:
            return self._performer.ask(self._adapter.ledger())
        except SessionFault as e:
            return Ledger(entries=(), complete=False, reason=str(e))

    def find(self, open_: Open, ledger: Ledger, *, alone: bool = False) -> Found:
        """Return what a ledger says of an application, `alone` in the run with its card and certificate."""
        if not ledger.complete:
            return Found(settled=SettledAs.UNKNOWN, detail=f"the ledger could not be read: {ledger.reason}")
        others = (request for name, request in self._ids.items() if name != open_.application)
        return settle_by_ledger(open_, ledger.entries, chain(self._taken, others), self._before, alone=alone)

    def write(self, open_: Open, found: Found, source: str = "ledger") -> None:
        """Journal what was found; raise DiskFull."""
        self._log.write(
            Settlement(
                application=open_.application,
                settled=found.settled,
                source=source,
                at_ns=time.monotonic_ns(),
                detail=found.detail,
            )
        )

    def settle_now(self, open_: Iterable[Open]) -> tuple[str, ...]:
        """Look once, unless it was done just before; journal and return which applications are settled."""
        with self._asking:
            if not self._offered or time.monotonic() - self._asked_at < _REST_S:
                return ()
            ledger = self.read()
            self._asked_at = time.monotonic()
            settled = []
            for each in tuple(open_):
                found = self.find(each, ledger)
                if found.settled is not SettledAs.UNKNOWN:
                    self.write(each, found)
                    settled.append(each.application)
            return tuple(settled)
