"""Carries a worker's segments and packs to the run folder while they grow, and to their last byte in the end."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from harness.errors import HonninError
from harness.handover.client import HandoverClient, Refused
from harness.handover.messages import Whole
from harness.journal import RunFolder

_CHUNK = 1024 * 1024
_EVERY_S = 0.5


class Carrier:
    """One thread; `finish` ends it once everything has been handed over."""

    def __init__(self, folder: RunFolder, client: HandoverClient, whole: set[Path]) -> None:
        """Carry whatever is in the folder's segments and packs, or comes there, but what is `whole` already."""
        self._folder = folder
        self._client = client
        self._there: dict[Path, int] = {}  # how much of each has arrived
        self._whole = whole
        self._over = threading.Event()
        self.failure: HonninError | None = None
        self._thread = threading.Thread(target=self._work, name="carrier", daemon=True)

    def start(self) -> None:
        """Begin to carry."""
        self._thread.start()

    def finish(self) -> tuple[str, ...]:
        """Carry the rest, with its digests; return the names of all files. Raises what made it impossible."""
        self._over.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure
        return tuple(sorted(self._name(path) for path in self._whole))

    def _work(self) -> None:
        try:
            while not self._over.wait(_EVERY_S):
                self._carry_new()
            self._carry_new()
            for path in self._files():
                self._prove(path)
        except HonninError as e:
            self.failure = e
        except Exception as e:  # noqa: BLE001  boundary: a thread's exception would only be printed
            self.failure = HonninError(f"the handover failed: {type(e).__name__}: {e}")

    def _carry_new(self) -> None:
        """Carry what was there when we looked. Documents go first: no delivery may be told of one not yet there."""
        segments = [(path, path.stat().st_size) for path in self._folder.segments()]
        packs = [(path, path.stat().st_size) for path in self._folder.packs()]
        for path, size in (*packs, *segments):
            if path not in self._whole:
                self._carry(path, size)

    def _files(self) -> tuple[Path, ...]:
        return (*self._folder.packs(), *self._folder.segments())

    def _carry(self, path: Path, size: int) -> None:
        name = self._name(path)
        if path not in self._there:
            self._there[path] = self._client.size(name)
        with path.open("rb") as body:
            while self._there[path] < size:
                body.seek(self._there[path])
                chunk = body.read(min(_CHUNK, size - self._there[path]))
                if not chunk:  # cut off by its writer, whose disk is full: `_prove` meets what was sent of it
                    return
                self._there[path] = self._client.append(name, self._there[path], chunk)

    def _prove(self, path: Path) -> None:
        if path in self._whole:
            return
        with path.open("rb") as body:
            digest = hashlib.file_digest(body, "sha256").hexdigest()
        whole = Whole(bytes=path.stat().st_size, sha256=digest)
        self._carry(path, whole.bytes)
        there = self._client.close_file(self._name(path), whole)
        if there != whole.bytes:
            raise Refused(
                f"{path}: {there} bytes stand there, {whole.bytes} here; the file was not written by this worker"
            )
        self._whole.add(path)

    def _name(self, path: Path) -> str:
        return f"{path.parent.name}/{path.name}"
