"""The outbox of a node: a folder of print images, numbered by job; the reader watches it and takes the lowest number.

As in systems where print server and reader are different programs: they share nothing but the folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

_LOOK_EVERY_S = 0.002  # a reader's wait adds so much to a print of tens of milliseconds
_IMAGE, _NOTHING = ".pdf", ".none"


class Image(Struct, frozen=True, kw_only=True):
    """What the print server put out: a file, or None where the document could not be read."""

    job: int
    file: Path | None


class Outbox:
    """A folder of images; nothing in an image says whose it is."""

    def __init__(self, folder: Path) -> None:
        """Keep the files in `folder`, making it where it is new."""
        self._folder = folder
        self._taken = folder / "taken"
        self._taken.mkdir(parents=True, exist_ok=True)

    def put(self, job: int, document: bytes | None, publish: Callable[[Path, bytes], None]) -> None:
        """Write an image's file, or that there is none."""
        if document is None:
            (self._folder / f"{job:08d}{_NOTHING}").touch()
        else:
            publish(self._folder / f"{job:08d}{_IMAGE}", document)

    def take(self, until: float) -> Image | None:
        """Take the image of the lowest number, waiting until a monotonic instant; None if none came."""
        while (image := self._first()) is None and time.monotonic() < until:
            time.sleep(_LOOK_EVERY_S)
        return image

    def _first(self) -> Image | None:
        for file in sorted(self._folder.iterdir()):
            if file.suffix in {_IMAGE, _NOTHING}:
                taken = self._taken / file.name
                try:
                    file.replace(taken)
                except FileNotFoundError:
                    continue  # another reader was first
                return Image(job=int(file.stem), file=taken if file.suffix == _IMAGE else None)
        return None

    def remove(self, job: int) -> None:
        """Throw away a job's image if it still lies here."""
        for suffix in (_IMAGE, _NOTHING):
            (self._folder / f"{job:08d}{suffix}").unlink(missing_ok=True)
