"""Finds seal impressions that are no bitmap of their own: drawn by paths, in strips or tiles, or part of a larger
picture. The page is drawn without its text, and the parts of a seal's size are kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from harness.reading.ink import bitmap_digest, ink64_of, ink_levels
from harness.reading.limits import ReaderLimits
from harness.reading.seal_regions import fits_seal, seal_regions
from harness.records.reading import ImageRead

Box = tuple[float, float, float, float]  # left, bottom, right, top in points

_POINTS_PER_MM = 72 / 25.4
_PIXELS_PER_MM = 10  # 254 dpi: an 8 mm seal has 80 pixels, a page 6 megapixels
_PATH_SEGMENTS = 48  # on the page: an impression has hundreds, the rules and frames of a form fewer
_FORMS_DEEP = 6
_FEW_CHARACTERS = 30  # less text than any form has: what the page is stands in a picture
_SEAL_WORDS = re.compile("印影|印鑑|登録印")
# titles of the certificates that bear no registered seal; a page that has one needs no search
_OTHER_TITLES = re.compile("住民票|[戸⼾戶]籍|附票|所得|課税|納税|全部事項|個人事項")
_BLANKS = re.compile(r"\s+")


def may_bear_a_seal(text: str) -> bool:
    """Tell whether a page with this text may bear a registered seal: unless it is another kind of certificate."""
    text = _BLANKS.sub("", text)
    return len(text) < _FEW_CHARACTERS or bool(_SEAL_WORDS.search(text)) or not _OTHER_TITLES.search(text)


def drawn_seals(page: pypdfium2.PdfPage, bitmaps: Sequence[Box], limits: ReaderLimits) -> list[ImageRead]:
    """Return the parts of the drawn page that may be seal impressions; `bitmaps` are the boxes of its bitmaps.

    Draws nothing where the page has bitmaps of a seal's size and hardly anything else. Hides the page's text
    objects: call it when they have been read.
    """
    objects = list(_objects(page, limits.page_objects))
    if not objects or not _needed(objects, bitmaps):
        return []
    _hide_text(objects)
    picture = _draw(page, limits)
    ink = ink_levels(picture) if picture is not None else None
    if ink is None:
        return []
    height = page.get_height()
    return [_region(ink, box, height) for box in seal_regions(ink, _PIXELS_PER_MM)]


_Object = tuple[pdfium.FPDF_PAGEOBJECT, int, float]  # handle, type, scale of the enclosing forms


def _objects(page: pdfium.FPDF_PAGE, most: int) -> Iterator[_Object]:
    """Yield the objects of a page, forms opened up, at most so many."""
    stack: list[tuple[object, int, float]] = [(None, 0, 1.0)]
    while stack and most > 0:
        form, index, scale = stack.pop()
        count = pdfium.FPDFPage_CountObjects(page) if form is None else pdfium.FPDFFormObj_CountObjects(form)
        if index >= count:
            continue
        stack.append((form, index + 1, scale))
        most -= 1
        handle = pdfium.FPDFPage_GetObject(page, index) if form is None else pdfium.FPDFFormObj_GetObject(form, index)
        if not handle:
            continue
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind != pdfium.FPDF_PAGEOBJ_FORM:
            yield handle, kind, scale
        elif len(stack) <= _FORMS_DEEP:
            stack.append((handle, 0, scale * _enlargement(handle)))


def _enlargement(form: pdfium.FPDF_PAGEOBJECT) -> float:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(form, matrix)
    return math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))


def _needed(objects: Sequence[_Object], bitmaps: Sequence[Box]) -> bool:
    """Tell whether anything but bitmaps of a seal's size could show a seal."""
    if not bitmaps or not all(_fits(box) for box in bitmaps):
        return True
    segments = 0
    for handle, kind, _ in objects:
        if kind == pdfium.FPDF_PAGEOBJ_SHADING:
            return True
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            segments += max(0, pdfium.FPDFPath_CountSegments(handle))
            if segments >= _PATH_SEGMENTS:
                return True
    return False


def _hide_text(objects: Sequence[_Object]) -> None:
    """Take text off the page, but for glyphs as large as a seal: it may cross the impression."""
    for handle, kind, scale in objects:
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            left, bottom, right, top = _bounds(handle)
            if not _fits((left * scale, bottom * scale, right * scale, top * scale)):
                pdfium.FPDFPageObj_SetIsActive(handle, False)


def _bounds(handle: pdfium.FPDF_PAGEOBJECT) -> Box:
    sides = [pdfium.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(handle, *sides)
    return sides[0].value, sides[1].value, sides[2].value, sides[3].value


def _fits(box: Box) -> bool:
    return fits_seal((box[2] - box[0]) / _POINTS_PER_MM, (box[3] - box[1]) / _POINTS_PER_MM)


def _draw(page: pypdfium2.PdfPage, limits: ReaderLimits) -> Image.Image | None:
    """Return the page in 8-bit grey, None where it is too large."""
    scale = _PIXELS_PER_MM / _POINTS_PER_MM
    width, height = page.get_size()
    if width * height * scale * scale > limits.image_megapixels * 1e6:
        return None
    try:
        picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    return picture


def _region(ink: Image.Image, box: tuple[int, int, int, int], height: float) -> ImageRead:
    """Return one part of the drawn page; its place is given on the page as it is seen."""
    part = ink.crop(box)
    left, top, right, bottom = (side * _POINTS_PER_MM / _PIXELS_PER_MM for side in box)
    return ImageRead(
        digest=bitmap_digest(part),
        width=part.width,
        height=part.height,
        box=(left, height - bottom, right, height - top),
        ink64=ink64_of(part),
    )
