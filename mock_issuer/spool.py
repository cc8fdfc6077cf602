"""The print spool on disk that all nodes share: the store of made documents, with a job row for each."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from mock_issuer import clock
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.correct import own_file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (key TEXT NOT NULL, copy INTEGER NOT NULL, application TEXT NOT NULL,
  node TEXT NOT NULL, pages INTEGER NOT NULL, checks TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (key, copy)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reception (number INTEGER PRIMARY KEY AUTOINCREMENT, application TEXT NOT NULL,
  node TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS queue (node TEXT NOT NULL, job INTEGER NOT NULL, key TEXT NOT NULL, copy INTEGER NOT NULL,
  PRIMARY KEY (node, job)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS work (slot TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
"""
_LOCK_WAIT_S = 10.0
_CLEAN = Behaviour()


class Spool:
    """One node's access to the shared store."""

    def __init__(self, root: Path, node: str) -> None:
        """Open the store that `new_spool` made at `root`."""
        self._store = root / "store"
        self._jobs = root / "jobs.sqlite"
        self._node = node
        self._local = threading.local()

    def put(self, key: str, copy: int, pdf: bytes, *, application: str, pages: int, checks: str = "") -> None:
        """Store a document under its work key, with its pages' check values: atomically, over whatever has that key."""
        part = self._store / f".{secrets.token_hex(8)}.part"
        part.write_bytes(pdf)
        part.replace(self._path(key, copy))
        row = (key, copy, application, self._node, pages, checks, clock.stamp())
        self.run("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, key: str, copy: int, behaviour: Behaviour = _CLEAN) -> tuple[bytes, int]:
        """Return a document and its pages. Raises FileNotFoundError if there is none of that key."""
        pdf = behaviour.locate(self._store, key, copy).read_bytes()
        row = self.run("SELECT pages FROM job WHERE key = ? AND copy = ?", (key, copy)).fetchone()
        return pdf, row[0] if row else 1

    def remove(self, key: str, copies: int) -> None:
        """Remove an application's documents and rows; what is gone already is no error."""
        for copy in range(1, copies + 1):
            self._path(key, copy).unlink(missing_ok=True)
        self.run("DELETE FROM job WHERE key = ?", (key,))

    def _path(self, key: str, copy: int) -> Path:
        return own_file(self._store, key, copy)

    def queue(self, job: int, key: str, copy: int) -> None:
        """Note a print job of this node that is to be done."""
        self.run("INSERT INTO queue VALUES (?, ?, ?, ?)", (self._node, job, key, copy))

    def unqueue(self, job: int) -> None:
        """Note that a print job is done, or no longer wanted."""
        self.run("DELETE FROM queue WHERE node = ? AND job = ?", (self._node, job))

    def left_in_queue(self) -> list[tuple[str, int]]:
        """Return key and copy of the jobs that an earlier life of this node left, in order, and empty its queue."""
        rows = self.run("SELECT job, key, copy FROM queue WHERE node = ?", (self._node,)).fetchall()
        self.run("DELETE FROM queue WHERE node = ?", (self._node,))
        return [(key, copy) for _, key, copy in sorted(rows)]

    def run(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Execute one statement, a transaction of its own, on the tables that all nodes share."""
        return self._connection().execute(statement, values)

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = sqlite3.connect(self._jobs, timeout=_LOCK_WAIT_S, isolation_level=None)
            held.execute("PRAGMA synchronous = OFF")  # a spool does not outlive the machine's power
            self._local.connection = held
        return held


def new_spool(root: Path) -> None:
    """Make an empty spool before any node opens it; what an earlier life of the issuer left there is lost.

    One process does it, once: SQLite does not wait when two connections switch the same new file to WAL, it fails.
    """
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(mode=0o700, parents=True)
    (root / "store").mkdir()
    with closing(sqlite3.connect(root / "jobs.sqlite")) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.executescript(_SCHEMA)
