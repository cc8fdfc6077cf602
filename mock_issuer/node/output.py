"""Output buffers: where a kiosk's document lies from print to hand-over, one file per kiosk."""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import quote


class OutputBuffer:
    """One kiosk's buffer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Condition()
        self._waiters = 0  # how often waiting began
        self.reserved_by: str | None = None

    def clear(self) -> None:
        """Throw the content away."""
        with self._lock:
            self._path.unlink(missing_ok=True)

    def fill(self, image: Path) -> bytes:
        """Move a print image in and return its content: what is returned is what was moved in."""
        with self._lock:
            image.replace(self._path)
            return self._path.read_bytes()

    def put(self, image: Path) -> None:
        """Move a print image in, over whatever lies there."""
        with self._lock:
            image.replace(self._path)
            self._lock.notify_all()

    def take_next(self, within_s: float) -> bytes | None:
        """Take out what comes or lies here first; None if nothing comes in time or another begins to wait."""
        with self._lock:
            self._waiters += 1
            me = self._waiters
            self._lock.notify_all()
            self._lock.wait_for(lambda: self._path.exists() or me != self._waiters, within_s)
            if me != self._waiters or not self._path.exists():
                return None
            content = self._path.read_bytes()
            self._path.unlink()
            return content

    def content(self) -> bytes | None:
        """Return what lies in the buffer, None if it is empty."""
        with self._lock:
            return self._path.read_bytes() if self._path.exists() else None


class OutputBuffers:
    """All kiosks' buffers of one node."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`, making it where it is new."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._buffers: dict[str, OutputBuffer] = {}

    def of(self, kiosk: str) -> OutputBuffer:
        """Return a kiosk's buffer."""
        with self._lock:
            if kiosk not in self._buffers:
                self._buffers[kiosk] = OutputBuffer(self._folder / f"{quote(kiosk, safe='')}.pdf")
            return self._buffers[kiosk]
