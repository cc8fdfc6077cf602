"""Finds for a document the one that was issued quietly for the same application: reading goes by likeness to it."""

from __future__ import annotations

from harness.baseline.folder import BaselineFolder
from harness.baseline.issued import Key, key_of
from harness.errors import RunDamaged
from harness.journal import DocumentStore, RunFolder
from harness.reading.store import ReadingPlaces
from harness.records.history import ApplicationStarted
from harness.records.reading import Reading


class Bases:
    """The documents of the baseline that a run was given, taken from the disk when they are needed. None without."""

    def __init__(self, folder: RunFolder) -> None:
        """Look where everything lies."""
        place = BaselineFolder(folder)
        self._digests: dict[Key, str] = {}
        self._asked: dict[str, Key] = {}  # by application
        if not (place.documents.path / "documents").is_dir():
            return  # a run without a baseline, or a baseline run itself
        self._store, self._readings = DocumentStore(place.documents), ReadingPlaces(place.documents)
        for entry in place.read()[0]:
            self._digests[key_of(entry.resident, entry.certificate, entry.options)] = entry.digests[-1]

    def started(self, record: ApplicationStarted) -> None:
        """Remember what an application asks for, where it was issued before."""
        key = key_of(record.resident, record.certificate, record.options)
        if key in self._digests:
            self._asked[record.application] = key

    def of(self, application: str) -> tuple[bytes, Reading] | None:
        """Return what was issued for the same asking, and its reading."""
        digest = self._digests.get(self._asked[application]) if application in self._asked else None
        reading = self._readings.get(digest) if digest else None
        if digest is None or reading is None:
            return None
        try:
            return self._store.get(digest), reading
        except (KeyError, RunDamaged):
            return None
