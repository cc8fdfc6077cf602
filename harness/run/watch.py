"""Follows the journal while it grows: hands new documents to the readers, counts for the display, flushes to disk.

Judging never depends on its counts: a delivery without a stored reading makes the verdict INCONCLUSIVE.
"""

from __future__ import annotations

import math
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from harness.errors import HonninError
from harness.journal import DocumentStore, RunFolder, SegmentTail
from harness.reading.pool import ReaderPool
from harness.reading.store import ReadingWriter, load_readings
from harness.records.history import ApplicationStarted, Delivery
from harness.records.reading import Reading
from harness.run.bases import Bases
from harness.run.so_far import SoFar

_POLL_S = 0.05
_FLUSH_S = 0.2  # the window that a power loss may take (harness.journal)
_AT_READERS = 32  # documents handed over and not yet read; below the pool's backlog, and bounded memory
_RESERVE_BYTES = 100_000_000  # arrivals stop before the disk is full, so that what is in flight can still be kept


class _CutShort(Exception):
    """Nobody waits for the remaining documents any more."""


class Watch:
    """One thread; its counters are for display only."""

    def __init__(self, folder: RunFolder, readers: int, heed: Callable[[object], None] = lambda record: None) -> None:
        """Follow `folder` with so many reader processes; `heed` is told the records of segments yet to come."""
        self._heed = heed
        self._before = frozenset(folder.segments())
        self.so_far = SoFar()
        self.readers = readers
        self.read = 0
        self.to_read = 0
        self.lag_s = 0.0  # how long the document that waits longest has been waiting
        self.most_waiting = 0
        self.longest_lag_s = 0.0
        self.failure: str = ""  # why documents are no longer read
        self._folder = folder
        self._store = DocumentStore(folder)
        self._seen = set(load_readings(folder))
        self._readings = ReadingWriter(folder, f"readings-{1 + len(list(folder.readings.iterdir()))}")
        self._pool = ReaderPool(readers)
        self._bases = Bases(folder)
        self._waiting: deque[tuple[str, str]] = deque()  # digest, application
        self._arrived_s: dict[str, float] = {}  # of documents not yet read, the oldest first
        self._tails: dict[Path, SegmentTail] = {}
        self._files: dict[Path, int] = {}
        self._played = threading.Event()
        self._cut = threading.Event()
        self._thread = threading.Thread(target=self._work, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many documents have arrived and are not yet read."""
        return self.to_read - self.read

    @property
    def trouble(self) -> str:
        """Why nothing more should be played, "" if nothing stands against it."""
        if shutil.disk_usage(self._folder.path).free < _RESERVE_BYTES:
            return "disk full"
        return self.failure

    def finish(self, impatient: Callable[[], bool]) -> None:
        """Read everything that is in the journal, and close; once `impatient`, only what is being read already.

        Every document is bounded in time by the pool, so this ends. A document left unread makes the verdict
        INCONCLUSIVE; resuming the run reads it.
        """
        self._played.set()
        while self._thread.is_alive():
            self._thread.join(timeout=_POLL_S)
            if impatient():
                self._cut.set()

    def _work(self) -> None:
        try:
            with self._pool:
                self._follow()
                self._read_rest()
        except _CutShort:
            pass
        except (HonninError, OSError) as e:
            self.failure = str(e)
        finally:
            self._close()

    def _follow(self) -> None:
        flushed = 0.0
        while not self._played.wait(_POLL_S):
            self._take_deliveries()
            self._hand_over()
            self._keep_readings()
            self._measure()
            if time.monotonic() - flushed > _FLUSH_S:
                self._flush()
                flushed = time.monotonic()

    def _read_rest(self) -> None:
        self._take_deliveries()
        while self.read < self.to_read:
            if self._cut.wait(_POLL_S):
                raise _CutShort
            self._hand_over()
            self._keep_readings()
            self._measure()
        self._flush()

    def _close(self) -> None:
        self._measure()
        try:
            self._readings.close()
        except OSError as e:
            self.failure = self.failure or str(e)
        for file in self._files.values():
            os.close(file)

    def _take_deliveries(self) -> None:
        for path in self._folder.segments():
            tail = self._tails.setdefault(path, SegmentTail(path))
            while entries := tail.poll():
                for entry in entries:
                    self._count(entry.record)
                    if path not in self._before:
                        self._heed(entry.record)

    def _count(self, record: object) -> None:
        self.so_far.see(record)
        if isinstance(record, Delivery):
            if record.digest not in self._seen:
                self._seen.add(record.digest)
                self._arrived_s[record.digest] = time.monotonic()
                self._waiting.append((record.digest, record.application))
                self.to_read += 1
        elif isinstance(record, ApplicationStarted):
            self._bases.started(record)

    def _hand_over(self) -> None:
        """Give the readers what they have room for; never wait for them, or nothing would be flushed meanwhile."""
        while self._waiting and self._pool.lag < _AT_READERS:
            digest, application = self._waiting.popleft()
            if digest not in self._store:
                self._store.refresh()
            self._pool.submit(digest, self._store.get(digest), self._bases.of(application))

    def _keep_readings(self) -> None:
        for reading in self._pool.finished():
            self._keep(reading)

    def _keep(self, reading: Reading) -> None:
        self._readings.append(reading)
        self.read += 1
        arrived_s = self._arrived_s.pop(reading.digest, math.inf)
        self.longest_lag_s = max(self.longest_lag_s, time.monotonic() - arrived_s)

    def _measure(self) -> None:
        """See how far reading is behind. A document that waits is a digest here, its bytes are on disk."""
        self.most_waiting = max(self.most_waiting, self.waiting)
        self.lag_s = max(0.0, time.monotonic() - next(iter(self._arrived_s.values()), math.inf))
        self.longest_lag_s = max(self.longest_lag_s, self.lag_s)

    def _flush(self) -> None:
        for path in (*self._folder.segments(), *self._folder.packs()):
            if path not in self._files:
                self._files[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            os.fdatasync(self._files[path])


def read_all(folder: RunFolder, readers: int | None = None) -> None:
    """Read every document of a run that was only recorded, with so many processes (default: by cores)."""
    watch = Watch(folder, readers or max(1, (os.cpu_count() or 2) - 1))
    watch.start()
    watch.finish(lambda: False)
