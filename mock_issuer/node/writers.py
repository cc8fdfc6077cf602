"""Page writers of a node: each takes a document's pages one by one, as source and check value; pooled."""

from __future__ import annotations

import hashlib
import threading

from msgspec import Struct

from mock_issuer.documents.layout import Page
from mock_issuer.documents.literal import literal


class Sheet(Struct, frozen=True):
    """One page ready to be set."""

    page: Page
    source: str  # for the typesetter
    check: str  # SHA-256 of the source; the job row keeps them (改ざん検知)


class PageWriter:
    """Collects the sheets of one document."""

    def __init__(self) -> None:
        self._sheets: list[Sheet] = []

    def begin(self) -> None:
        """Begin an empty document."""
        self._sheets.clear()

    def append(self, page: Page) -> None:
        """Prepare a page and add it."""
        source = literal(page)
        check = hashlib.sha256(source.encode()).hexdigest()
        self._sheets.append(Sheet(page, source, check))

    def finish(self) -> tuple[Sheet, ...]:
        """Return the document's sheets and be empty again."""
        sheets, self._sheets = tuple(self._sheets), []
        return sheets


class WriterPool:
    """Writers that are not in use; a writer is taken by one job and given back once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[PageWriter] = []

    def take(self) -> PageWriter:
        """Return a free writer, a new one where none is."""
        with self._lock:
            return self._free.pop() if self._free else PageWriter()

    def give_back(self, writer: PageWriter) -> None:
        """Take a writer back."""
        with self._lock:
            self._free.append(writer)
