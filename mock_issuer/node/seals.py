"""The node's cache of seal registrations; the register's version of a seal says whether an entry still holds."""

from __future__ import annotations

import threading
import time

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.refusals import may_not_issue
from mock_issuer.register import SealEntry, Snapshot


class RememberedSeal:
    """One entry (defects.parts.CachedSeal)."""

    def __init__(self, entry: SealEntry) -> None:
        self.entry = entry
        self.version = entry.version
        self._read_at = time.monotonic()

    @property
    def age_s(self) -> float:
        """Return how long ago it was read."""
        return time.monotonic() - self._read_at


class SealCache:
    """Spares reading a registration that has not changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, RememberedSeal] = {}

    def registered(self, view: Snapshot, resident: str, behaviour: Behaviour) -> SealEntry:
        """Return a resident's valid registration. Raises Refusal where there is none or it is cancelled."""
        entry = self._read(view, resident, behaviour)
        if entry is None:
            raise may_not_issue("SEAL_NOT_REGISTERED")
        if entry.cancelled_on:
            raise may_not_issue("SEAL_CANCELLED")
        return entry

    def _read(self, view: Snapshot, resident: str, behaviour: Behaviour) -> SealEntry | None:
        with self._lock:
            held = self._entries.get(resident)
        if held and behaviour.seal_holds(held, view.seal_version(resident)):
            return held.entry
        entry = view.seal(resident)
        if entry:
            with self._lock:
                self._entries[resident] = RememberedSeal(entry)
        return entry
