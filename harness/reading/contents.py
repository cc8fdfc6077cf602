"""Tells by their bytes what the streams of a file may claim of what they draw: one pass, before any page is read.

Whatever cannot be looked into may claim anything.
"""

from __future__ import annotations

import re

from msgspec import Struct

from harness.reading.file_parts import BEGINNING, Parts, Stream
from harness.reading.file_texts import looks_like_text

_CLAIM = b"ActualText"
# letters of a name may be written by their numbers
_CODED = re.compile(b"/" + b"".join(b"(?:%c|#%02x)" % (c, c) for c in _CLAIM), re.IGNORECASE)
_PROPERTIES = (b"/ActualText", b"/Alt", b"/E")
# streams that draw nothing: fonts by how they begin, others if their data do not look like text either
_FONTS = (b"\x00\x01\x00\x00", b"OTTO\x00", b"true\x00")
_NO_DRAWING = re.compile(rb"/(?:Image|Type1C|CIDFontType0C|OpenType|Length1|FunctionType|N\s+[134])\b")


class Contents(Struct, frozen=True, kw_only=True):
    """What is told of a file's streams."""

    claims: bool  # something claims texts of what is drawn, or may
    described: frozenset[int]  # places, among the streams, of those that may describe what they draw


def look_through(found: Parts, most: int) -> Contents:
    """Look through all streams of a file, unpacking at most `most` bytes of each."""
    claims = found.mentions(_CODED)
    described: set[int] = set()
    for place, stream in enumerate(found.streams):
        content = b"" if _draws_nothing(stream) else stream.unfolded(most)
        claims = claims or content is None or _claims(content)
        if not content or any(name in content for name in _PROPERTIES):
            described.add(place)
    return Contents(claims=claims, described=frozenset(described))


def _claims(content: bytes) -> bool:
    return _CLAIM in content or (b"#" in content and _CODED.search(content) is not None)


def _draws_nothing(stream: Stream) -> bool:
    beginning = stream.beginning or stream.data[:BEGINNING]
    return beginning.startswith(_FONTS) or (
        _NO_DRAWING.search(stream.header) is not None and not looks_like_text(beginning)
    )
