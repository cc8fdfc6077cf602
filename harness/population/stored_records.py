"""Records of a large JSON Lines file by key, decoded when they are asked for.

100,000 residents with their seals take 740 MB as records; their file stays where it is, for all processes.
"""

from __future__ import annotations

import os
import threading
import weakref
from array import array
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from harness.config import read_json_lines

T = TypeVar("T")
_LARGE_BYTES = 64_000_000  # 20,000 residents; smaller files are kept as records, which are at hand faster
_REMEMBERED = 2_000  # records decoded last: a household and its register are asked for several times


def records_of(path: Path, kind: type[T], key_of: Callable[[T], str]) -> Mapping[str, T]:
    """Return the records of a file by key: all of them in memory, or of a large file those asked for.

    Raises ConfigError naming file and line. The file of a large one must not be written to while it is in use.
    """
    if path.exists() and path.stat().st_size >= _LARGE_BYTES:
        return StoredRecords(path, kind, key_of)
    return {key_of(record): record for record in read_json_lines(path, kind)}


class StoredRecords(Mapping[str, T], Generic[T]):
    """Records by key, in the order of the file. Thread-safe; forked processes share it."""

    def __init__(self, path: Path, kind: type[T], key_of: Callable[[T], str]) -> None:
        """Open `path`, and read it once for its keys. Raises ConfigError naming file and line."""
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._file)
        self._lock = threading.Lock()
        with path.open("rb") as file:
            lengths = [len(line) if line.strip() else -len(line) for line in file]
        ends = array("Q")
        end = 0
        self._begins = array("Q")
        for length in lengths:
            if length > 0:
                self._begins.append(end)
                ends.append(end + length)
            end += abs(length)
        self._ends = ends
        self._places = {key_of(record): place for place, record in enumerate(read_json_lines(path, kind))}
        self._decoder = msgspec.json.Decoder(kind)
        self._record = lru_cache(_REMEMBERED)(self._decoded)

    def __getitem__(self, key: str) -> T:
        """Return a record; raise KeyError where there is none."""
        return self._record(self._places[key])

    def __iter__(self) -> Iterator[str]:
        """Yield the keys."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._places)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is such a record, without decoding it."""
        return key in self._places

    def _decoded(self, place: int) -> T:
        begin = self._begins[place]
        return self._decoder.decode(self._read(begin, self._ends[place] - begin))

    def _read(self, begin: int, length: int) -> bytes:
        if hasattr(os, "pread"):  # forked processes share the place in the file, and must not move it
            return os.pread(self._file, length, begin)
        with self._lock:
            os.lseek(self._file, begin, os.SEEK_SET)
            return os.read(self._file, length)
