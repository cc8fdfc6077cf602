"""Rasters of a run folder: `rasters/<document digest>-p<page>.png`, drawn once, judged from as often as wanted.

Where a page cannot be drawn, `.txt` beside it says why, so that it is not tried again and the judge can tell.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import msgspec

from harness.errors import DiskFull
from harness.journal.run_folder import write_whole
from harness.picture.ocr import Figures
from harness.picture.raster import Raster, from_png

_FIGURES = "ocr.json"


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

    def put_figures(self, digest: str, page: int, figures: Figures) -> None:
        """Keep what OCR read on a page. Raises DiskFull."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._path(digest, page, _FIGURES), msgspec.json.encode(figures))

    def figures(self, digest: str, page: int) -> Figures | None:
        """Return what OCR read on a page, None where it was not asked."""
        try:
            return msgspec.json.decode(self._path(digest, page, _FIGURES).read_bytes(), type=Figures)
        except (OSError, msgspec.DecodeError):
            return None

    def any_figures(self) -> bool:
        """Tell whether OCR read any page."""
        return any(self._folder.glob(f"*.{_FIGURES}"))

    def note_ocr_absent(self, pages: int) -> None:
        """Keep how many pages OCR was needed for, and is not installed; 0 where none. Never raises."""
        with suppress(OSError, DiskFull):
            if not pages:
                self._absent.unlink(missing_ok=True)
                return
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(self._absent, str(pages).encode())

    @property
    def ocr_absent(self) -> int:
        """For how many pages OCR was needed and is not installed."""
        try:
            return int(self._absent.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    @property
    def _absent(self) -> Path:
        return self._folder / "ocr-absent.txt"

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
