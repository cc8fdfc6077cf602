"""Takes in workers' segments and packs, chunk after chunk, straight into the run folder.

A chunk that is acknowledged is the kernel's and survives `kill -9`; a file that is acknowledged as whole is on the
disk, for its worker may remove its own then. A file only ever grows at its end: a chunk that does not begin there is
answered with how much there is, and the worker goes on from that.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


class TooLate(HonninError):
    """The run is being judged: its folder does not change any more."""


class Intake:
    """All files of all workers of a run."""

    def __init__(self, folder: RunFolder) -> None:
        """Nothing has arrived yet."""
        self._folder = folder
        self._locks: dict[str, threading.Lock] = {}
        self._making = threading.Lock()
        self._over = False
        self.whole: set[str] = set()  # names of files that were proven by their digest
        self.received = 0  # bytes, of all files: whoever waits sees whether anything comes

    def size(self, worker: int, name: str) -> Uploaded:
        """Return how much of a file is there; raise NotYours."""
        path = self._path(worker, name)
        return Uploaded(bytes=path.stat().st_size if path.exists() else 0)

    def end(self) -> None:
        """Take in nothing any more; what is being written meanwhile is there when this returns."""
        with self._making:
            self._over = True
            locks = tuple(self._locks.values())
        for lock in locks:
            with lock:
                pass

    def append(self, worker: int, name: str, offset: int, chunk: bytes) -> Uploaded:
        """Take in a chunk; return how much there is. Raises NotYours, Elsewhere, TooLate, OSError."""
        path = self._path(worker, name)
        with self._only(name):
            there = path.stat().st_size if path.exists() else 0
            if offset != there or name in self.whole:
                raise Elsewhere(there)
            _append(path, there, chunk)
            self.received += len(chunk)
            return Uploaded(bytes=there + len(chunk))

    def close(self, worker: int, name: str, told: Whole) -> Uploaded:
        """Prove a file by length and digest, and have it on the disk; raise NotYours, Elsewhere, Altered, TooLate."""
        path = self._path(worker, name)
        with self._only(name):
            there = path.stat().st_size if path.exists() else 0
            if there != told.bytes:
                raise Elsewhere(there)
            with path.open("rb") as body:
                digest = hashlib.file_digest(body, "sha256").hexdigest()
                os.fsync(body.fileno())
            if digest != told.sha256:
                raise Altered(f"{name}: {there} bytes arrived and are not what worker {worker} sent")
            _keep_name(path)
            self.whole.add(name)
            return Uploaded(bytes=there)

    def _path(self, worker: int, name: str) -> Path:
        parts = _NAME.fullmatch(name)
        mine = parts is not None and f"-w{worker}-" in parts["writer"] and _ENDINGS[parts["kind"]] == parts["ending"]
        if not mine:
            raise NotYours(f"{name!r} is no file of worker {worker}")
        return self._folder.path / name

    @contextmanager
    def _only(self, name: str) -> Iterator[None]:
        """Let one request at a time work on a file; raise TooLate."""
        with self._making:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if self._over:
                raise TooLate("the run has ended and is judged: copy this worker's files into the run folder by hand")
            yield


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


def _keep_name(path: Path) -> None:
    """Have a new file's entry in its folder on the disk, too."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
