"""Draws the pages whose pictures the judge needs, between reading and judging, through the limited readers.

A preliminary judgement of the text says which: unread pages, a few per cent of the others, and the baseline's pages
to compare them with. What cannot be drawn is noted with the reason; the judge then says so, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from harness.baseline.folder import BaselineFolder
from harness.errors import RunDamaged
from harness.journal import DocumentStore, RunFolder
from harness.judge.pictures import baseline_pages, wanted_pages
from harness.judge.run import judged_texts
from harness.picture.raster import DPI
from harness.picture.store import RasterStore
from harness.reading.pool import ReaderPool
from harness.records.certificates import Certificate

MOST_PAGES = 4000  # about a minute of drawing on two cores, 200 MB; what is beyond stays unread
Progress = Callable[[int, int], None]  # pages drawn, of


def look(run: Path, readers: int = 1, progress: Progress = lambda done, of: None) -> int:
    """Draw what is wanted and not drawn yet; return how many pages that were.

    Raises DiskFull; KeyboardInterrupt passes through: pages drawn so far stay, the judge calls the others unread.
    A run without a baseline needs no pictures.
    """
    folder = RunFolder.open(run)
    if not BaselineFolder(folder).documents.path.joinpath("documents").is_dir():
        return 0
    inputs, documents, kinds = judged_texts(run)
    rasters = RasterStore(run)
    wanted = list(dict.fromkeys(wanted_pages(documents.values())))
    certificates = {Certificate(kinds[name]) for name, d in documents.items() if any(wanted_pages([d]))}
    runs_own = _missing(rasters, wanted)
    bases = _missing(rasters, dict.fromkeys(baseline_pages(inputs, certificates)))
    jobs = [(folder, page) for page in runs_own] + [(BaselineFolder(folder).documents, page) for page in bases]
    return _draw(rasters, jobs[:MOST_PAGES], readers, progress)


def _missing(rasters: RasterStore, pages: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return [page for page in pages if page not in rasters]


def _draw(rasters: RasterStore, jobs: list[tuple[RunFolder, tuple[str, int]]], readers: int, progress: Progress) -> int:
    stores: dict[Path, DocumentStore] = {}
    with ReaderPool(max(1, readers)) as pool:
        for done, (folder, (digest, page)) in enumerate(jobs):
            progress(done, len(jobs))
            if folder.path not in stores:
                stores[folder.path] = DocumentStore(folder)
            _draw_one(rasters, pool, stores[folder.path], digest, page)
    progress(len(jobs), len(jobs))
    return len(jobs)


def _draw_one(rasters: RasterStore, pool: ReaderPool, store: DocumentStore, digest: str, page: int) -> None:
    try:
        png = pool.draw(store.get(digest), page, DPI)
    except (ValueError, KeyError, RunDamaged) as e:
        rasters.refuse(digest, page, str(e))
        return
    rasters.put(digest, page, png)
