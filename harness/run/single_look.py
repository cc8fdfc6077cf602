"""Compares one document's pages with a baseline by picture: draws what it needs, when it needs it, a bounded number."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from harness.baseline.folder import BaselineFolder
from harness.baseline.issued import Key, key_of
from harness.errors import RunDamaged, UsageError
from harness.journal import DocumentStore, RunFolder
from harness.picture.learning import Pair, learn_regions
from harness.picture.oracle import BaselinePage, PictureOracle
from harness.picture.raster import DPI, Raster, from_png
from harness.reading.pool import ReaderPool
from harness.reading.store import load_readings
from harness.records.baseline import BaselineEntry
from harness.records.certificates import Certificate
from harness.records.picture import PictureOpinion, PictureVerdict, Region

_LEARNED_FROM = 12  # applicants whose two issues show what is volatile
_KEPT = 256  # rasters of 1 MB


class BaselineLook:
    """A baseline as pictures, for one document at a time. Keep the pool open while it is used."""

    def __init__(self, run: Path, pool: ReaderPool, certificate: Certificate) -> None:
        """Open a baseline run, or a run that was made with one; raise UsageError where it holds no baseline."""
        folder = RunFolder.open(run)
        brought = BaselineFolder(folder)
        if not brought.learned.exists():
            raise UsageError(f"{run} holds no baseline; `honnin baseline` takes one")
        at = brought.documents if (brought.path / "documents").is_dir() else folder
        self._store, self._pool = DocumentStore(at), pool
        readings = load_readings(at)
        self._counts = {digest: len(reading.pages) for digest, reading in readings.items()}
        entries = [e for e in brought.read()[0] if e.certificate is certificate]
        self._entries: dict[Key, BaselineEntry] = {key_of(e.resident, e.certificate, e.options): e for e in entries}
        self.raster = lru_cache(maxsize=_KEPT)(self._draw)
        volatile = self._learn(entries)
        self._oracle = PictureOracle([p for e in entries for p in self._pages(e, 0)], self.raster, volatile)

    def opinion(self, raster: Raster, key: Key, page: int) -> PictureOpinion:
        """Return whose a page is by its picture, seen from the application of `key`."""
        entry = self._entries.get(key)
        if entry is None:
            return PictureOpinion(
                verdict=PictureVerdict.NONE, reason="the baseline has no document of this application"
            )
        own = next((p for p in self._pages(entry, 0) if p.page == page), None)
        return self._oracle.beyond(raster, key.resident) if own is None else self._oracle.page(raster, own)

    def _learn(self, entries: list[BaselineEntry]) -> dict[tuple[Certificate, int, int], tuple[Region, ...]]:
        pairs: dict[tuple[Certificate, int, int], list[Pair]] = {}
        for entry in [e for e in entries if len(e.digests) > 1][:_LEARNED_FROM]:
            for first, second in zip(self._pages(entry, 0), self._pages(entry, -1), strict=False):
                was, now = self.raster(first.digest, first.page), self.raster(second.digest, second.page)
                if was is not None and now is not None:
                    pairs.setdefault((first.certificate, first.page, first.pages), []).append((was, now))
        return {kind: learn_regions(of_kind) for kind, of_kind in pairs.items()}

    def _pages(self, entry: BaselineEntry, issue: int) -> list[BaselinePage]:
        digest = entry.digests[issue]
        count = self._counts.get(digest, 0)
        who, paper = entry.resident, entry.certificate
        return [
            BaselinePage(resident=who, certificate=paper, page=n, pages=count, digest=digest)
            for n in range(1, count + 1)
        ]

    def _draw(self, digest: str, page: int) -> Raster | None:
        try:
            return draw(self._pool, self._store.get(digest), page)
        except (KeyError, RunDamaged):
            return None


def draw(pool: ReaderPool, body: bytes, page: int) -> Raster | None:
    """Return a page's raster, None where it cannot be drawn."""
    try:
        return from_png(pool.draw(body, page, DPI))
    except ValueError:
        return None
