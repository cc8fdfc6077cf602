"""Reads numbers and dates by OCR on pages that neither text nor picture decided, between a judging and a second one.

Bounded in pages and time. Where tesseract is not installed that is noted, and the verdict says what to install.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.errors import RunDamaged
from harness.journal import DocumentStore, RunFolder
from harness.picture.ocr import OCR_DPI, available, read_figures
from harness.picture.store import RasterStore
from harness.reading.pool import ReaderPool
from harness.records.findings import Anomaly, Finding

MOST_PAGES = 300  # 0.2 to 1.5 s each; with more unread it is the profile or the baseline that has to be mended
MOST_S = 180.0


def recognise(run: Path, findings: Sequence[Finding], readers: int = 1) -> bool:
    """Read the unread pages among `findings`; tell whether a judging may now say something else. Raises DiskFull.

    Pages beyond the limits stay as they are.
    """
    store = RasterStore(run)
    unread = dict.fromkeys((f.digest, page) for f in findings if f.anomaly is Anomaly.UNREAD for page in f.pages)
    wanted = [page for page in unread if page[0] and store.figures(*page) is None]
    absent = len(wanted) if wanted and not available() else 0
    changed = absent != store.ocr_absent
    store.note_ocr_absent(absent)
    return changed if absent or not wanted else _read(RunFolder.open(run), store, wanted, readers) > 0 or changed


def _read(folder: RunFolder, store: RasterStore, wanted: Sequence[tuple[str, int]], readers: int) -> int:
    """Return how many pages were read."""
    documents, until = DocumentStore(folder), time.monotonic() + MOST_S
    with ReaderPool(1) as pool, ThreadPoolExecutor(max(1, readers)) as hands:
        reading = [hands.submit(_read_one, store, pool, documents, page, until) for page in wanted[:MOST_PAGES]]
        return sum(one.result() for one in reading)


def _read_one(
    store: RasterStore, pool: ReaderPool, documents: DocumentStore, page: tuple[str, int], until: float
) -> bool:
    if time.monotonic() > until:
        return False
    try:
        png = pool.draw(documents.get(page[0]), page[1], OCR_DPI)
    except (ValueError, KeyError, RunDamaged):
        return False
    store.put_figures(*page, read_figures(png, OCR_DPI))
    return True
