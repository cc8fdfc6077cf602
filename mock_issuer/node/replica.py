"""The node's copy of the register: it follows the numbered changes at a distance and serves while it is up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from mock_issuer import clock
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.register import Change, Register, Snapshot
from mock_issuer.updates import enter_change, unrecorded

_LOOK_EVERY_S = 0.1


class Replica:
    """A copy in a file of its own."""

    def __init__(self, primary: Register, file: Path, lag_s: float, behaviour: Callable[[], Behaviour]) -> None:
        """Copy the register and begin to follow it, each change `lag_s` after it was made."""
        for old in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            old.unlink(missing_ok=True)
        primary.copy_to(file)
        self._primary = primary
        self._copy = Register(file)
        self._lag_s = lag_s
        self._behaviour = behaviour
        self._unlinked: list[Change] = []
        threading.Thread(target=self._follow, name="replica", daemon=True).start()

    @contextmanager
    def view(self, behaviour: Behaviour) -> Iterator[Snapshot]:
        """Read everything inside the block from one state: of the copy if it may serve, else of the register."""
        serves = behaviour.replica_serves(self._copy.version(), self._primary.version())
        with (self._copy if serves else self._primary).snapshot(behaviour.resident_column) as view:
            yield view

    def _follow(self) -> None:
        pause = threading.Event()
        while not pause.wait(_LOOK_EVERY_S):
            behaviour = self._behaviour()
            lag_s = self._lag_s if behaviour.replica_lag_s is None else behaviour.replica_lag_s
            self._link_what_was_left(behaviour)
            for change in self._primary.changes_after(self._copy.version()):
                if (clock.now() - datetime.fromisoformat(change.at)).total_seconds() < lag_s:
                    break
                self._enter(change, behaviour)

    def _enter(self, change: Change, behaviour: Behaviour) -> None:
        linked = behaviour.linked(change.field)
        with self._copy.change() as run:
            run.execute("INSERT INTO change VALUES (?, '', ?, ?, ?, ?)", change.row())
            if linked:
                enter_change(run, unrecorded(change), change.version)
        if not linked:
            self._unlinked.append(change)

    def _link_what_was_left(self, behaviour: Behaviour) -> None:
        """Enter changes of fields that were not linked when they came and are now (連携漏れの補正)."""
        for change in [c for c in self._unlinked if behaviour.linked(c.field)]:
            with self._copy.change() as run:
                enter_change(run, unrecorded(change), change.version)
            self._unlinked.remove(change)
