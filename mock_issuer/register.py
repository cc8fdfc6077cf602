"""The register that all nodes share (住民記録・印鑑・戸籍): SQLite in WAL mode, snapshots, numbered changes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from mock_issuer import clock
from mock_issuer.documents.wareki import ERAS
from mock_issuer.people import Extract, Koseki, Residency, Resident

_SCHEMA = """
CREATE TABLE IF NOT EXISTS origin (digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS resident (key TEXT PRIMARY KEY, household TEXT, body BLOB NOT NULL, staged BLOB)
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_household ON resident (household, key);
CREATE TABLE IF NOT EXISTS koseki (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seal (resident TEXT PRIMARY KEY, picture TEXT NOT NULL, diameter_mm REAL NOT NULL,
  cancelled_on TEXT, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS era (first TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS change (version INTEGER PRIMARY KEY AUTOINCREMENT, update_id TEXT NOT NULL,
  resident TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, at TEXT NOT NULL);
"""
_LOCK_WAIT_S = 10.0  # a writer waits so long for another; updates take milliseconds
BODY = "body"  # the column of what holds; `staged` is what an update under way would make of it
_decode_resident = msgspec.json.Decoder(Resident).decode
_decode_koseki = msgspec.json.Decoder(Koseki).decode
encode = msgspec.json.Encoder().encode


class SealEntry(Struct, frozen=True, kw_only=True):
    """A seal registration as the nodes use it."""

    picture: str  # file name below press/seals
    diameter_mm: float
    cancelled_on: str | None
    version: int  # of the register when it last changed


class Change(Struct, frozen=True, kw_only=True):
    """One numbered change."""

    version: int
    resident: str
    field: str
    value: str
    at: str

    def row(self) -> tuple[int, str, str, str, str]:
        """Return its columns but for the sender's name."""
        return (self.version, self.resident, self.field, self.value, self.at)


class Snapshot:
    """One consistent view of the register; valid inside `Register.snapshot()`."""

    def __init__(self, connection: sqlite3.Connection, column: str = BODY) -> None:
        self._run = connection.execute
        self._body = column

    def resident(self, key: str) -> Resident | None:
        """Return a resident, None if there is none of that key."""
        row = self._run(f"SELECT {self._body} FROM resident WHERE key = ?", (key,)).fetchone()  # noqa: S608
        return _decode_resident(row[0]) if row else None

    def household(self, key: str | None) -> tuple[Resident, ...]:
        """Return who now lives in a household, the householder first."""
        if not key:
            return ()
        statement = f"SELECT {self._body} FROM resident WHERE household = ? ORDER BY key"  # noqa: S608
        rows = self._run(statement, (key,))
        members = [m for m in map(_decode_resident, (row[0] for row in rows)) if m.residency is Residency.RESIDENT]
        return tuple(sorted(members, key=lambda m: m.relation != "世帯主"))

    def koseki(self, key: str | None) -> Koseki | None:
        """Return a family register, None if there is none of that key."""
        row = self._run("SELECT body FROM koseki WHERE key = ?", (key,)).fetchone() if key else None
        return _decode_koseki(row[0]) if row else None

    def extract(self, key: str) -> Extract | None:
        """Return all that certificates say of an applicant, None if not in the register."""
        applicant = self.resident(key)
        if applicant is None:
            return None
        koseki = self.koseki(applicant.koseki)
        entered = (m.resident for m in koseki.members if m.resident) if koseki else ()
        return Extract(
            applicant=applicant,
            household=self.household(applicant.household),
            koseki=koseki,
            relatives={key: person for key in entered if (person := self.resident(key))},
            version=self.version(),
        )

    def version(self) -> int:
        """Return the number of the last change, 0 before the first."""
        return int(self._run("SELECT coalesce(max(version), 0) FROM change").fetchone()[0])

    def seal_version(self, key: str) -> int | None:
        """Return when a seal registration last changed, None if there is none."""
        row = self._run("SELECT version FROM seal WHERE resident = ?", (key,)).fetchone()
        return int(row[0]) if row else None

    def seal(self, key: str) -> SealEntry | None:
        """Return a seal registration, cancelled ones included."""
        columns = "picture, diameter_mm, cancelled_on, version"
        row = self._run(f"SELECT {columns} FROM seal WHERE resident = ?", (key,)).fetchone()  # noqa: S608
        return SealEntry(picture=row[0], diameter_mm=row[1], cancelled_on=row[2], version=row[3]) if row else None


class Register:
    """One process's access to the register; every thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it where it is new."""
        self._path = path
        self._local = threading.local()
        self._connection().executescript(_SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = sqlite3.connect(self._path, timeout=_LOCK_WAIT_S, isolation_level=None)
            held.execute("PRAGMA journal_mode = WAL")
            held.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = held
        return held

    @contextmanager
    def snapshot(self, column: str = BODY) -> Iterator[Snapshot]:
        """Read everything inside the block from one state of the register."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            yield Snapshot(connection, column)
        finally:
            connection.execute("ROLLBACK")

    def changes_after(self, version: int) -> list[Change]:
        """Return the changes beyond a version, in order."""
        columns = "version, resident, field, value, at"
        rows = self._connection().execute(
            f"SELECT {columns} FROM change WHERE version > ? ORDER BY version",  # noqa: S608
            (version,),
        )
        return [Change(version=v, resident=r, field=f, value=x, at=at) for v, r, f, x, at in rows]

    def copy_to(self, file: Path) -> None:
        """Copy the register as it is now into a new file."""
        with closing(sqlite3.connect(file)) as copy:
            self._connection().backup(copy)

    def era_of(self, iso: str) -> tuple[str, int]:
        """Return the name and the first year of an ISO day's era; ("西暦", 1) before the first."""
        run = self._connection().execute
        row = run("SELECT name, first FROM era WHERE first <= ? ORDER BY first DESC LIMIT 1", (iso,)).fetchone()
        return (row[0], int(row[1][:4])) if row else ("西暦", 1)

    def version(self) -> int:
        """Return the number of the last change now, 0 before the first."""
        return Snapshot(self._connection()).version()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Write everything inside the block, or nothing of it."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def origin(self) -> str | None:
        """Return the digest of the population this register was loaded from, None if it is empty."""
        row = self._connection().execute("SELECT digest FROM origin").fetchone()
        return row[0] if row else None

    def fill(
        self,
        digest: str,
        residents: Iterable[Resident],
        koseki: Iterable[Koseki],
        seals: Iterable[tuple[str, SealEntry]],
    ) -> None:
        """Load an empty register as a whole."""
        with self.change() as run:
            run.executemany(
                "INSERT INTO resident VALUES (?, ?, ?, NULL)", ((r.key, r.household, encode(r)) for r in residents)
            )
            run.executemany("INSERT INTO koseki VALUES (?, ?)", ((k.key, encode(k)) for k in koseki))
            run.executemany(
                "INSERT INTO seal VALUES (?, ?, ?, ?, ?)",
                ((key, s.picture, s.diameter_mm, s.cancelled_on, s.version) for key, s in seals),
            )
            run.executemany("INSERT INTO era VALUES (?, ?)", ((first.isoformat(), name) for first, name in ERAS))
            run.execute("INSERT INTO origin VALUES (?)", (digest,))


def record_change(run: sqlite3.Connection, update: str, resident: str, field: str, value: str) -> int:
    """Number a change inside its transaction and return the register's new version."""
    cursor = run.execute(
        "INSERT INTO change (update_id, resident, field, value, at) VALUES (?, ?, ?, ?, ?)",
        (update, resident, field, value, clock.stamp()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid
