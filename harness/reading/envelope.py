"""Looks at a file from outside, before any parser sees it: is it a PDF at all, and what else is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from msgspec.structs import replace

from harness.reading.limits import ReaderLimits
from harness.records.reading import FileMarks, ReadingStatus

_HEADER_WITHIN = 1024  # where PDF readers look for %PDF-
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PREV = re.compile(rb"/Prev\s+\d++(?!\s+\d+\s+R)")  # of a table of objects; that of a bookmark is a reference
_SCRIPT = re.compile(rb"/(?:JavaScript|JS)\b")
_ENCRYPT = re.compile(rb"/Encrypt\b")
_ATTACHMENT = re.compile(rb"/Type\s*/EmbeddedFile\b")
_EOF = b"%%EOF"
# one pass each; a pattern that begins with a single character is found as fast as that character
_ENDS = re.compile(rb"%(?:PDF-|%EOF)")
_NAMES = re.compile(rb"/(?:Prev|J|Encrypt|EmbeddedFile)")
# pairs of (start of a file, what it is): what targets send instead of a PDF
_KINDS = (
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<?xml", "XML"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"%!PS", "PostScript"),
)


def refuse(body: bytes, limits: ReaderLimits) -> tuple[ReadingStatus, str] | None:
    """Return status and reason where `body` is not worth parsing, None where it is."""
    if not body:
        return ReadingStatus.NOT_PDF, "the document is empty (0 bytes)"
    if len(body) > limits.document_bytes:
        reason = f"{len(body):,} bytes; the limit is {limits.document_bytes:,}"
        return ReadingStatus.OVER_LIMIT, reason
    if b"%PDF-" not in body[:_HEADER_WITHIN]:
        return ReadingStatus.NOT_PDF, f"no %PDF- in the first {_HEADER_WITHIN} bytes: {describe(body)}"
    return None


def describe(body: bytes) -> str:
    """Say in a few words what a file that is no PDF seems to be."""
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _HTML.search(start):
        return "it is an HTML page"
    for magic, kind in _KINDS:
        if start.startswith(magic):
            return f"it is {kind}"
    shown = start[:40].decode("ascii", "replace")
    return f"it starts with {shown!r}"


def mark(body: bytes) -> FileMarks:
    """Count the signs of what else is in a PDF: revisions, other files, scripts.

    Counts are of the plain bytes; a compressed object stream can hide a script, not a revision.
    """
    found = _ENDS.findall(body)
    eofs = found.count(_EOF)
    start, end = body.find(b"%PDF-"), body.rfind(_EOF)
    names = set(_NAMES.findall(body))
    return FileMarks(
        headers=len(found) - eofs,
        eofs=eofs,
        prevs=len(_PREV.findall(body)) if b"/Prev" in names else 0,
        leading_bytes=len(body[: max(0, start)].strip(b"\xef\xbb\xbf\r\n \t\x00")),
        trailing_bytes=len(body[end + len(_EOF) :].strip(b"\r\n \t\x00")) if end >= 0 else 0,
        encrypted=b"/Encrypt" in names and _ENCRYPT.search(body) is not None,
        javascript=b"/J" in names and _SCRIPT.search(body) is not None,
        attachments=_attachments(body) if b"/EmbeddedFile" in names else 0,
    )


def between_streams(marks: FileMarks, plain: Iterable[bytes]) -> FileMarks:
    """Return the marks with those headers and ends only that stand between streams: fonts' maps have such ends, too."""
    found = [sign for text in plain for sign in _ENDS.findall(text)]
    eofs = found.count(_EOF)
    return replace(marks, headers=len(found) - eofs, eofs=eofs)


def _attachments(body: bytes) -> int:
    return body.count(b"/Type /EmbeddedFile") + body.count(b"/Type/EmbeddedFile")


def earlier_revisions(body: bytes, most: int) -> list[bytes]:
    """Cut the file at each `%%EOF` but the last: the file as it was before each incremental update, newest first.

    A linearised file has an early `%%EOF` too; its cut opens as nothing or as the same, which does no harm.
    """
    ends = [m.end() for m in re.finditer(_EOF, body)][:-1]
    return [body[:end] for end in reversed(ends[-most:])]


def around(body: bytes) -> tuple[bytes, bytes]:
    """Return what stands before the first header and after the last end of file."""
    end = body.rfind(_EOF)
    return body[: max(body.find(b"%PDF-"), 0)], body[end + len(_EOF) :].strip(b"\r\n \t\x00") if end >= 0 else b""


def separate_files(body: bytes) -> list[bytes]:
    """Return the parts of a file made of several PDFs one after the other, without the last (which readers show)."""
    starts = [m.start() for m in re.finditer(rb"%PDF-\d", body)]
    return [body[a:b] for a, b in pairwise(starts)]
