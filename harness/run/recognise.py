"""Reads numbers and dates by OCR on pages that neither text nor picture decided, while a run is judged.

Bounded in pages and time. Where tesseract is not installed that is noted, and the verdict says what to install.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.errors import RunDamaged
from harness.journal import DocumentStore, RunFolder
from harness.picture.ocr import OCR_DPI, available, read_figures
from harness.picture.store import RasterStore
from harness.reading.pool import ReaderPool

MOST_PAGES = 300  # 0.2 to 1.5 s each; with more unread it is the profile or the baseline that has to be mended
MOST_S = 180.0


Progress = Callable[[int, int], None]  # pages read, of


def recognise(run: Path, unread: Sequence[tuple[str, int]], readers: int, progress: Progress) -> None:
    """Read figures of these pages (document digest, page) and keep them beside the rasters. Raises DiskFull.

    Pages beyond the limits, and those that cannot be drawn, stay as they are.
    """
    store = RasterStore(run)
    absent = len(unread) if unread and not available() else 0
    store.note_ocr_absent(absent)
    if unread and not absent:
        _read(RunFolder.open(run), store, unread[:MOST_PAGES], readers, progress)


def _read(
    folder: RunFolder, store: RasterStore, wanted: Sequence[tuple[str, int]], readers: int, progress: Progress
) -> None:
    documents, until = DocumentStore(folder), time.monotonic() + MOST_S
    with ReaderPool(1) as pool, ThreadPoolExecutor(max(1, readers)) as hands:
        reading = [hands.submit(_read_one, store, pool, documents, page, until) for page in wanted]
        for done, one in enumerate(reading):
            progress(done, len(wanted))
            one.result()


def _read_one(
    store: RasterStore, pool: ReaderPool, documents: DocumentStore, page: tuple[str, int], until: float
) -> None:
    if time.monotonic() > until:
        return
    try:
        png = pool.draw(documents.get(page[0]), page[1], OCR_DPI)
    except (ValueError, KeyError, RunDamaged):
        return
    store.put_figures(*page, read_figures(png, OCR_DPI))
