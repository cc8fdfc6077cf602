"""The picture tier of judging: what text could not decide is compared with judged baselines, by stored rasters only.

An UNREAD page becomes own or somebody else's where its picture equals that baseline, else it stays UNREAD with the
reason. A few per cent of the pages that are own by their text are looked at as well: text layers lie.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from harness.baseline.issued import Key, key_of
from harness.checks.documents import OWN
from harness.checks.history import NEVER, Application, HistoryView
from harness.judge.inputs import Inputs
from harness.picture.difference import compare
from harness.picture.learning import Pair, learn_common, learn_regions
from harness.picture.oracle import BaselinePage, PictureOracle
from harness.picture.store import RasterStore
from harness.picture.words import changed_words, mostly_elsewhere
from harness.records.baseline import BaselineEntry
from harness.records.certificates import Certificate
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership, OwnerWeight, PageOwnership, PageVerdict
from harness.records.picture import PictureOpinion, PictureVerdict, Region
from harness.records.reading import PageRead, Reading
from harness.records.verdict import Confirmed

SAMPLED_OF_1000 = 30  # pages that are own by their text and looked at all the same
_LEARNED_FROM = 60  # applicants per certificate and page: more teach nothing new
_PEOPLE_AT_LEAST = 1024  # as in reading.owners: names are rare in the world, not only among 60 test residents
_MOST_EVIDENCE = 6
_Kind = tuple[Certificate, int, int]

Judge = Callable[[Reading, Application], DocumentOwnership]


def is_sampled(digest: str, page: int) -> bool:
    """Tell whether a page is one of those looked at whatever its text says; by its document's digest."""
    return (int(digest[:8] or "0", 16) + 7919 * page) % 1000 < SAMPLED_OF_1000


class PictureTier:
    """Looks at pages after the text oracle has judged them. Without a baseline it has nothing to say."""

    def __init__(
        self, inputs: Inputs, view: HistoryView, judge: Judge, applicable: Callable[[Application], bool]
    ) -> None:
        """Learn what is volatile from the baseline's rasters, and dates from those of the run."""
        self._judge, self._applicable = judge, applicable
        self._rasters = RasterStore(inputs.folder.path)
        self._bits = round(math.log2(max(_PEOPLE_AT_LEAST, len(inputs.population.residents))), 2)
        self._entries: dict[Key, BaselineEntry] = {}
        self._baseline: Mapping[str, Reading] = {}
        self._pages: dict[str, int] = {}
        self._oracle: PictureOracle | None = None
        self._doubtful: set[Key] = set()
        if inputs.baseline is None:
            return
        self._entries = {key_of(e.resident, e.certificate, e.options): e for e in inputs.baseline.entries}
        self._baseline = inputs.baseline.readings
        self._pages = {digest: len(reading.pages) for digest, reading in self._baseline.items()}
        volatile = self._learn()
        self._add_common(volatile, view, inputs.readings)
        self._doubtful = set(self._disagreeing(volatile))
        pages = [p for e in self._entries.values() for p in self._pages_of(e)]
        self._oracle = PictureOracle(pages, self._rasters.get, volatile)

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
        digest, _, number = (read.drawn or f"{reading.digest}/{read.number}").partition("/")
        raster = self._rasters.get(digest, int(number))
        key = key_of(one.resident, one.certificate, one.options)
        if raster is None:
            return _none("the page has no picture")
        if not self._applicable(one):
            return _none("the register changed after the baseline was taken")
        if key in self._doubtful:
            return _none("two issues of the baseline differ from each other")
        entry = self._entries.get(key)
        own = next((p for p in self._pages_of(entry) if p.page == read.number), None) if entry else None
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

    def _pages_of(self, entry: BaselineEntry, issue: int = 0) -> Iterator[BaselinePage]:
        digest = entry.digests[issue]
        count = self._pages.get(digest, 0)
        for number in range(1, count + 1):
            yield BaselinePage(
                resident=entry.resident, certificate=entry.certificate, page=number, pages=count, digest=digest
            )

    def _learn(self) -> dict[_Kind, tuple[Region, ...]]:
        """Learn volatile regions from applications that the baseline has two issues of."""
        pairs: dict[_Kind, list[Pair]] = {}
        for entry in self._entries.values():
            for kind, pair in self._pairs(entry):
                if len(pairs.setdefault(kind, [])) < _LEARNED_FROM:
                    pairs[kind].append(pair)
        return {kind: learn_regions(of_kind) for kind, of_kind in pairs.items()}

    def _pairs(self, entry: BaselineEntry) -> Iterator[tuple[_Kind, Pair]]:
        if len(entry.digests) < 2:
            return
        for first, second in zip(self._pages_of(entry), self._pages_of(entry, -1), strict=False):
            rasters = self._rasters.get(first.digest, first.page), self._rasters.get(second.digest, second.page)
            if rasters[0] is not None and rasters[1] is not None and first.pages == second.pages:
                yield (entry.certificate, first.page, first.pages), (rasters[0], rasters[1])

    def _add_common(
        self, volatile: dict[_Kind, tuple[Region, ...]], view: HistoryView, readings: Mapping[str, Reading]
    ) -> None:
        """Add regions that differ today from the baselines in the same way for everybody: dates."""
        pairs: dict[_Kind, dict[str, Pair]] = {}
        for delivered in view.deliveries:
            reading = readings.get(delivered.digest)
            if delivered.place == NEVER or reading is None:
                continue
            one = view.applications[delivered.place]
            entry = self._entries.get(key_of(one.resident, one.certificate, one.options))
            for base in self._pages_of(entry) if entry else ():
                kind = (base.certificate, base.page, base.pages)
                known = pairs.setdefault(kind, {})
                if base.pages != len(reading.pages) or one.resident in known or len(known) >= _LEARNED_FROM:
                    continue
                was, now = self._rasters.get(base.digest, base.page), self._rasters.get(delivered.digest, base.page)
                if was is not None and now is not None:
                    known[one.resident] = (was, now)
        for kind, of_kind in pairs.items():
            found = learn_common(list(of_kind.values()))
            volatile[kind] = tuple(sorted({*volatile.get(kind, ()), *found}))

    def _disagreeing(self, volatile: Mapping[_Kind, Sequence[Region]]) -> Iterator[Key]:
        """Yield applications whose two issues differ elsewhere: which of them is right, nobody knows."""
        for key, entry in self._entries.items():
            if any(compare(b, a, volatile.get(kind, ())).regions for kind, (a, b) in self._pairs(entry)):
                yield key


def count_confirmed(documents: Iterable[DocumentOwnership]) -> Confirmed:
    """Count what became of the pages that were looked at."""
    pages = [p for d in documents for p in d.pages]
    chosen = [p for p in pages if p.confirmed]
    by_picture = sum(1 for p in chosen if p.confirmed == "picture")
    differing = sum(1 for p in chosen if p.confirmed == "differs")
    return Confirmed(
        chosen=len(chosen),
        by_picture=by_picture,
        differing=differing,
        not_confirmable=len(chosen) - by_picture - differing,
        decided=sum(1 for p in pages if p.tier == "picture" and not p.confirmed),
    )


def wanted_pages(documents: Iterable[DocumentOwnership]) -> Iterator[tuple[str, int]]:
    """Yield (document digest, page) of all pages whose picture is needed, by a judgement of their text alone."""
    for document in documents:
        for page in document.pages:
            own = page.verdict in OWN and is_sampled(document.digest, page.page)
            if own or page.verdict is PageVerdict.UNREAD:
                yield document.digest, page.page


def settle(page: PageOwnership, opinion: PictureOpinion, bits: float = math.log2(_PEOPLE_AT_LEAST)) -> PageOwnership:
    """Let a picture decide an unread page, or confirm one that is own by its text. `bits`: weight of a donor."""
    return _confirmed(page, opinion, bits) if page.verdict in OWN else _decided(page, opinion, bits)


def _decided(page: PageOwnership, opinion: PictureOpinion, bits: float) -> PageOwnership:
    """Settle an unread page by its picture, or keep it unread and say why the picture does not help."""
    if opinion.verdict is PictureVerdict.OWN:
        verdict = PageVerdict.OWN if opinion.likeness == 1.0 else PageVerdict.OWN_WEAK
        return replace(page, verdict=verdict, tier="picture", picture=opinion, reason="equal to the baseline's picture")
    if opinion.verdict is PictureVerdict.FOREIGN:
        return _foreign(page, opinion, PageVerdict.FOREIGN, bits)
    places = f"; its picture differs from the baseline in {len(opinion.regions)} places" if opinion.regions else ""
    why = f"; {opinion.reason}" if opinion.reason else ""
    return replace(page, picture=opinion, reason=f"{page.reason}{places}{why}")


def _confirmed(page: PageOwnership, opinion: PictureOpinion, bits: float) -> PageOwnership:
    """Note what the picture says of a page that is own by its text; another person's is never passed over."""
    if opinion.verdict is PictureVerdict.FOREIGN:
        return _foreign(replace(page, confirmed="differs"), opinion, PageVerdict.MIXED, bits)
    said = {PictureVerdict.OWN: "picture", PictureVerdict.DEVIATION: "differs"}.get(opinion.verdict, opinion.reason)
    return replace(page, confirmed=said, picture=opinion)


def _foreign(page: PageOwnership, opinion: PictureOpinion, verdict: PageVerdict, bits: float) -> PageOwnership:
    evidence = tuple(
        Evidence(kind="picture", page=page.page, item="region", value=told(r), owner=opinion.donor, bits=bits)
        for r in opinion.regions[:_MOST_EVIDENCE]
    )
    owners = (OwnerWeight(resident=opinion.donor, bits=bits),)
    return replace(page, verdict=verdict, reason="", tier="picture", picture=opinion, owners=owners, evidence=evidence)


def told(region: Region) -> str:
    """Return a region for readers: left, top, right, bottom in pixels at 100 dpi."""
    return f"{region.left},{region.top} - {region.right},{region.bottom}"


def _none(reason: str) -> PictureOpinion:
    return PictureOpinion(verdict=PictureVerdict.NONE, reason=reason)


def baseline_pages(inputs: Inputs, certificates: Collection[Certificate]) -> Iterator[tuple[str, int]]:
    """Yield (document digest, page) of the baseline's pages of these certificates: what pages are compared with."""
    if inputs.baseline is None:
        return
    for entry in inputs.baseline.entries:
        if entry.certificate in certificates:
            for digest in dict.fromkeys((entry.digests[0], entry.digests[-1])):
                reading = inputs.baseline.readings.get(digest)
                yield from ((digest, page.number) for page in (reading.pages if reading else ()))
