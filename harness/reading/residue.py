"""Collects text that is in the file though on no page: metadata, attachments, earlier revisions, appended files.

Another person's data there is a leak of its own (RESIDUE), whoever the visible pages belong to.
"""

from __future__ import annotations

import ctypes
import re

import pypdfium2

from harness.reading import pdfium_calls as calls
from harness.reading.envelope import earlier_revisions, separate_files
from harness.reading.limits import ReaderLimits
from harness.records.reading import FileMarks

_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_XMP_BYTES = 100_000
_KEYS = (b"Title", b"Author", b"Subject", b"Keywords", b"Creator", b"Producer", b"CreationDate", b"ModDate")
_BUFFER_BYTES = 1024
_BUFFER_SIZE = ctypes.c_ulong(_BUFFER_BYTES)
_buffer = ctypes.create_string_buffer(_BUFFER_BYTES)


def residue_text(
    document: pypdfium2.PdfDocument, body: bytes, marks: FileMarks, password: str | None, limits: ReaderLimits
) -> str:
    """Return the texts found beside the pages, one part a line; the parts keep their own line breaks."""
    parts = [*_metadata(document), *_xmp(body), *_attachments(document)]
    earlier_ones = separate_files(body) if marks.headers > 1 else []
    earlier_ones += earlier_revisions(body, limits.revisions) if marks.eofs > 1 else []
    for earlier in earlier_ones:
        parts.extend(_texts_of(earlier, password, limits))
    return "\n".join(p for p in parts if p.strip())[: limits.residue_characters]


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


def _xmp(body: bytes) -> list[str]:
    """Return the text of XMP packets that are stored uncompressed, as the standard recommends."""
    return [_TAG.sub(" ", m.group()[:_XMP_BYTES].decode("utf-8", "replace")) for m in _XMP.finditer(body)]


def _attachments(document: pypdfium2.PdfDocument) -> list[str]:
    parts = []
    for index in range(calls.count_attachments(calls.handle(document))):
        try:
            attachment = document.get_attachment(index)
            content = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            continue
        parts.append(attachment.get_name())
        parts.append(content.decode("utf-8", "replace"))
    return parts


def _texts_of(body: bytes, password: str | None, limits: ReaderLimits) -> list[str]:
    """Return the page texts of another state of the file; nothing where it does not open by itself."""
    try:
        document = pypdfium2.PdfDocument(body, password=password)
    except pypdfium2.PdfiumError:
        return []
    try:
        pages = range(min(len(document), limits.pages))
        return [_page_text(document, index) for index in pages]
    finally:
        document.close()


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    try:
        return str(document[index].get_textpage().get_text_range())
    except pypdfium2.PdfiumError:
        return ""
