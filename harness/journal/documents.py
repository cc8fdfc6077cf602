"""The document store: every delivered byte sequence, packed per writer, addressed by its SHA-256.

A pack is a row of entries: 4 bytes `HDOC` (a document) or `HREF` (the same bytes again), 8 bytes big-endian
length, 32 bytes digest, then, with HDOC, the bytes. Every `put` adds one entry, so that entries count deliveries
independently of the journal.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from harness.errors import RunDamaged
from harness.journal.append import AppendFile
from harness.journal.run_folder import RunFolder

_DOCUMENT, _AGAIN = b"HDOC", b"HREF"
_head = struct.Struct(">4sQ32s")


class DocumentWriter:
    """Appends documents to `documents/<writer>.pack`."""

    def __init__(self, folder: RunFolder, writer: str) -> None:
        """Create the pack; it must not exist."""
        self._file = AppendFile(folder.pack(writer))
        self._known: set[bytes] = set()

    def put(self, body: bytes) -> str:
        """Store `body`; return its digest (64 hex digits) once the kernel holds all of it. Raises DiskFull."""
        digest = hashlib.sha256(body).digest()
        known = digest in self._known
        head = _head.pack(_AGAIN if known else _DOCUMENT, len(body), digest)
        self._file.append(head if known else head + body)
        self._known.add(digest)
        return digest.hex()

    def close(self) -> None:
        """Flush and close."""
        self._file.close()


class StoredDocument(Struct, frozen=True, kw_only=True):
    """Where a document lies."""

    digest: str
    path: Path
    offset: int  # of its bytes; -1 for an HREF entry
    bytes: int


class DocumentStore:
    """Reads all packs of a run. New entries are seen after `refresh`."""

    def __init__(self, folder: RunFolder) -> None:
        """Index the packs that exist now."""
        self._folder = folder
        self._places: dict[str, StoredDocument] = {}
        self._read_to: dict[Path, int] = {}
        self.entries = 0  # puts, the same bytes counted each time
        self.refresh()

    def refresh(self) -> None:
        """Index what was added since; a torn last entry was never acknowledged and is left out."""
        for path in self._folder.packs():
            for place in self._new_entries(path):
                self.entries += 1
                if place.offset >= 0:
                    self._places.setdefault(place.digest, place)

    def get(self, digest: str) -> bytes:
        """Return a document's bytes, proven by their digest; raise RunDamaged."""
        place = self._places.get(digest)
        if place is None:
            raise RunDamaged(f"{self._folder.path}: document {digest[:12]}… is not in the store")
        with place.path.open("rb") as pack:
            pack.seek(place.offset)
            body = pack.read(place.bytes)
        if hashlib.sha256(body).hexdigest() != digest:
            raise RunDamaged(f"{place.path}: document {digest[:12]}… at byte {place.offset} was altered")
        return body

    def digests(self) -> tuple[str, ...]:
        """Return the distinct documents, in the order of packs and entries."""
        return tuple(self._places)

    def __contains__(self, digest: object) -> bool:
        """Whether a document of this digest is stored."""
        return digest in self._places

    def _new_entries(self, path: Path) -> Iterator[StoredDocument]:
        size = path.stat().st_size
        at = self._read_to.get(path, 0)
        with path.open("rb") as pack:
            while at + _head.size <= size:
                pack.seek(at)
                mark, length, digest = _head.unpack(pack.read(_head.size))
                if mark not in {_DOCUMENT, _AGAIN}:
                    raise RunDamaged(f"{path}: no document begins at byte {at}; restore the run folder from its copy")
                body = length if mark == _DOCUMENT else 0
                if at + _head.size + body > size:
                    break
                offset = at + _head.size if mark == _DOCUMENT else -1
                yield StoredDocument(digest=digest.hex(), path=path, offset=offset, bytes=length)
                at += _head.size + body
                self._read_to[path] = at
