"""Appends whole pieces to a file, or nothing: a full disk never leaves half a record behind."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

from harness.errors import DiskFull

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class AppendFile:
    """A file that only this object writes. `append` is atomic towards crashes of this process."""

    def __init__(self, path: Path) -> None:
        """Create `path` (0600); raise FileExistsError if it exists: a writer's name is used once."""
        self.path = path
        self.size = 0
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def append(self, piece: bytes) -> None:
        """Write `piece` at the end.

        Returns when the kernel holds all of it. Raises DiskFull, after cutting a partial piece off again.
        """
        with self._lock:
            written = 0
            try:
                while written < len(piece):
                    written += os.pwrite(self._file, piece[written:], self.size + written)
            except OSError as e:
                os.ftruncate(self._file, self.size)
                if e.errno in NO_SPACE:
                    raise DiskFull(
                        f"{self.path}: no space left for {len(piece)} bytes; what was acknowledged is kept. "
                        "Free space on this disk, then `honnin resume` the run"
                    ) from None
                raise
            self.size += written

    def close(self) -> None:
        """Flush to the disk and close; harmless when repeated."""
        with self._lock:
            if self._file >= 0:
                os.fsync(self._file)
                os.close(self._file)
                self._file = -1
