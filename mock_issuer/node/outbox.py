"""The outbox of a node: print images in the order they were made, taken by whoever reads next."""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path

from msgspec import Struct


class Image(Struct, frozen=True, kw_only=True):
    """What the print server put out: a file, or None where the document could not be read."""

    job: int
    file: Path | None


class Outbox:
    """A queue of images; nothing in an image says whose it is."""

    def __init__(self, folder: Path) -> None:
        """Keep the files in `folder`, making it where it is new."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._images: deque[Image] = deque()
        self._changed = threading.Condition()

    def put(self, job: int, document: bytes | None) -> None:
        """Write an image's file and queue it."""
        file = None
        if document is not None:
            file = self._folder / f"{job:08d}.pdf"
            file.write_bytes(document)
        with self._changed:
            self._images.append(Image(job=job, file=file))
            self._changed.notify()

    def take(self, until: float) -> Image | None:
        """Take the oldest image, waiting until a monotonic instant; None if none came."""
        with self._changed:
            while not self._images:
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return self._images.popleft() if self._images else None
            return self._images.popleft()

    def remove(self, job: int) -> None:
        """Throw away a job's image if it still lies here."""
        with self._changed:
            for image in [i for i in self._images if i.job == job]:
                self._images.remove(image)
                if image.file:
                    image.file.unlink(missing_ok=True)
