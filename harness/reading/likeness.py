"""Reads a document by its likeness to one that was read before, without extracting any text.

Where two files are the same but for figures in the strings that their pages show (and dates of making), a reader
shows the same: fonts, pictures, annotations, hidden and concealed text are the same bytes. What the figures are, the
font's own map of codes tells; that it tells the truth shows in the text that was read of the first file. Everything
else has no likeness here and is read as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from msgspec.structs import replace

from harness.reading.anatomy import NUMBER, Anatomy, anatomy, objects_in, unfolded
from harness.reading.file_parts import Stream
from harness.reading.shown_text import Unlike, codes_of, decoded, font_at, like
from harness.reading.string_objects import string_bytes
from harness.records.reading import PageRead, Reading, ReadingStatus

_STRING = re.compile(rb"(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]+>)", re.DOTALL)
_KERNING = re.compile(rb"[\s\d.+-]*")
_SHOWN = re.compile(rb"\s*(?:\]\s*TJ|Tj)\b")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_CONTENTS = re.compile(rb"/Contents\s*(\d+ 0 R|\[\s*(?:\d+ 0 R\s*)+\])")
_ISO_DATES = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)?|xmp\.[di]id:[\w-]+|(?<=ID>)[^<>]{8,80}(?=<)")
_FILE_ID = re.compile(rb"/ID ?\[ ?(" + NUMBER + rb") ?(" + NUMBER + rb") ?\]")


class _Exchange(NamedTuple):
    """A text of the first document, and what stands there now."""

    was: str
    now: str


def read_by_likeness(digest: str, body: bytes, base_body: bytes, base: Reading) -> Reading | None:
    """Return the reading of a document that is like one that was read, None where it is not, or might not be.

    Text, pictures, hidden text and what is beside the pages are what `read_document` gives; places of words are those
    of the first document.
    """
    if base.status is not ReadingStatus.READ or base.marks.encrypted:
        return None
    now, was = anatomy(body), anatomy(base_body)
    if now is None or was is None:
        return None
    try:
        beside, pages = _exchanged(was, now, base)
        residue, created = (_everywhere(text, beside) for text in (base.residue, base.created))
    except (Unlike, ValueError, LookupError, OverflowError):  # a file that is built oddly is read as ever
        return None
    reader = f"{base.reader}, by likeness to {base.digest[:12]}"
    file_id = _file_id(body, base.file_id)
    return replace(base, digest=digest, pages=pages, residue=residue, file_id=file_id, created=created, reader=reader)


def _file_id(body: bytes, base: str) -> str:
    """Return both parts of the identifier in hexadecimal; the first file's where it is built so that it is the same."""
    found = _FILE_ID.search(body, body.rfind(b"trailer"))
    return " ".join(string_bytes(part).hex() for part in found.groups()) if found else base


def _exchanged(was: Anatomy, now: Anatomy, base: Reading) -> tuple[list[_Exchange], tuple[PageRead, ...]]:
    """Return what is exchanged beside the pages, and the pages."""
    like(was.plain == now.plain and len(was.streams) == len(now.streams) and len(was.dates) == len(now.dates))
    exchanges: dict[int, list[_Exchange]] = {}  # by object number of the stream
    beside = list(_dates_of_making(was.dates, now.dates))
    around = was.around()
    for a, b in zip(was.streams, now.streams, strict=True):
        if a.data == b.data:
            continue
        if b"/Metadata" in a.header and b"/Filter" not in a.header:
            beside += _dates_exchanged(a.data, b.data)
        else:
            exchanges[a.number] = list(_figures_exchanged(was, around, a, b))
    contents = _contents(around) if exchanges else ()
    return beside, _on_pages(base.pages, contents, exchanges)


def _dates_of_making(was: tuple[bytes | None, ...], now: tuple[bytes | None, ...]) -> Iterator[_Exchange]:
    """Yield what is exchanged of what was left out of two files; a date must stand where one stood."""
    for a, b in zip(was, now, strict=True):
        like((a is None) == (b is None))
        if a is not None and b is not None:
            yield _Exchange(a[1:-1].decode("latin-1"), b[1:-1].decode("latin-1"))


def _dates_exchanged(was: bytes, now: bytes) -> Iterator[_Exchange]:
    """Yield the dates and numbers of a file's making that differ in its XMP packet, which differs in nothing else."""
    like(_ISO_DATES.split(was) == _ISO_DATES.split(now))
    for a, b in zip(_ISO_DATES.findall(was), _ISO_DATES.findall(now), strict=True):
        yield _Exchange(a.decode("latin-1"), b.decode("latin-1"))


def _everywhere(text: str, exchanges: list[_Exchange]) -> str:
    """Return what is beside the pages with dates of making exchanged: all old ones at once, each for one new one."""
    pairs: dict[str, str] = {}
    for was, now in exchanges:
        like(pairs.setdefault(was, now) == now)
    pairs = {was: now for was, now in pairs.items() if was != now}
    if not text or not pairs:
        return text
    like(not any(was in now for was in pairs for now in pairs.values() if now != was))
    for was in sorted(pairs, key=len, reverse=True):
        text = text.replace(was, pairs[was])
    return text


def _on_pages(
    pages: tuple[PageRead, ...], contents: tuple[frozenset[int], ...], streams: dict[int, list[_Exchange]]
) -> tuple[PageRead, ...]:
    """Return the pages with what their differing `streams` exchange; `contents` are the streams of each page."""
    changed = list(pages)
    for number, exchanges in ((n, e) for n, e in streams.items() if e):
        like(len(contents) == len(pages))
        (place,) = (place for place, of_page in enumerate(contents) if number in of_page)
        changed[place] = replace(pages[place], text=_exchanged_once(changed[place], exchanges))
    return tuple(changed)


def _exchanged_once(page: PageRead, exchanges: list[_Exchange]) -> str:
    """Return the text of a page, all of it visible, with texts exchanged of which each stands on it once."""
    like(not page.hidden_text and all(page.text.count(e.was) == 1 for e in exchanges))
    parts, end = [], 0
    for start, exchange in sorted((page.text.index(e.was), e) for e in exchanges):
        like(start >= end)
        parts += [page.text[end:start], exchange.now]
        end = start + len(exchange.was)
    return "".join((*parts, page.text[end:]))


def _figures_exchanged(file: Anatomy, around: bytes, was: Stream, now: Stream) -> Iterator[_Exchange]:
    """Yield the shown texts that differ between two streams of pages, which differ in figures alone."""
    like(any(was.number in of_page for of_page in _contents(around)))
    old, new = unfolded(was), unfolded(now)
    like(old is not None and new is not None and b"/ActualText" not in old)
    assert old is not None and new is not None
    low, high = _window(old, new)
    pieces = _STRING.split(old[low : len(old) - high])
    others = _STRING.split(new[low : len(new) - high])
    like(pieces[::2] == others[::2])
    at = low
    for text, members in groupby(range(len(pieces)), _Groups(pieces)):
        places = list(members)
        size = sum(len(pieces[n]) for n in places)
        shown, changed = ([p[n] for n in places if n % 2] for p in (pieces, others))
        if text >= 0 and shown != changed:
            like(_SHOWN.match(pieces[places[-1] + 1]) is not None)
            codes = codes_of(file, around, font_at(old[:at]))
            yield _exchange("".join(decoded(s, codes) for s in shown), "".join(decoded(s, codes) for s in changed))
        at += size


class _Groups:
    """Numbers the strings that one operator shows, with the kerning between them; -1 for what lies between groups."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._group = 0

    def __call__(self, place: int) -> int:
        if place % 2:
            return self._group
        inside = 0 < place < len(self._pieces) - 1 and _KERNING.fullmatch(self._pieces[place]) is not None
        if inside:
            return self._group
        self._group += 1
        return -self._group


def _exchange(was: str, now: str) -> _Exchange:
    """Return a pair of texts that differ in figures alone."""
    like(len(was) == len(now) and bool(was.strip()))
    like(
        all(
            a == b or (a.isdecimal() and b.isdecimal() and a.isascii() == b.isascii())
            for a, b in zip(was, now, strict=True)
        )
    )
    return _Exchange(was, now)


def _window(old: bytes, new: bytes) -> tuple[int, int]:
    """Return how many bytes before and behind are the same and end with lines: between them lies all that differs."""
    shorter = min(len(old), len(new))
    low = old.rfind(b"\n", 0, _common(old, new, shorter)) + 1
    behind = min(_common(old[::-1], new[::-1], shorter), shorter - low)
    end = old.find(b"\n", len(old) - behind)
    return low, len(old) - end if end >= 0 else 0


def _common(old: bytes, new: bytes, most: int) -> int:
    """Return how many first bytes are the same."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@lru_cache(maxsize=64)
def _contents(around: bytes) -> tuple[frozenset[int], ...]:
    """Return the numbers of the streams that each page draws, no stream on two; () where pages are not in one list."""
    objects = objects_in(around)
    lists = _KIDS.findall(around)
    pages = [objects.get(kid, b"") for kid in re.findall(rb"(\d+) 0 R", lists[0])] if len(lists) == 1 else []
    drawn = [_CONTENTS.findall(page) for page in pages]
    numbers = [re.findall(rb"(\d+) 0 R", found[0]) if len(found) == 1 else [] for found in drawn]
    every = [number for of_page in numbers for number in of_page]
    if not all(numbers) or len(set(every)) != len(every):
        return ()
    return tuple(frozenset(map(int, of_page)) for of_page in numbers)
