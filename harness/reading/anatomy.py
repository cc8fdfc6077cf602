"""Takes a plainly built PDF apart without interpreting it: its streams, and all the bytes around them.

Only files of one revision whose objects lie one after the other, as their table says: what two such files have in
common, a reader reads in the same way. All others have no anatomy here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from harness.reading.file_parts import Stream

_STREAM = re.compile(rb"\bstream\r?\n")
_LENGTH = re.compile(rb"/Length (\d+)(?! \d+ R)")
_AFTER = re.compile(rb"\s*endstream\b")
_OBJECT = re.compile(rb"\n(\d+) 0 obj\b")
_TABLE = re.compile(
    rb"xref\s+0 (\d+)\s+((?:\d{10} \d{5} [fn]\s{1,2})+)trailer\b(.*?)startxref\s+(\d+)\s+%%EOF\s*", re.DOTALL
)
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) n")
_FREE = re.compile(rb"\d{10} \d{5} f")
# what says nothing of a page: the lengths and places of streams, the file's own number in 16 bytes or a word of them
NUMBER = rb"(?:<[0-9A-Fa-f]{32}>|\([A-Za-z0-9+/=]{20,32}\))"
_LOOSE = rb"/Length \d+|/ID ?\[ ?" + NUMBER + rb" ?" + NUMBER + rb" ?\]"
_DATE = rb"(\(D:\d{4,14}(?:[Z+-][\d']{0,6})?\))"
_LEFT_OUT = re.compile(_LOOSE + b"|" + _DATE)
_FORBIDDEN = (b"/Encrypt", b"/Prev", b"/XRefStm", b"/ObjStm", b"/ActualText", b"/JavaScript", b"%%EOF")
_CONTENT = re.compile(rb"\n(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)  # number and content, without streams
_MOST_STREAMS = 400
_MOST_BYTES = 4_000_000  # of one stream unfolded


class Anatomy(Struct, frozen=True):
    """A file in its parts."""

    plain: tuple[bytes, ...]  # everything but streams, tables, dates and what says nothing
    dates: tuple[bytes | None, ...]  # what was left out between them: a date, or None for what says nothing
    streams: tuple[Stream, ...]

    def around(self) -> bytes:
        """Return the plain bytes, with a mark where something was left out."""
        return b"\0".join(self.plain)


def anatomy(body: bytes) -> Anatomy | None:
    """Take a file apart; None where it is built in any other way than said above."""
    table = body.rfind(b"\nxref") + 1
    end = _TABLE.fullmatch(body, table) if table and body.startswith(b"%PDF-") else None
    if end is None or int(end[4]) != table:
        return None
    parts = _parts(body[:table])
    if parts is None:
        return None
    plain, streams, places = parts
    if not _as_told(end, places):
        return None
    joined = b"\0".join([*plain, end[3]])
    if any(word in joined for word in _FORBIDDEN) or b"%PDF-" in joined[1:]:
        return None
    parted = _LEFT_OUT.split(joined)
    return Anatomy(tuple(parted[::2]), tuple(parted[1::2]), tuple(streams))


def _parts(body: bytes) -> tuple[list[bytes], list[Stream], dict[int, int]] | None:
    """Return the bytes around streams, the streams, and where each object begins."""
    plain: list[bytes] = []
    streams: list[Stream] = []
    places: dict[int, int] = {}
    at = 0
    while True:
        begin = _STREAM.search(body, at)
        part = body[at : begin.end() if begin else len(body)]
        for found in _OBJECT.finditer(part):
            place = at + found.start() + 1
            if places.setdefault(int(found[1]), place) != place:
                return None  # two objects of one number
            last = int(found[1]), found.end()
        plain.append(part)
        if begin is None:
            return plain, streams, places
        length = _LENGTH.findall(part)
        stop = begin.end() + int(length[-1]) if length and len(streams) < _MOST_STREAMS else len(body)
        after = _AFTER.match(body, stop)
        if after is None:
            return None
        streams.append(Stream(last[0], part[last[1] :], body[begin.end() : stop]))
        at = stop


def _as_told(table: re.Match[bytes], places: dict[int, int]) -> bool:
    """Tell whether every object lies where the table says, and no other object is in the file."""
    entries = table[2].split(b"\n") if b"\n" in table[2] else table[2].split(b"\r")
    told = {n: int(m[1]) for n, entry in enumerate(entries) if (m := _ENTRY.match(entry)) and m[2] == b"00000"}
    return told == places and len(told) + len(_FREE.findall(table[2])) == int(table[1])


@lru_cache(maxsize=16)
def objects_in(around: bytes) -> dict[bytes, bytes]:
    """Return the content of each object by its number, streams left out, from the plain bytes of a file."""
    return dict(_CONTENT.findall(around))


def unfolded(stream: Stream) -> bytes | None:
    """Return a packed stream's content; None where it is packed in any way but the usual one, or very large."""
    return stream.unfolded(_MOST_BYTES) if b"/Filter" in stream.header else None
