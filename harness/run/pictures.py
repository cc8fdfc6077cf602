"""Takes the page pictures that a report shows: of documents with findings, of the donors' own documents, and of the
baseline's pages they were compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.baseline.folder import BaselineFolder
from harness.journal import DocumentStore, RunFolder, read_history
from harness.journal.run_folder import write_whole
from harness.reading.pool import ReaderPool
from harness.records.findings import BASELINE_PAGE, Finding
from harness.records.history import Delivery

MOST_PAGES = 4  # of one document
DPI = 100


def take_pictures(folder: RunFolder, findings: Sequence[Finding]) -> int:
    """Store `evidence/<digest>-p<page>.png` for these findings; return how many are new.

    A page that cannot be drawn is left out: the report then says that there is no picture.
    """
    wanted = _wanted(folder, findings)
    if not wanted:
        return 0
    stores = [DocumentStore(at) for at in (folder, BaselineFolder(folder).documents) if at.packs()]
    with ReaderPool(1) as pool:
        found = ((digest, next((s for s in stores if digest in s), None)) for digest in wanted)
        return sum(_draw(folder, store, pool, digest) for digest, store in found if store is not None)


def _draw(folder: RunFolder, store: DocumentStore, pool: ReaderPool, digest: str) -> int:
    body = store.get(digest)
    for page in range(1, MOST_PAGES + 1):
        if folder.picture(digest, page).exists():
            continue
        try:
            png = pool.draw(body, page, DPI)
        except ValueError:
            return page - 1
        write_whole(folder.picture(digest, page), png)
    return MOST_PAGES


def _wanted(folder: RunFolder, findings: Sequence[Finding]) -> dict[str, None]:
    """Return digests in the order of findings: what the victim got, what the donor got, what it was compared with."""
    if not findings:
        return {}
    delivered = dict(_deliveries(folder))
    return dict.fromkeys(d for f in findings for d in _digests(f, delivered) if d)


def _digests(finding: Finding, delivered: dict[str, str]) -> tuple[str, ...]:
    compared = (e.value for e in finding.evidence if e.kind == BASELINE_PAGE)
    return finding.digest, delivered.get(finding.donor_application, ""), *compared


def _deliveries(folder: RunFolder) -> Iterator[tuple[str, str]]:
    for entry in read_history(folder):
        if isinstance(entry.record, Delivery):
            yield entry.record.application, entry.record.digest
