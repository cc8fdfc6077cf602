"""Rasters of a run folder: `rasters/<document digest>-p<page>.png`, drawn once, judged from as often as wanted.

Where a page cannot be drawn, `.txt` beside it says why, so that it is not tried again and the judge can tell.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from harness.errors import DiskFull
from harness.journal.run_folder import write_whole
from harness.picture.raster import Raster, from_png


class RasterStore:
    """Names and reads rasters; the folder is made with the first one."""

    def __init__(self, run: Path) -> None:
        """Name the folder of a run."""
        self._folder = run / "rasters"

    def __contains__(self, page: tuple[str, int]) -> bool:
        """Tell whether the page was drawn, or found impossible to draw."""
        return self._path(*page, "png").exists() or self._path(*page, "txt").exists()

    def put(self, digest: str, page: int, png: bytes) -> None:
        """Keep a page's picture. Raises DiskFull."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._path(digest, page, "png"), png)

    def refuse(self, digest: str, page: int, reason: str) -> None:
        """Keep why a page has no picture. Raises DiskFull."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._path(digest, page, "txt"), reason.encode())

    def get(self, digest: str, page: int) -> Raster | None:
        """Return a page's raster; None where there is none that can be read."""
        try:
            return from_png(self._path(digest, page, "png").read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def cut_short(self, reason: str) -> None:
        """Keep why not all pages that are wanted were drawn, for the verdict; "" where all were. Never raises."""
        with suppress(OSError, DiskFull):
            if not reason:
                self._note.unlink(missing_ok=True)
                return
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(self._note, reason.encode())

    @property
    def why_short(self) -> str:
        """Why not all pages that are wanted were drawn, "" where all were."""
        try:
            return self._note.read_text(encoding="utf-8")
        except OSError:
            return ""

    @property
    def _note(self) -> Path:
        return self._folder / "cut-short.txt"

    def digest(self) -> str:
        """Return SHA-256 over names and bytes of everything kept, "" for nothing."""
        files = sorted(self._folder.glob("*.*")) if self._folder.is_dir() else []
        digest = hashlib.sha256()
        for file in files:
            digest.update(f"{file.name}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest() if files else ""

    def _path(self, digest: str, page: int, kind: str) -> Path:
        return self._folder / f"{digest}-p{page}.{kind}"
