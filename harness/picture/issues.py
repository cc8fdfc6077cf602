"""Documents issued quietly, as pictures: pages of two issues of one application side by side, and what they teach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from harness.picture.learning import Pair, learn_regions
from harness.picture.oracle import BaselinePage, RasterOf
from harness.records.certificates import Certificate, Options
from harness.records.picture import Region

LEARNED_FROM = 60  # applicants per certificate and page: more teach nothing new
Progress = Callable[[int, int], None]  # kinds of pages learned, of
Kind = tuple[Certificate, int, int]  # certificate, page, pages of the document


class Issue(NamedTuple):
    """One document issued quietly."""

    application: str
    resident: str
    certificate: Certificate
    options: Options  # copies = 1
    digest: str
    pages: int

    @property
    def key(self) -> tuple[str, Certificate, Options]:
        """Return what two issues of one application have in common."""
        return self.resident, self.certificate, self.options

    def sheets(self) -> tuple[BaselinePage, ...]:
        """Return its pages."""
        who, paper = self.resident, self.certificate
        return tuple(
            BaselinePage(resident=who, certificate=paper, page=n, pages=self.pages, digest=self.digest)
            for n in range(1, self.pages + 1)
        )


def kind_of(page: BaselinePage) -> Kind:
    """Return what pages that may be compared have in common."""
    return page.certificate, page.page, page.pages


def by_key(issues: Iterable[Issue]) -> dict[tuple[str, Certificate, Options], list[Issue]]:
    """Return the issues of each application, in their order."""
    found: dict[tuple[str, Certificate, Options], list[Issue]] = {}
    for one in issues:
        found.setdefault(one.key, []).append(one)
    return found


def twins(issues: Iterable[Issue]) -> Iterator[tuple[Issue, Issue]]:
    """Yield every two issues of one application that follow on each other."""
    for same in by_key(issues).values():
        yield from pairwise(same)


def learn_volatile(
    pairs: Iterable[tuple[Issue, Issue]], raster_of: RasterOf, progress: Progress = lambda done, of: None
) -> dict[Kind, tuple[Region, ...]]:
    """Return the regions that differ by issue, for every kind of page that two issues of an application show.

    One kind after the other, so that the pictures of one kind only are in memory; `progress` is told how many kinds
    are learned, of how many.
    """
    sheets: dict[Kind, list[tuple[BaselinePage, BaselinePage]]] = {}
    for first, second in pairs:
        if first.pages == second.pages:
            for page, other in zip(first.sheets(), second.sheets(), strict=True):
                sheets.setdefault(kind_of(page), []).append((page, other))
    found = {}
    for done, (kind, of_kind) in enumerate(sheets.items()):
        progress(done, len(sheets))
        found[kind] = learn_regions(_drawn(of_kind, raster_of))
    return found


def _drawn(sheets: Iterable[tuple[BaselinePage, BaselinePage]], raster_of: RasterOf) -> list[Pair]:
    """Return the pictures of the first pairs of pages of which both were drawn, as many as one learns from."""
    pairs = ((raster_of(page.digest, page.page), raster_of(other.digest, other.page)) for page, other in sheets)
    return list(islice(((was, now) for was, now in pairs if was is not None and now is not None), LEARNED_FROM))


def varying(page: BaselinePage, volatile: Mapping[Kind, Sequence[Region]]) -> Sequence[Region]:
    """Return the volatile regions of a page."""
    return volatile.get(kind_of(page), ())
