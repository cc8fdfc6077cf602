"""Reads a page as its glyphs decode, where marked content claims another text (ActualText, PDF 32000-1, 14.9.4).

Producers claim the right text where a glyph stands for several characters. What is claimed may also be an earlier
person's: PDFium, like all readers, then gives text that nobody sees. Both are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from harness.reading import pdfium_calls as calls

_CLAIM = b"ActualText"


def glyph_text(page: pypdfium2.PdfPage, texts: Sequence[calls.Handle]) -> str:
    """Return the page's text without what is claimed of its `texts`, "" where nothing is; the claims are dropped."""
    claims = [(text, mark) for text in texts for mark in _claims(text)]
    for text, mark in claims:
        calls.remove_mark(text, mark)
    return str(page.get_textpage().get_text_range()) if claims else ""


def _claims(text: calls.Handle) -> list[calls.Handle]:
    marks = (calls.mark_at(text, number) for number in range(calls.count_marks(text)))
    return [mark for mark in marks if calls.mark_entry_type(mark, _CLAIM) == pdfium.FPDF_OBJECT_STRING]
