"""Tells pages without text apart by what they draw: outlines by their places, pictures by their data."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

DrawnMark = tuple[int, tuple[int, ...], int]  # kind, box in whole points, hash of a picture's data

_FORMS_DEEP = 4
_KINDS = [pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING]


def marks_on(page: pypdfium2.PdfPage) -> Iterator[DrawnMark]:
    """Yield every path and picture of a page; the same ones of the same page in another state of its file."""
    for one in page.get_objects(filter=_KINDS, max_depth=_FORMS_DEEP):
        box = tuple(round(side) for side in one.get_bounds())
        content = hash(bytes(one.get_data())) if isinstance(one, pypdfium2.PdfImage) else 0
        yield one.type, box, content
