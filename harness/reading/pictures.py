"""Reads a page's placed bitmaps: digests, places, and the ink by which seals are compared."""

from __future__ import annotations

from ctypes import byref, c_uint

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from harness.reading.ink import bitmap_digest, ink64
from harness.reading.limits import ReaderLimits
from harness.reading.page_objects import PlacedImage
from harness.records.reading import ImageRead

_SEAL_POINTS = 34 * 72 / 25.4  # a seal is 8 to 25 mm, official ones to 30 mm; larger bitmaps get no ink


def read_image(page: pypdfium2.PdfPage, placed: PlacedImage, limits: ReaderLimits) -> ImageRead | None:
    """Read one placed bitmap; None where PDFium cannot decode it or it is over the limit."""
    width, height = c_uint(), c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(placed.handle, byref(width), byref(height))
    if not 0 < width.value * height.value <= limits.image_megapixels * 1e6:
        return None
    left, bottom, right, top = placed.box
    small = max(right - left, top - bottom) <= _SEAL_POINTS
    bitmap = _decode(page, placed, masked=small)
    if bitmap is None:
        return None
    return ImageRead(
        digest=bitmap_digest(bitmap),
        width=bitmap.width,
        height=bitmap.height,
        box=placed.box,
        ink64=ink64(bitmap) if small else "",
    )


def _decode(page: pypdfium2.PdfPage, placed: PlacedImage, *, masked: bool) -> Image.Image | None:
    """Return the bitmap as it stands on the page.

    With its mask where a stamp's shape is in the mask and its colour one black block.
    """
    image = pypdfium2.PdfImage(placed.handle, page=page)
    render = masked and bool(pdfium.FPDFPageObj_HasTransparency(placed.handle))
    try:
        bitmap: Image.Image = image.get_bitmap(render=render).to_pil()
        return bitmap.copy() if render else _upright(bitmap, image.get_matrix())
    except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError):
        return None


def _upright(bitmap: Image.Image, matrix: pypdfium2.PdfMatrix) -> Image.Image:
    """Turn and mirror a bitmap by quarter turns as its placement does: producers store pictures upside down, too."""
    a, b, c, d, _, _ = matrix.get()
    if abs(b) + abs(c) > abs(a) + abs(d):
        bitmap = bitmap.transpose(Image.Transpose.TRANSPOSE)
        a, d = -c, -b
    if a < 0:
        bitmap = bitmap.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if d < 0:
        bitmap = bitmap.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return bitmap.copy()
