"""What a page's picture showed, as evidence: the baseline page it was compared with, and the regions to mark on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.records.findings import BASELINE_PAGE, Evidence
from harness.records.ownership import PageOwnership
from harness.records.picture import Region


def marked_page(page: PageOwnership) -> Iterator[Evidence]:
    """Yield the evidence of one page that was looked at; nothing where its picture was not compared."""
    if page.picture is not None and page.picture.regions:
        yield from base_page(page.picture.base, page.page)
        yield from marked(page.page, page.picture.regions)


def base_page(base: str, page: int) -> Iterator[Evidence]:
    """Yield which page of which baseline document ("digest/page") a page was compared with, where it is known."""
    digest, _, number = base.partition("/")
    if digest:
        yield Evidence(kind=BASELINE_PAGE, page=int(number or page), item="baseline", value=digest)


def marked(page: int, regions: Iterable[Region], owner: str = "", bits: float = 0.0) -> Iterator[Evidence]:
    """Yield one piece of evidence a region, with its place in words for those who have no picture."""
    for r in regions:
        told = f"{r.left},{r.top} - {r.right},{r.bottom}"
        yield Evidence(kind="picture", page=page, item="region", value=told, owner=owner, bits=bits, region=r)
