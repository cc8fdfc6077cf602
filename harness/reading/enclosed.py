"""Opens what a file encloses whole: attached PDFs, ZIP archives (office documents are such) and what is in them.

An archive may be attached, stand before or behind the PDF, or have the PDF in it. Whatever cannot be opened or is too
much is counted: somebody's list that was not looked through must not pass for an empty file.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from harness.reading.envelope import around
from harness.reading.file_parts import BEGINNING, Parts, Stream
from harness.reading.file_texts import decoded, holds_no_text, looks_like_text, plain_text

_PDF, _MEMBER, _DIRECTORY_END = b"%PDF-", b"PK\x03\x04", b"PK\x05\x06"
_ATTACHED = b"/EmbeddedFile"
_MOST_MEMBERS = 300  # of all archives
DEEP = 3  # archives in archives, files in attached files
_UTF8_NAME = 0x800  # flag of a member
# what zipfile raises for archives that are damaged, encrypted or packed in a way it does not know
_UNREADABLE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
    OverflowError,
    struct.error,
    zlib.error,
)


class Enclosed:
    """What was found in one file."""

    def __init__(self, most: int) -> None:
        """Unpack at most `most` bytes of members."""
        self.pdfs: list[bytes] = []
        self.texts: list[str] = []  # names of members, and those that are text
        self.unread = 0  # attachments, archives and members that could not be looked through
        self._left, self._members = most, _MOST_MEMBERS

    def take(self, content: bytes, depth: int = 0) -> None:
        """Take a whole file by how it begins."""
        if content.startswith(_PDF):
            self.pdfs.append(content)
        elif content.startswith(_MEMBER):
            self.open(content, depth)
        elif looks_like_text(content[:BEGINNING]):
            self.texts.append(plain_text(content))
        elif content:
            self.unread += 1

    def open(self, archive: bytes, depth: int = 0) -> None:
        """Take all members of an archive; other bytes may stand before it."""
        if depth >= DEEP:
            self.unread += 1
            return
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as opened:
                for member in opened.infolist():
                    self.texts.append(_name(member))
                    self._take_member(opened, member, depth)
        except _UNREADABLE:
            self.unread += 1

    def _take_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> None:
        self._members -= 1
        if self._members < 0 or self._left <= 0:
            raise ValueError("more than is looked through")
        try:
            with archive.open(member) as packed:
                content = packed.read(self._left + 1)
        except _UNREADABLE:
            self.unread += 1
            return
        self._left -= len(content)
        if self._left < 0:
            self.unread += 1
        self.take(content, depth + 1)


def enclosed_in(body: bytes, found: Parts, most: int) -> Enclosed:
    """Return what a file encloses, whose parts are `found`; text streams are left to `file_texts`."""
    enclosed = Enclosed(most)
    for stream in found.streams:
        if not holds_no_text(stream):
            _take_stream(enclosed, stream, most)
    before, behind = around(body)
    if _DIRECTORY_END in behind:
        enclosed.open(body)
    elif _DIRECTORY_END in before:
        enclosed.open(before)
    elif _MEMBER in before or _MEMBER in behind:
        enclosed.unread += 1
    return enclosed


def _take_stream(enclosed: Enclosed, stream: Stream, most: int) -> None:
    beginning = stream.beginning
    if beginning.startswith((_PDF, _MEMBER)):
        content = stream.unpacked(most)
        enclosed.unread += len(content) >= most
        enclosed.take(content)
    elif _ATTACHED in stream.header and stream.data.strip() and not looks_like_text(beginning):
        enclosed.unread += 1


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; zipfile takes it for cp437 where it is not said to be UTF-8."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    return decoded(member.filename.encode("cp437", "replace"))
