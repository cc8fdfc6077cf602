"""Draws the pages whose pictures the judge needs, between reading and judging, through the limited readers.

A preliminary judgement of the text says which: unread pages, a few per cent of the others, and the baseline's pages
to compare them with; of a baseline run all pages of the certificates that text leaves unread. What cannot be drawn is
noted with the reason; the judge then says so, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from harness.baseline.folder import BaselineFolder
from harness.errors import DiskFull, RunDamaged
from harness.journal import DocumentStore, RunFolder
from harness.judge.own_pictures import wanted_of_own
from harness.judge.pictures import baseline_pages, wanted_pages
from harness.judge.run import judged_texts, played_as_baseline
from harness.picture.raster import DPI
from harness.picture.store import RasterStore
from harness.reading.pool import ReaderPool
from harness.records.certificates import Certificate

MOST_PAGES = 4000  # about a minute of drawing on two cores, 200 MB; what is beyond stays unread
Progress = Callable[[int, int], None]  # pages drawn, of


class Wanted(NamedTuple):
    """A page to draw: its document's digest, its number from 1, and the folder that holds the document."""

    digest: str
    page: int
    folder: RunFolder


def look(run: Path, readers: int = 1, progress: Progress = lambda done, of: None) -> int:
    """Draw what is wanted and not drawn yet; return how many pages that were.

    What cuts it short is noted beside the rasters, for the verdict: a limit, a full disk, or Ctrl-C. Raises DiskFull;
    KeyboardInterrupt passes through: pages drawn so far stay, the judge calls the others unread. A run without a
    baseline needs no pictures.
    """
    folder = RunFolder.open(run)
    if not (BaselineFolder(folder).documents.path / "documents").is_dir() and not played_as_baseline(folder):
        return 0
    rasters = RasterStore(run)
    try:
        jobs = [w for w in dict.fromkeys(_wanted(folder)) if (w.digest, w.page) not in rasters]
        rasters.cut_short("" if len(jobs) <= MOST_PAGES else f"more than {MOST_PAGES} pages are to be looked at")
        return _draw(rasters, jobs[:MOST_PAGES], readers, progress)
    except KeyboardInterrupt:
        rasters.cut_short("ctrl-c")
        raise
    except DiskFull:
        rasters.cut_short("disk full")
        raise


def _wanted(folder: RunFolder) -> Iterable[Wanted]:
    inputs, documents, kinds = judged_texts(folder.path)
    if inputs.baseline is None:
        for digest, page in wanted_of_own(documents, kinds, inputs.readings):
            yield Wanted(digest, page, folder)
        return
    for digest, page in wanted_pages(documents.values()):
        yield Wanted(digest, page, folder)
    brought = BaselineFolder(folder).documents
    certificates = {Certificate(kinds[name]) for name, d in documents.items() if any(wanted_pages([d]))}
    for digest, page in baseline_pages(inputs, certificates):
        yield Wanted(digest, page, brought)


def _draw(rasters: RasterStore, jobs: list[Wanted], readers: int, progress: Progress) -> int:
    """Draw with as many readers; what is still waiting when something fails is dropped."""
    stores = {path: DocumentStore(RunFolder(path)) for path in dict.fromkeys(job.folder.path for job in jobs)}
    with ReaderPool(max(1, readers)) as pool, ThreadPoolExecutor(max(1, readers)) as hands:
        drawing = [hands.submit(_draw_one, rasters, pool, stores[job.folder.path], job) for job in jobs]
        try:
            for done, one in enumerate(drawing):
                progress(done, len(jobs))
                one.result()
        except BaseException:
            hands.shutdown(wait=False, cancel_futures=True)
            raise
    progress(len(jobs), len(jobs))
    return len(jobs)


def _draw_one(rasters: RasterStore, pool: ReaderPool, store: DocumentStore, job: Wanted) -> None:
    try:
        png = pool.draw(store.get(job.digest), job.page, DPI)
    except (ValueError, KeyError, RunDamaged) as e:
        rasters.refuse(job.digest, job.page, str(e))
        return
    rasters.put(job.digest, job.page, png)
