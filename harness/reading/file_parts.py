"""Takes a PDF apart by its bytes: the streams, and what stands between them. No parser decides what is looked at.

Parsers show what can be reached from the catalogue; what somebody forgot to take out is reached by nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_OBJ = b"obj"
_STREAM, _END = b"stream", b"endstream"
_NUMBERS = re.compile(rb"(\d{1,8})\s+\d{1,5}\s+\Z")
_NUMBERS_BYTES = 80
_HEADER_BYTES = 4_000  # of the dictionary before a stream; that of a certificate's is far shorter
_OBJECT_STREAM = re.compile(rb"/ObjStm\b")
_FIRST = re.compile(rb"/First\s+(\d{1,8})")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_FLATE_ALONE = re.compile(rb"/Filter ?(?:/FlateDecode|\[ ?/FlateDecode ?\])")
_PARAMETERS_OR_FILE = re.compile(rb"/(?:DecodeParms|DP|F)\b")
BEGINNING = 160  # bytes that show what a stream is
_TABLES = 400  # bytes with which packed data may begin before it yields any
_ZLIB = (b"x\x01", b"x\x9c", b"x\xda")
_FILTER = re.compile(rb"/(?:Filter|F)\s*[\[/]")


@dataclass(frozen=True)
class Stream:
    """One stream of a file as it is stored."""

    number: int  # of its object; 0 where that is not plain
    header: bytes  # its dictionary
    data: bytes

    @cached_property
    def beginning(self) -> bytes:
        """The first bytes of what it holds; b"" where it is packed in another way than by Flate."""
        return self.unpacked(BEGINNING)

    def unpacked(self, most: int) -> bytes:
        """Return at most `most` bytes of what it holds; b"" where it is packed in another way than by Flate."""
        if _FLATE.search(self.header) or self.data.startswith(_ZLIB):  # PDFium forgets the filter of metadata
            try:
                return zlib.decompressobj().decompress(self.data[: most + _TABLES], most)
            except zlib.error:
                return b""
        return b"" if _FILTER.search(self.header) else self.data[:most]

    def unfolded(self, most: int) -> bytes | None:
        """Return all that it holds; None where that is not plain: packed otherwise, damaged, more than `most` bytes."""
        if _PARAMETERS_OR_FILE.search(self.header):
            return None
        if b"/Filter" not in self.header:
            return self.data if len(self.data) <= most else None
        if _FLATE_ALONE.search(self.header) is None:
            return None
        packed = zlib.decompressobj()
        try:
            content = packed.decompress(self.data, most)
        except zlib.error:
            return None
        return content if packed.eof and not packed.unused_data.strip() else None


class Parts(NamedTuple):
    """A file taken apart."""

    plain: list[bytes]  # what stands between streams: dictionaries, strings, comments
    packed: list[tuple[int, bytes]]  # number and text of the objects in object streams
    streams: list[Stream]  # all other streams
    whole: bool  # nothing was left out: no object stream is damaged or too large

    def objects(self, sign: re.Pattern[bytes]) -> set[int]:
        """Return the numbers of the objects in whose dictionary `sign` stands; those with a stream left out."""
        numbers = {number for number, text in self.packed if sign.search(text)}
        for text in self.plain:
            number, at = 0, 0
            for found in sign.finditer(text):
                number = _last_opened(text, at, found.start())[0] or number
                at = found.start()
                numbers.add(number)
        return numbers - {0}

    def mentions(self, sign: re.Pattern[bytes]) -> bool:
        """Tell whether `sign` stands in a dictionary, or may: in one that could not be looked into."""
        return not self.whole or any(sign.search(t) for t in self.plain) or any(sign.search(t) for _, t in self.packed)


def parts(body: bytes, most: int) -> Parts:
    """Take a file apart, unpacking at most `most` bytes of object streams. Of b"" nothing is known."""
    plain: list[bytes] = []
    packed: list[tuple[int, bytes]] = []
    streams: list[Stream] = []
    whole, at = bool(body), 0
    for stream, start, end in _streams(body):
        plain.append(body[at:start])
        at = end
        if _OBJECT_STREAM.search(stream.header) is None:
            streams.append(stream)
            continue
        text = stream.unpacked(most) if most > 0 else b""
        most -= len(text)
        whole = whole and bool(text) and most > 0
        packed.extend(_objects(text, _FIRST.search(stream.header)))
    plain.append(body[at:])
    return Parts(plain, packed, streams, whole)


def _objects(text: bytes, first: re.Match[bytes] | None) -> Iterator[tuple[int, bytes]]:
    """Yield number and text of the objects in an object stream, whose index is: number, offset, number, offset, ..."""
    edge = int(first[1]) if first else 0
    index = [int(word) for word in text[:edge].split() if word.isdigit()]
    starts = [edge + offset for offset in index[1::2]]
    for number, start, end in zip(index[::2], starts, [*starts[1:], len(text)], strict=False):
        yield number, text[start:end]


def _streams(body: bytes) -> Iterator[tuple[Stream, int, int]]:
    """Yield every stream with where its data begins and ends."""
    at = 0
    while (place := body.find(_STREAM, at)) >= 0:
        start = _after_line(body, place + len(_STREAM))
        if not start:
            at = place + len(_STREAM)
            continue
        end = body.find(_END, start)
        end = len(body) if end < 0 else end
        number, inside = _last_opened(body, max(at, place - _HEADER_BYTES), place)
        yield Stream(number, body[inside or max(at, place - _HEADER_BYTES) : place], body[start:end]), start, end
        at = end + len(_END)


def _last_opened(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Return number and beginning of the last object that begins in a part of a text; 0 and 0 where none does."""
    place = text.rfind(_OBJ, start, end)
    while place >= 0:
        numbers = _NUMBERS.search(text, max(start, place - _NUMBERS_BYTES), place)
        if numbers is not None and not text[place + len(_OBJ) : place + len(_OBJ) + 1].isalnum():
            return int(numbers[1]), place + len(_OBJ)
        place = text.rfind(_OBJ, start, place)
    return 0, 0


def _after_line(body: bytes, place: int) -> int:
    """Return the place after the end of a line, 0 where none is."""
    if body.startswith(b"\n", place):
        return place + 1
    return place + 2 if body.startswith(b"\r\n", place) else 0
