"""Reads a page as its glyphs decode, where marked content claims another text (ActualText, PDF 32000-1, 14.9.4).

Producers claim the right text where a glyph stands for several characters. What is claimed may also be an earlier
person's: PDFium, like all readers, then gives text that nobody sees. Both are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from harness.reading import pdfium_calls as calls
from harness.reading.file_parts import Parts
from harness.reading.file_texts import looks_like_text

_CLAIM = b"ActualText"
# letters of a name may be written by their numbers
_NAME = re.compile(b"/" + b"".join(b"(?:%c|#%02x)" % (c, c) for c in _CLAIM), re.IGNORECASE)
# streams that draw nothing: fonts by how they begin, others if their data do not look like text either
_FONTS = (b"\x00\x01\x00\x00", b"OTTO\x00", b"true\x00")
_NO_DRAWING = re.compile(rb"/(?:Image|Type1C|CIDFontType0C|OpenType|Length1|FunctionType|N\s+[134])\b")
_BEGINNING = 160


def may_claim(found: Parts, most: int) -> bool:
    """Tell whether anything in a file claims texts, or may: in a stream that cannot be looked into as a whole.

    Unpacks at most `most` bytes of each stream.
    """
    if found.mentions(_NAME):
        return True
    for stream in found.streams:
        beginning = stream.unpacked(_BEGINNING) or stream.data[:_BEGINNING]
        if beginning.startswith(_FONTS) or (_NO_DRAWING.search(stream.header) and not looks_like_text(beginning)):
            continue
        content = stream.unfolded(most)
        if content is None or _NAME.search(content):
            return True
    return False


def glyph_text(page: pypdfium2.PdfPage, texts: Sequence[calls.Handle]) -> str:
    """Return the page's text without what is claimed of its `texts`, "" where nothing is; the claims are dropped."""
    claims = [(text, mark) for text in texts for mark in _claims(text)]
    for text, mark in claims:
        calls.remove_mark(text, mark)
    return str(page.get_textpage().get_text_range()) if claims else ""


def _claims(text: calls.Handle) -> list[calls.Handle]:
    marks = (calls.mark_at(text, number) for number in range(calls.count_marks(text)))
    return [mark for mark in marks if calls.mark_entry_type(mark, _CLAIM) == pdfium.FPDF_OBJECT_STRING]
