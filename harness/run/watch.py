"""Follows the journal while it grows: hands new documents to the readers, counts for the display, flushes to disk.

Judging never depends on its counts: a delivery without a stored reading makes the verdict INCONCLUSIVE.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

from harness.errors import HonninError
from harness.journal import DocumentStore, RunFolder, SegmentTail
from harness.reading.pool import ReaderPool
from harness.reading.store import ReadingWriter, load_readings
from harness.records.history import ApplicationEnded, ApplicationStarted, Delivery, Ending
from harness.records.reading import Reading

_POLL_S = 0.05
_FLUSH_S = 0.2  # the window that a power loss may take (harness.journal)
_RESERVE_BYTES = 100_000_000  # arrivals stop before the disk is full, so that what is in flight can still be kept


class Watch:
    """One thread; its counters are for display only."""

    def __init__(self, folder: RunFolder, readers: int) -> None:
        """Follow `folder` with so many reader processes."""
        self.started = 0
        self.endings: dict[Ending, int] = dict.fromkeys(Ending, 0)
        self.read = 0
        self.to_read = 0
        self.disk_low = False
        self.failure: str = ""
        self._folder = folder
        self._store = DocumentStore(folder)
        self._seen = set(load_readings(folder))
        self._readings = ReadingWriter(folder, f"readings-{1 + len(list(folder.readings.iterdir()))}")
        self._pool = ReaderPool(readers)
        self._tails: dict[Path, SegmentTail] = {}
        self._files: dict[Path, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def finish(self) -> None:
        """Read everything that is in the journal, wait for the readers, and close.

        Every document is bounded in time by the pool, so this ends.
        """
        self._stop.set()
        self._thread.join()
        try:
            self._take_deliveries()
            for reading in self._pool.results():
                self._keep(reading)
        finally:
            self._pool.close()
            self._readings.close()
            self._flush()
            for file in self._files.values():
                os.close(file)

    def _work(self) -> None:
        flushed = 0.0
        while not self._stop.wait(_POLL_S):
            try:
                self._take_deliveries()
                self._keep_readings()
                if time.monotonic() - flushed > _FLUSH_S:
                    self._flush()
                    flushed = time.monotonic()
            except (HonninError, OSError) as e:
                self.failure = str(e)
                return

    def _take_deliveries(self) -> None:
        for path in self._folder.segments():
            tail = self._tails.setdefault(path, SegmentTail(path))
            while entries := tail.poll():
                for entry in entries:
                    self._count(entry.record)

    def _count(self, record: object) -> None:
        if isinstance(record, Delivery):
            if record.digest not in self._seen:
                self._seen.add(record.digest)
                self._submit(record.digest)
        elif isinstance(record, ApplicationStarted):
            self.started += 1
        elif isinstance(record, ApplicationEnded):
            self.endings[record.ending] += 1

    def _submit(self, digest: str) -> None:
        if digest not in self._store:
            self._store.refresh()
        self._pool.submit(digest, self._store.get(digest))
        self.to_read += 1

    def _keep_readings(self) -> None:
        for reading in self._pool.finished():
            self._keep(reading)

    def _keep(self, reading: Reading) -> None:
        self._readings.append(reading)
        self.read += 1

    def _flush(self) -> None:
        for path in (*self._folder.segments(), *self._folder.packs()):
            if path not in self._files:
                self._files[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            os.fdatasync(self._files[path])
        self.disk_low = shutil.disk_usage(self._folder.path).free < _RESERVE_BYTES
