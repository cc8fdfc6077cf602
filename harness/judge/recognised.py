"""Pages that neither text nor picture decided are offered to OCR while a run is judged, before any check looks at them.

So a run is judged once: only the documents of which OCR read a page are put before the tiers again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.checks.documents import Documents, cut_short
from harness.checks.history import HistoryView
from harness.picture.store import RasterStore
from harness.records.ownership import PageVerdict

Page = tuple[str, int]  # document digest, page from 1
Recognise = Callable[[Sequence[Page]], None]  # keeps beside the rasters what it reads; may leave any page as it is


def unasked(pages: Sequence[Page]) -> None:
    """Read nothing: a judging by what is stored."""


def newly_read(run: Path, view: HistoryView, documents: Documents, recognise: Recognise) -> frozenset[str]:
    """Offer the unread pages to OCR; return the digests of documents of which it read any that it had not before."""
    store = RasterStore(run)
    unread = unread_pages(view, documents)
    wanted = [page for page in unread if store.figures(*page) is None]
    recognise(wanted)
    return frozenset(page[0] for page in wanted if store.figures(*page) is not None)


def unread_pages(view: HistoryView, documents: Documents) -> tuple[Page, ...]:
    """Return the unread pages of whole documents, each once, in the order of their arrival."""
    names, whole = view.deliveries.strings("delivery"), view.deliveries.unpacked("complete")
    arrived = view.deliveries.integers("at_ns")
    places = [n for n, name in enumerate(names) if whole[n] and _is_unread(documents, name)]
    found = (documents[names[n]] for n in sorted(places, key=lambda n: (arrived[n], names[n])))
    unread = ((d.digest, p.page) for d in found for p in d.pages if p.verdict is PageVerdict.UNREAD)
    return tuple(dict.fromkeys(unread))


def _is_unread(documents: Documents, delivery: str) -> bool:
    judgement = documents.judgement(delivery)
    return judgement is not None and not judgement.read and not cut_short(judgement.document)
