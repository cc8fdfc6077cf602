"""The picture tier of a baseline run: pages that text leaves unread are judged by each other's pictures.

No profile and no earlier baseline is needed: two issues of one application must be one picture but for what changes
by issue, and nobody else's. What was issued once is compared with other people's only, and stays unread else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec.structs import replace

from harness.baseline.issued import Issued, key_of
from harness.baseline.tellers import Related
from harness.checks.history import Application
from harness.judge.control import Judge
from harness.judge.inputs import Inputs
from harness.judge.settling import place_of, settle, weight
from harness.picture.issues import Issue
from harness.picture.mutual import Contradiction, MutualPictures
from harness.picture.raster import Raster
from harness.picture.store import RasterStore
from harness.population import Population
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.picture import PictureOpinion
from harness.records.reading import PageRead, Reading

_KEPT = 192  # rasters of 1 MB
_AGREE = "two issues of it are one picture, and nobody else's"


class OwnPictures:
    """Looks at the unread pages of a baseline run after its texts are judged."""

    def __init__(self, inputs: Inputs, issued: Iterable[Issued], related: Related, judge: Judge) -> None:
        """Compare the pictures of all documents of which any were drawn."""
        self._judge = judge
        self._rasters = RasterStore(inputs.folder.path)
        self._bits = weight(len(inputs.population.residents))
        self._raster = lru_cache(maxsize=_KEPT)(self._rasters.get)
        issues = [i for i in map(_issue, issued) if (i.digest, 1) in self._rasters]
        self._mutual = MutualPictures(issues, self._raster, related, _Namesakes(inputs.population))
        self._opinions: dict[tuple[str, int, str, int], PictureOpinion] = {}

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Return what the pictures say against documents."""
        return self._mutual.contradictions

    def judge(self, reading: Reading, one: Application) -> DocumentOwnership:
        """Return the text oracle's opinion; its unread pages are settled by pictures where there are any."""
        document = self._judge(reading, one)
        if not any(p.verdict is PageVerdict.UNREAD for p in document.pages):
            return document
        pages = zip(document.pages, reading.pages, strict=True)
        return replace(document, pages=tuple(self._page(p, r, reading, one) for p, r in pages))

    def _page(self, page: PageOwnership, read: PageRead, reading: Reading, one: Application) -> PageOwnership:
        if page.verdict is not PageVerdict.UNREAD:
            return page
        digest, number = place_of(read, reading)
        raster = self._raster(digest, number)
        if raster is None:
            return replace(page, reason=f"{page.reason}; the page has no picture")
        settled = settle(page, self._opinion(raster, one, (digest, number), read.number), self._bits)
        own = settled.verdict in {PageVerdict.OWN, PageVerdict.OWN_WEAK}
        return replace(settled, verdict=PageVerdict.OWN_WEAK, reason=_AGREE) if own else settled

    def _opinion(self, raster: Raster, one: Application, shown: tuple[str, int], page: int) -> PictureOpinion:
        """Return the opinion of a page of `one`'s document, which the picture `shown` shows; each asked for once."""
        known = (*shown, one.application, page)
        if known not in self._opinions:
            issue = Issue(one.application, *key_of(one.resident, one.certificate, one.options), shown[0], 1)
            self._opinions[known] = self._mutual.opinion(raster, issue, page)
        return self._opinions[known]


def _issue(one: Issued) -> Issue:
    return Issue(one.application, *one.key, one.digest, len(one.pages))


class _Namesakes:
    """Tells whether the register holds of two people the same of all that certificates print to tell them apart."""

    def __init__(self, population: Population) -> None:
        self._residents = population.residents

    def __call__(self, one: str, other: str) -> bool:
        a, b = self._residents.get(one), self._residents.get(other)
        return a is not None and b is not None and (a.name, a.born_on, a.address) == (b.name, b.born_on, b.address)


def wanted_of_own(
    documents: Mapping[str, DocumentOwnership], kinds: Mapping[str, str], readings: Mapping[str, Reading]
) -> Iterator[tuple[str, int]]:
    """Yield (document digest, page) of all documents of the certificates of which text leaves any page unread.

    Whose a page is, the others of its kind tell: one is of no use alone.
    """
    unread = {kinds[name] for name, d in documents.items() if any(p.verdict is PageVerdict.UNREAD for p in d.pages)}
    for name, document in documents.items():
        if kinds[name] in unread and document.digest in readings:
            yield from ((document.digest, page.number) for page in readings[document.digest].pages)
