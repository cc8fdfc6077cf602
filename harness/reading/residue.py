"""Collects text that is in the file though on no page: metadata, attachments, left-over pages, earlier revisions.

Another person's data there is a leak of its own (RESIDUE), whoever the visible pages belong to.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from functools import cached_property
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from msgspec.structs import replace

from harness.reading import pdfium_calls as calls
from harness.reading.contents import Contents, look_through
from harness.reading.drawn_marks import DrawnMark, marks_on
from harness.reading.enclosed import DEEP, Enclosed, enclosed_in
from harness.reading.envelope import around, between_streams, earlier_revisions, mark, separate_files
from harness.reading.file_parts import Parts, parts
from harness.reading.file_texts import decoded, file_texts
from harness.reading.left_over import with_left_over
from harness.reading.limits import ReaderLimits
from harness.records.reading import FileMarks, PageRead

_KEYS = (b"Title", b"Author", b"Subject", b"Keywords", b"Creator", b"Producer", b"CreationDate", b"ModDate")
_BETWEEN = "\n|\n"  # what ends one text and begins the next is no name
_ALL_FORMS = 1_000_000  # of an attached file it is not known how many its pages draw
_BUFFER_BYTES = 1024
_BUFFER_SIZE = ctypes.c_ulong(_BUFFER_BYTES)
_buffer = ctypes.create_string_buffer(_BUFFER_BYTES)


class OpenedFile(NamedTuple):
    """A file that PDFium opens, and its parts."""

    body: bytes
    marks: FileMarks
    password: str | None
    plain: bytes  # without encryption; b"" where that cannot be taken off
    parts: Parts  # of it
    contents: Contents
    enclosed: Enclosed


class Residue(NamedTuple):
    """What is in a file beside its pages."""

    text: str
    unread: int  # files, pages and texts in it that could not be looked through


def residue_of(
    document: pypdfium2.PdfDocument,
    file: OpenedFile,
    limits: ReaderLimits,
    pages: Sequence[PageRead],
    forms: int,
) -> Residue:
    """Return the texts found beside the `pages`, with a line `|` between; they keep their own line breaks.

    `forms` is how many forms the pages draw: further ones are left over.
    """
    shown = {_bare(page.text) for page in pages}
    search = _Search(document, limits)
    texts = dict.fromkeys(search.beside(document, file, forms))
    text = _BETWEEN.join(t for t in texts if _bare(t) and _bare(t) not in shown)
    most = limits.residue_characters
    return Residue(text[:most], search.unread + (len(text) > most))


def _bare(text: str) -> str:
    return "".join(text.split())


class _Search:
    """Looks through one file and the files in it, and counts what cannot be looked through."""

    def __init__(self, document: pypdfium2.PdfDocument, limits: ReaderLimits) -> None:
        self._document, self._limits = document, limits
        self.unread = 0

    def beside(self, document: pypdfium2.PdfDocument, file: OpenedFile, forms: int, depth: int = 0) -> Iterator[str]:
        """Yield page texts of other states of the file first: they are the likeliest to name somebody."""
        limits = self._limits
        for other in separate_files(file.body) if file.marks.headers > 1 else ():
            self.unread += not (yield from self._pages(other, file.password))
        for other in earlier_revisions(file.body, limits.revisions) if file.marks.eofs > 1 else ():
            yield from self._pages(other, file.password)  # a linearised file's first part does not open by itself
        if other := with_left_over(file.plain, file.parts, len(document), forms):
            yield from self._pages(other, None, left_over=True)
        for other in file.enclosed.pdfs:
            yield from self._enclosed(other, file.password, depth + 1)
        yield from file.enclosed.texts
        yield from _metadata(document)
        left = yield from file_texts(file.parts, limits.unpacked_bytes, file.contents.described)
        self.unread += left <= 0
        yield from map(decoded, around(file.body))

    def _enclosed(self, body: bytes, password: str | None, depth: int) -> Iterator[str]:
        """Yield all that is in an attached PDF: its pages, and what is beside them."""
        for tried in dict.fromkeys((None, password)) if depth <= DEEP else ():
            with suppress(pypdfium2.PdfiumError), closing(pypdfium2.PdfDocument(body, password=tried)) as document:
                file = opened_file(body, mark(body), tried, self._limits)
                self.unread += file.marks.unread
                yield from self._texts(document)
                yield from self.beside(document, file, _ALL_FORMS, depth)
                return
        self.unread += 1

    def _pages(self, body: bytes, password: str | None, *, left_over: bool = False) -> Generator[str, None, bool]:
        """Yield the page texts of another state of the file; return whether it opens by itself."""
        try:
            document = pypdfium2.PdfDocument(body, password=password)
        except pypdfium2.PdfiumError:
            return False
        with closing(document):
            yield from self._texts(document, left_over=left_over)
        return True

    def _texts(self, document: pypdfium2.PdfDocument, *, left_over: bool = False) -> Iterator[str]:
        """Yield page texts; count pages that have none and show something the file's own pages do not.

        Of what is `left_over`, forms too, a good part are empty fields and logos: none of it is counted.
        """
        most = len(document) if left_over else min(len(document), 2 * self._limits.pages)
        self.unread += len(document) - most
        for index in range(most):
            try:
                page = document[index]
                text = str(page.get_textpage().get_text_range())
                unseen = not _bare(text) and not left_over and not self._shown.issuperset(marks_on(page))
            except pypdfium2.PdfiumError:
                text, unseen = "", not left_over
            self.unread += unseen
            yield text

    @cached_property
    def _shown(self) -> frozenset[DrawnMark]:
        """What the pages of the file itself draw."""
        return frozenset(one for page in self._document for one in marks_on(page))


def opened_file(body: bytes, marks: FileMarks, password: str | None, limits: ReaderLimits) -> OpenedFile:
    """Take a file apart that PDFium opens with `password`."""
    plain = _decrypted(body, password) if marks.encrypted else body
    found = parts(plain, limits.unpacked_bytes)
    enclosed = enclosed_in(body, found, limits.unpacked_bytes)
    if plain is body and (marks.eofs > marks.prevs + 1 or marks.headers > 1):
        marks = between_streams(marks, found.plain)
    marks = replace(marks, unread=enclosed.unread + (not found.whole))
    contents = look_through(found, limits.unpacked_bytes)
    return OpenedFile(body, marks, password, plain, found, contents, enclosed)


def _decrypted(body: bytes, password: str | None) -> bytes:
    """Return an encrypted document as PDFium would write it without encryption, b"" where it cannot.

    It is opened anew: reading pages has drawn their annotations into them.
    """
    out = io.BytesIO()
    try:
        document = pypdfium2.PdfDocument(body, password=password)
        document.save(out, flags=pdfium.FPDF_REMOVE_SECURITY)
        document.close()
    except pypdfium2.PdfiumError:
        return b""
    return out.getvalue()


def _metadata(document: pypdfium2.PdfDocument) -> list[str]:
    handle = calls.handle(document)
    return [value for key in _KEYS if (value := information(handle, key))]


def information(document: calls.Handle, key: bytes) -> str:
    """Return one entry of the document information, "" where it has none."""
    size = calls.meta_text(document, key, _buffer, _BUFFER_SIZE)
    if size <= 2:  # UTF-16 with its terminator
        return ""
    if size <= _BUFFER_BYTES:
        return _buffer.raw[: size - 2].decode("utf-16-le", "replace")
    longer = ctypes.create_string_buffer(size)
    calls.meta_text(document, key, longer, ctypes.c_ulong(size))
    return longer.raw[: size - 2].decode("utf-16-le", "replace")
