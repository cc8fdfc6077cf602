"""Collects the texts that a file holds beside its pages: strings of its dictionaries, streams that are text.

Titles, bookmarks, field values, scripts, forms data (XFA), attached lists: whoever is named there is named in the file
that was handed over. The bytes are looked through, not the document: see `file_parts`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Container, Generator, Iterator

from harness.reading.file_parts import Parts, Stream
from harness.reading.string_objects import string_bytes

_STRING = re.compile(rb"\((?:[^()\\]|\\.|\([^()]{0,400}\)){1,4000}\)|<[0-9A-Fa-f\s]{8,8000}>", re.DOTALL)
_MAY_HOLD_STRINGS = re.compile(rb"\(|<[0-9A-Fa-f]")
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W\d_]{2}")
# streams that are no text: pictures, fonts, maps of theirs, colour profiles, functions, forms (read as pages are)
_NO_TEXT = re.compile(
    rb"/(?:Image|Type1C|CIDFontType0C|OpenType|Length1|XRef|FunctionType|ShadingType|BBox|PatternType|Alternate|CMap"
    rb"|N\s+[134])\b"
)
_DRAWING = re.compile(rb"(?:^|\s)(?:BT|ET|cm|Do|re|Tf|gs|BDC|BMC|RG|rg|cs|scn|begincmap|begincodespacerange)(?:\s|$)")
_TAGGED = b"/StructTreeRoot"
_PROPERTIES = re.compile(rb"/(?:ActualText|Alt|E)\s*(" + _STRING.pattern + rb")", re.DOTALL)
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
_CONTROLS = bytes(c for c in range(0x20) if c not in b"\t\r\n\f")
_MAPS = (b"/CIDInit", b"%!PS-Adobe-3.0 Resource-CMap")
_SIGNS = 0.1  # of a text may be controls; of pictures and fonts a quarter is


def file_texts(found: Parts, most: int, described: Container[int]) -> Generator[str, None, int]:
    """Yield the texts, unpacking at most `most` bytes of streams; return how many more might be unpacked.

    Nothing of an encrypted file can be read so. `described` are the places of the streams that may describe what they
    draw.
    """
    tagged = any(_TAGGED in text for text in found.plain) or any(_TAGGED in text for _, text in found.packed)
    for text in found.plain:
        yield from _strings(text)
        if not text.isascii():
            yield from _lines(_STRING.sub(b" ", text))
    for _, text in found.packed:
        yield from _strings(text)
    for place, stream in enumerate(found.streams):
        if most <= 0 or holds_no_text(stream):
            continue
        beginning = stream.beginning
        if beginning.startswith(_MAPS):
            continue
        if _DRAWING.search(beginning):
            looked_into = place in described and (tagged or b"/ActualText" in beginning)
            content = stream.unpacked(most) if looked_into else b""
            yield from (s for m in _PROPERTIES.finditer(content) if _WORD.search(s := decoded(string_bytes(m[1]))))
        elif looks_like_text(beginning):
            content = stream.unpacked(most)
            yield plain_text(content)
        else:
            continue
        most -= len(content)
    return most


def holds_no_text(stream: Stream) -> bool:
    """Tell whether a stream's dictionary says that it is a picture, a font or the like."""
    return _NO_TEXT.search(stream.header) is not None


def plain_text(content: bytes) -> str:
    """Return a text without its tags, in whichever encoding it is."""
    return html.unescape(_TAG.sub(" ", decoded(content) or content.decode("cp932", "replace")))


def _strings(text: bytes) -> Iterator[str]:
    """Yield the strings of dictionaries that may name somebody."""
    for found in _STRING.finditer(text) if _MAY_HOLD_STRINGS.search(text) else ():
        string = decoded(string_bytes(found.group()))
        if _WORD.search(string):
            yield string


def _lines(text: bytes) -> Iterator[str]:
    """Yield lines that are no part of any dictionary and not in ASCII: comments, and what stands around the PDF."""
    yield from (decoded(line) for line in text.splitlines() if not line.isascii())


def decoded(text: bytes) -> str:
    """Return text in whichever encoding is met in Japan: UTF-16 with its mark, UTF-8, Shift JIS, EUC-JP.

    "" where it is in none: identifiers and check sums are strings, too.
    """
    if text.startswith((b"\xfe\xff", b"\xff\xfe")):
        return text.decode("utf-16", "replace")
    if text.isascii():
        return text.decode("ascii")
    if found := _decoded(text, "utf-8-sig"):
        return found
    found = _decoded(text, "cp932")
    if not found or _HALF_WIDTH_KANA.search(found):  # what EUC-JP becomes if taken for Shift JIS
        return _decoded(text, "euc_jp") or found
    return found


def _decoded(text: bytes, encoding: str) -> str:
    try:
        return text.decode(encoding)
    except UnicodeDecodeError:
        return ""


def looks_like_text(beginning: bytes) -> bool:
    """Tell whether what a stream begins with is text in any encoding: hardly any of it is controls."""
    if beginning.startswith((b"\xfe\xff", b"\xff\xfe")):
        return True
    controls = len(beginning) - len(beginning.translate(None, _CONTROLS))
    return bool(beginning) and controls <= _SIGNS * len(beginning) and b"\x00" not in beginning
