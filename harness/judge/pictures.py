"""The picture tier of judging: what text could not decide is compared with judged baselines, by stored rasters only.

An UNREAD page becomes own or somebody else's where its picture equals that baseline, else it stays UNREAD with the
reason. A few per cent of the pages that are own by their text are looked at as well: text layers lie.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from harness.baseline.issued import Key, key_of
from harness.checks.documents import OWN
from harness.checks.history import NEVER, Application, HistoryView
from harness.judge.inputs import Inputs
from harness.judge.settling import is_sampled, place_of, settle, weight
from harness.picture.difference import compare
from harness.picture.issues import LEARNED_FROM, Issue, Kind, Progress, kind_of, learn_volatile, varying
from harness.picture.learning import Pair, learn_common
from harness.picture.oracle import BaselinePage, PictureOracle
from harness.picture.store import RasterStore
from harness.picture.words import changed_words, mostly_elsewhere
from harness.records.baseline import BaselineEntry
from harness.records.certificates import Certificate
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.picture import PictureOpinion, PictureVerdict, Region
from harness.records.reading import PageRead, Reading

Judge = Callable[[Reading, Application], DocumentOwnership]


class PictureTier:
    """Looks at pages after the text oracle has judged them. Without a baseline it has nothing to say."""

    def __init__(
        self,
        inputs: Inputs,
        view: HistoryView,
        judge: Judge,
        applicable: Callable[[Application], bool],
        progress: Progress = lambda done, of: None,
    ) -> None:
        """Learn what is volatile from the baseline's rasters, and dates from those of the run."""
        self._judge, self._applicable = judge, applicable
        self._rasters = RasterStore(inputs.folder.path)
        self._bits = weight(len(inputs.population.residents))
        self._entries: dict[Key, BaselineEntry] = {}
        self._baseline: Mapping[str, Reading] = {}
        self._oracle: PictureOracle | None = None
        self._volatile: dict[Kind, tuple[Region, ...]] = {}
        self._doubtful: dict[Key, bool] = {}
        if inputs.baseline is None:
            return
        self._entries = {key_of(e.resident, e.certificate, e.options): e for e in inputs.baseline.entries}
        self._baseline = inputs.baseline.readings
        ends = [(mine[0], mine[-1]) for mine in map(self._issues, self._entries.values()) if len(mine) > 1]
        self._volatile = learn_volatile(ends, self._rasters.get, progress)
        self._add_common(view, inputs.readings)
        pages = [p for e in self._entries.values() for p in self._pages_of(e)]
        self._oracle = PictureOracle(pages, self._rasters.get, self._volatile)

    def judge(self, reading: Reading, one: Application) -> DocumentOwnership:
        """Return the text oracle's opinion, settled by pictures where there are any."""
        document = self._judge(reading, one)
        if self._oracle is None or not reading.pages:
            return document
        pages = tuple(self._page(p, r, reading, one) for p, r in zip(document.pages, reading.pages, strict=True))
        return replace(document, pages=pages)

    def _page(self, page: PageOwnership, read: PageRead, reading: Reading, one: Application) -> PageOwnership:
        sampled = page.verdict in OWN and is_sampled(reading.digest, page.page)
        if page.verdict is not PageVerdict.UNREAD and not sampled:
            return page
        return settle(page, self._opinion(read, reading, one, by_text=sampled), self._bits)

    def _opinion(self, read: PageRead, reading: Reading, one: Application, *, by_text: bool) -> PictureOpinion:
        raster = self._rasters.get(*place_of(read, reading))
        key = key_of(one.resident, one.certificate, one.options)
        if raster is None:
            return _none("the page has no picture")
        if not self._applicable(one):
            return _none("the register changed after the baseline was taken")
        if self._is_doubtful(key):
            return _none("two issues of the baseline differ from each other")
        entry = self._entries.get(key)
        own = next((p for p in self._pages_of(entry) if p.page == read.number), None)
        assert self._oracle is not None
        if entry is not None and own is None:
            return self._oracle.beyond(raster, one.resident)
        told = self._told_by_text(read, own) if by_text else ()
        if mostly_elsewhere(told, read):
            return _none("its words stand elsewhere than on the baseline")
        return self._oracle.page(raster, own, told)

    def _told_by_text(self, read: PageRead, own: BaselinePage | None) -> tuple[Region, ...]:
        """Return where the text says something else than the baseline's: dates, numbers. That was judged by text."""
        base = self._baseline.get(own.digest) if own else None
        return changed_words(base.pages[read.number - 1], read) if base else ()

    def _issues(self, entry: BaselineEntry) -> list[Issue]:
        """Return the issues of an application that the baseline has."""
        return [
            Issue(
                application=application,
                resident=entry.resident,
                certificate=entry.certificate,
                options=entry.options,
                digest=digest,
                pages=len(self._baseline[digest].pages) if digest in self._baseline else 0,
            )
            for application, digest in zip(entry.applications, entry.digests, strict=True)
        ]

    def _pages_of(self, entry: BaselineEntry | None) -> tuple[BaselinePage, ...]:
        return self._issues(entry)[0].sheets() if entry else ()

    def _add_common(self, view: HistoryView, readings: Mapping[str, Reading]) -> None:
        """Add regions that differ today from the baselines in the same way for everybody: dates."""
        today: dict[Kind, list[tuple[BaselinePage, str]]] = {}
        for delivered in view.deliveries:
            reading = readings.get(delivered.digest)
            if delivered.place == NEVER or reading is None:
                continue
            one = view.applications[delivered.place]
            entry = self._entries.get(key_of(one.resident, one.certificate, one.options))
            for base in self._pages_of(entry):
                if base.pages == len(reading.pages):
                    today.setdefault(kind_of(base), []).append((base, delivered.digest))
        for kind, of_kind in today.items():
            found = learn_common(self._first_of_each(of_kind))
            self._volatile[kind] = tuple(sorted({*self._volatile.get(kind, ()), *found}))

    def _first_of_each(self, sheets: Iterable[tuple[BaselinePage, str]]) -> list[Pair]:
        """Return the pictures of baseline and today of so many people as one learns from.

        Of today few pages are drawn, of the baseline all: a baseline's picture is fetched only where it has a partner.
        """
        known: dict[str, Pair] = {}
        for base, digest in sheets:
            if base.resident in known or len(known) >= LEARNED_FROM:
                continue
            now = self._rasters.get(digest, base.page)
            was = self._rasters.get(base.digest, base.page) if now is not None else None
            if was is not None and now is not None:
                known[base.resident] = (was, now)
        return list(known.values())

    def _is_doubtful(self, key: Key) -> bool:
        """Tell whether two issues of an application differ elsewhere: which of them is right, nobody knows.

        Asked of applications that are looked at only; they are few.
        """
        if key not in self._doubtful:
            mine = self._issues(self._entries[key]) if key in self._entries else []
            self._doubtful[key] = len(mine) > 1 and self._disagree(mine[0], mine[-1])
        return self._doubtful[key]

    def _disagree(self, first: Issue, second: Issue) -> bool:
        for page, other in zip(first.sheets(), second.sheets(), strict=False):
            was, now = self._rasters.get(page.digest, page.page), self._rasters.get(other.digest, other.page)
            if was is not None and now is not None and compare(now, was, varying(page, self._volatile)).regions:
                return True
        return False


def wanted_pages(documents: Iterable[DocumentOwnership]) -> Iterator[tuple[str, int]]:
    """Yield (document digest, page) of all pages whose picture is needed, by a judgement of their text alone."""
    for document in documents:
        for page in document.pages:
            own = page.verdict in OWN and is_sampled(document.digest, page.page)
            if own or page.verdict is PageVerdict.UNREAD:
                yield document.digest, page.page


def pictures_missing(inputs: Inputs, documents: Iterable[DocumentOwnership]) -> str:
    """Return why pages that are to be looked at were not, "" where all were or there is nothing to compare with."""
    if inputs.baseline is None and inputs.manifest.kind != "baseline":
        return ""
    rasters = RasterStore(inputs.folder.path)
    left = sum(1 for page in dict.fromkeys(wanted_pages(documents)) if page not in rasters)
    return rasters.why_short or (f"{left} pages have no picture yet" if left and inputs.baseline else "")


def baseline_pages(inputs: Inputs, certificates: Collection[Certificate]) -> Iterator[tuple[str, int]]:
    """Yield (document digest, page) of the baseline's pages of these certificates: what pages are compared with."""
    if inputs.baseline is None:
        return
    for entry in inputs.baseline.entries:
        if entry.certificate in certificates:
            for digest in dict.fromkeys((entry.digests[0], entry.digests[-1])):
                reading = inputs.baseline.readings.get(digest)
                yield from ((digest, page.number) for page in (reading.pages if reading else ()))


def _none(reason: str) -> PictureOpinion:
    return PictureOpinion(verdict=PictureVerdict.NONE, reason=reason)
