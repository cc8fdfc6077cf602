"""Collects text that is in the file though on no page: metadata, attachments, left-over pages, earlier revisions.

Another person's data there is a leak of its own (RESIDUE), whoever the visible pages belong to.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from msgspec.structs import replace

from harness.reading import pdfium_calls as calls
from harness.reading.enclosed import Enclosed, enclosed_in
from harness.reading.envelope import around, earlier_revisions, ends_of_file, separate_files
from harness.reading.file_parts import Parts, parts
from harness.reading.file_texts import decoded, file_texts
from harness.reading.left_over import with_left_over
from harness.reading.limits import ReaderLimits
from harness.records.reading import FileMarks, PageRead

_KEYS = (b"Title", b"Author", b"Subject", b"Keywords", b"Creator", b"Producer", b"CreationDate", b"ModDate")
_BETWEEN = "\n|\n"  # what ends one text and begins the next is no name
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
    enclosed: Enclosed


def residue_text(
    document: pypdfium2.PdfDocument,
    file: OpenedFile,
    limits: ReaderLimits,
    pages: Sequence[PageRead],
    forms: int,
) -> str:
    """Return the texts found beside the `pages`, with a line `|` between; they keep their own line breaks.

    `forms` is how many forms the pages draw: further ones are left over.
    """
    shown = {_bare(page.text) for page in pages}
    texts = dict.fromkeys(_texts(document, file, limits, forms))
    return _BETWEEN.join(t for t in texts if _bare(t) and _bare(t) not in shown)[: limits.residue_characters]


def _bare(text: str) -> str:
    return "".join(text.split())


def _texts(document: pypdfium2.PdfDocument, file: OpenedFile, limits: ReaderLimits, forms: int) -> Iterator[str]:
    """Yield page texts of other states of the file first: they are the likeliest to name somebody."""
    others = separate_files(file.body) if file.marks.headers > 1 else []
    others += earlier_revisions(file.body, limits.revisions) if file.marks.eofs > 1 else []
    for other in others:
        yield from _texts_of(other, file.password, limits)
    found, most = file.parts, limits.unpacked_bytes
    for other in (with_left_over(file.plain, found, len(document), forms), *file.enclosed.pdfs):
        yield from _texts_of(other, None, limits) if other else ()
    yield from file.enclosed.texts
    yield from _metadata(document)
    yield from file_texts(found, most)
    yield from map(decoded, around(file.body))


def opened_file(body: bytes, marks: FileMarks, password: str | None, limits: ReaderLimits) -> OpenedFile:
    """Take a file apart that PDFium opens with `password`."""
    plain = _decrypted(body, password) if marks.encrypted else body
    found = parts(plain, limits.unpacked_bytes)
    enclosed = enclosed_in(body, found, limits.unpacked_bytes)
    if plain is body and marks.eofs > marks.prevs + 1:
        marks = replace(marks, eofs=ends_of_file(found.plain))
    return OpenedFile(body, replace(marks, unread=enclosed.unread), password, plain, found, enclosed)


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
    return [value for key in _KEYS if (value := _entry(handle, key))]


def _entry(document: calls.Handle, key: bytes) -> str:
    """Return one entry of the document information, "" where it has none."""
    size = calls.meta_text(document, key, _buffer, _BUFFER_SIZE)
    if size <= 2:  # UTF-16 with its terminator
        return ""
    if size <= _BUFFER_BYTES:
        return _buffer.raw[: size - 2].decode("utf-16-le", "replace")
    longer = ctypes.create_string_buffer(size)
    calls.meta_text(document, key, longer, ctypes.c_ulong(size))
    return longer.raw[: size - 2].decode("utf-16-le", "replace")


def _texts_of(body: bytes, password: str | None, limits: ReaderLimits) -> list[str]:
    """Return the page texts of another state of the file; nothing where it does not open by itself."""
    try:
        document = pypdfium2.PdfDocument(body, password=password)
    except pypdfium2.PdfiumError:
        return []
    try:
        pages = range(min(len(document), 2 * limits.pages))
        return [_page_text(document, index) for index in pages]
    finally:
        document.close()


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    try:
        return str(document[index].get_textpage().get_text_range())
    except pypdfium2.PdfiumError:
        return ""
