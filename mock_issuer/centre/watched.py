"""Files that others replace while the issuer runs: parsed once, and again when they have changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class WatchedFile(Generic[T]):
    """A parsed file that follows its source."""

    def __init__(self, path: Path, parse: Callable[[bytes], T]) -> None:
        """Parse the file now. Raises OSError, or what `parse` raises."""
        self._path = path
        self._parse = parse
        self._lock = threading.Lock()
        self._mark = self._stat()
        self.first = self._content = parse(path.read_bytes())

    def content(self) -> T:
        """Return the content as of the file's last change."""
        mark = self._stat()
        with self._lock:
            if mark != self._mark:
                self._content = self._parse(self._path.read_bytes())
                self._mark = mark
            return self._content

    def _stat(self) -> tuple[int, int, int]:
        stat = self._path.stat()
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
