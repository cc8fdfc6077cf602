"""The table of reception numbers (受付番号) that all nodes share: every application gets the next one."""

from __future__ import annotations

import threading

from mock_issuer.spool import Spool


class Reception:
    """One application before that table (defects.parts.Reception)."""

    def __init__(self, spool: Spool, node: str, application: str) -> None:
        """Stand before the table for an application of a node."""
        self._run = spool.run
        self.node = node
        self._application = application

    @property
    def worker(self) -> str:
        """Return the name of the worker that makes the application: the thread's."""
        return threading.current_thread().name

    def receive(self) -> int:
        """Enter the application under the next number, atomically, and return it."""
        cursor = self._run("INSERT INTO reception (application, node) VALUES (?, ?)", (self._application, self.node))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def highest(self) -> int:
        """Return the highest number so far, 0 before the first."""
        return int(self._run("SELECT coalesce(max(number), 0) FROM reception").fetchone()[0])

    def enter(self, number: int) -> None:
        """Enter the application under a number, over whatever has it."""
        self._run("INSERT OR REPLACE INTO reception VALUES (?, ?, ?)", (number, self._application, self.node))
