"""Takes a PDF apart by its bytes: the streams, and what stands between them. No parser decides what is looked at.

Parsers show what can be reached from the catalogue; what somebody forgot to take out is reached by nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_OBJ = b"obj"
_STREAM, _END = b"stream", b"endstream"
_OBJECT = re.compile(rb"obj\b")  # searched as fast as its letters; numbers are looked for before them
_NUMBERS = re.compile(rb"(\d{1,8})\s+\d{1,5}\s+\Z")
_NUMBERS_BYTES = 80
_HEADER_BYTES = 4_000  # of the dictionary before a stream; that of a certificate's is far shorter
_OBJECT_STREAM = re.compile(rb"/ObjStm\b")
_FIRST = re.compile(rb"/First\s+(\d{1,8})")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_TABLES = 400  # bytes with which packed data may begin before it yields any
_ZLIB = (b"x\x01", b"x\x9c", b"x\xda")
_FILTER = re.compile(rb"/(?:Filter|F)\s*[\[/]")


class Stream(NamedTuple):
    """One stream of a file as it is stored."""

    number: int  # of its object; 0 where that is not plain
    header: bytes  # its dictionary
    data: bytes

    def unpacked(self, most: int) -> bytes:
        """Return at most `most` bytes of what it holds; b"" where it is packed in another way than by Flate."""
        if _FLATE.search(self.header) or self.data.startswith(_ZLIB):  # PDFium forgets the filter of metadata
            try:
                return zlib.decompressobj().decompress(self.data[: most + _TABLES], most)
            except zlib.error:
                return b""
        return b"" if _FILTER.search(self.header) else self.data[:most]


class Parts(NamedTuple):
    """A file taken apart."""

    plain: list[bytes]  # what stands between streams: dictionaries, strings, comments
    packed: list[tuple[int, bytes]]  # number and text of the objects in object streams
    streams: list[Stream]  # all other streams

    def objects(self, sign: re.Pattern[bytes]) -> set[int]:
        """Return the numbers of the objects in whose dictionary `sign` stands; those with a stream left out."""
        numbers = {number for number, text in self.packed if sign.search(text)}
        for text in self.plain:
            if sign.search(text) is None:
                continue
            opened = list(_opened(text))
            ends = [start for _, start, _ in opened[1:]] + [len(text)]
            inside = zip(opened, ends, strict=True)
            numbers.update(number for (number, _, begin), end in inside if sign.search(text, begin, end))
        return numbers


def parts(body: bytes, most: int) -> Parts:
    """Take a file apart, unpacking at most `most` bytes of object streams."""
    found = Parts([], [], [])
    at = 0
    for stream, start, end in _streams(body):
        found.plain.append(body[at:start])
        at = end
        if _OBJECT_STREAM.search(stream.header) is None:
            found.streams.append(stream)
            continue
        text = stream.unpacked(most)
        most -= len(text)
        found.packed.extend(_objects(text, _FIRST.search(stream.header)))
    found.plain.append(body[at:])
    return found


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
        header = body[max(at, place - _HEADER_BYTES) : place]
        number, _, inside = next(_opened(header, last=True), (0, 0, 0))
        yield Stream(number, header[inside:], body[start:end]), start, end
        at = end + len(_END)


def _opened(text: bytes, *, last: bool = False) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of the beginning of each object; of the last one only where that is asked for."""
    places = [found.start() for found in _OBJECT.finditer(text)]
    for place in reversed(places) if last else places:
        numbers = _NUMBERS.search(text, max(0, place - _NUMBERS_BYTES), place)
        if numbers is not None:
            yield int(numbers[1]), numbers.start(), place + len(_OBJ)


def _after_line(body: bytes, place: int) -> int:
    """Return the place after the end of a line, 0 where none is."""
    if body.startswith(b"\n", place):
        return place + 1
    return place + 2 if body.startswith(b"\r\n", place) else 0
