"""Takes in workers' segments and packs, chunk after chunk, straight into the run folder.

What is acknowledged is the kernel's and survives `kill -9`. A file only ever grows at its end: a chunk that does not
begin there is answered with how much there is, and the worker goes on from that.
"""

from __future__ import annotations

import hashlib
import re
import threading
from pathlib import Path

from harness.errors import HonninError
from harness.handover.messages import Uploaded, Whole
from harness.journal import RunFolder

_NAME = re.compile(r"(?P<kind>segments|documents)/(?P<writer>[A-Za-z0-9._-]{1,100})\.(?P<ending>journal|pack)")
_ENDINGS = {"segments": "journal", "documents": "pack"}


class NotYours(HonninError):
    """A worker sent a file that is none of its own."""


class Elsewhere(HonninError):
    """A chunk does not begin where the file ends."""

    def __init__(self, there: int) -> None:
        """`there` bytes have arrived."""
        super().__init__(f"{there} bytes have arrived")
        self.there = there


class Altered(HonninError):
    """What arrived is not what was sent."""


class Intake:
    """All files of all workers of a run."""

    def __init__(self, folder: RunFolder) -> None:
        """Nothing has arrived yet."""
        self._folder = folder
        self._locks: dict[str, threading.Lock] = {}
        self._making = threading.Lock()
        self.whole: set[str] = set()  # names of files that were proven by their digest
        self.received = 0  # bytes, of all files: whoever waits sees whether anything comes

    def size(self, worker: int, name: str) -> Uploaded:
        """Return how much of a file is there; raise NotYours."""
        path = self._path(worker, name)
        return Uploaded(bytes=path.stat().st_size if path.exists() else 0)

    def append(self, worker: int, name: str, offset: int, chunk: bytes) -> Uploaded:
        """Take in a chunk; return how much there is. Raises NotYours, Elsewhere, OSError."""
        path = self._path(worker, name)
        with self._lock(name):
            there = path.stat().st_size if path.exists() else 0
            if offset != there or name in self.whole:
                raise Elsewhere(there)
            _append(path, there, chunk)
            self.received += len(chunk)
            return Uploaded(bytes=there + len(chunk))

    def close(self, worker: int, name: str, told: Whole) -> Uploaded:
        """Prove a file by length and digest; raise NotYours, Elsewhere, Altered."""
        path = self._path(worker, name)
        with self._lock(name):
            there = path.stat().st_size if path.exists() else 0
            if there != told.bytes:
                raise Elsewhere(there)
            with path.open("rb") as body:
                digest = hashlib.file_digest(body, "sha256").hexdigest()
            if digest != told.sha256:
                raise Altered(f"{name}: {there} bytes arrived and are not what worker {worker} sent")
            self.whole.add(name)
            return Uploaded(bytes=there)

    def _path(self, worker: int, name: str) -> Path:
        parts = _NAME.fullmatch(name)
        mine = parts is not None and f"-w{worker}-" in parts["writer"] and _ENDINGS[parts["kind"]] == parts["ending"]
        if not mine:
            raise NotYours(f"{name!r} is no file of worker {worker}")
        return self._folder.path / name

    def _lock(self, name: str) -> threading.Lock:
        with self._making:
            return self._locks.setdefault(name, threading.Lock())


def _append(path: Path, there: int, chunk: bytes) -> None:
    """Write all of a chunk or nothing: half of one must not stand where a retry will begin."""
    with path.open("ab", buffering=0) as out:
        try:
            written = 0
            while written < len(chunk):
                written += out.write(chunk[written:]) or 0
        except OSError:
            out.truncate(there)
            raise
