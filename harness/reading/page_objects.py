"""Walks a page's drawing objects for text that a reader of paper would not see, and for placed pictures.

PDFium's text layer holds every glyph, the invisible, white, covered and off-page ones too: that text is good for
finding leaks and no proof of print.
"""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import addressof, byref, c_float, c_int, c_uint
from dataclasses import dataclass, field

import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_FORMS_DEEP = 6  # nested forms beyond this are not walked; a self-drawing form ends here
_INVISIBLE = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})
_WHITE_FROM = 0xF0  # of each colour channel: lighter cannot be told from paper
_DARK_BELOW = 0xC8  # of some colour channel: white text shows on it
_FAINT_ALPHA = 0x10
_COVER_POINTS = 5.0  # thinner shapes are rules and frames, not covers
_SLACK_POINTS = 1.0
# PDFium answers through pointers. A process reads one page at a time, so one set of cells serves all calls: making
# new ones takes longer than the calls.
_colour = tuple(c_uint() for _ in range(4))
_colour_at = tuple(byref(cell) for cell in _colour)
_sides = tuple(c_float() for _ in range(4))
_sides_at = tuple(byref(cell) for cell in _sides)


@dataclass(slots=True)
class PlacedImage:
    """A bitmap on the page; the handle is valid while the page is open."""

    handle: pdfium.FPDF_PAGEOBJECT
    box: Box


@dataclass(slots=True)
class PageObjects:
    """What the walk found."""

    hidden: set[int] = field(default_factory=set)  # addresses of text objects that cannot be seen
    images: list[PlacedImage] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True)
class _Text:
    order: int
    handle: pdfium.FPDF_PAGEOBJECT
    matrix: Matrix
    white: bool


@dataclass(slots=True)
class _Shape:
    order: int
    box: Box
    dark: bool


def walk(page: pdfium.FPDF_PAGE, most: int) -> PageObjects:
    """Walk the drawing objects of an open PDFium page, at most `most` of them, forms opened up."""
    found = PageObjects()
    texts: list[_Text] = []
    shapes: list[_Shape] = []
    for handle, matrix in _objects(page, most):
        found.count += 1
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            _see_text(handle, matrix, found, texts)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            box = _bounds(handle, matrix)
            found.images.append(PlacedImage(handle, box))
            if not pdfium.FPDFPageObj_HasTransparency(handle):
                shapes.append(_Shape(found.count, box, dark=True))
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            shapes.extend(_filled_area(handle, matrix, found.count))
    last = max((s.order for s in shapes), default=0)
    found.hidden.update(
        addressof(t.handle.contents) for t in texts if (t.white or t.order < last) and _unseen(t, shapes)
    )
    return found


def _objects(page: pdfium.FPDF_PAGE, most: int) -> Iterator[tuple[pdfium.FPDF_PAGEOBJECT, Matrix]]:
    """Yield (handle, matrix of the enclosing forms) in drawing order."""
    stack: list[tuple[pdfium.FPDF_PAGEOBJECT, int, int, Matrix]] = [
        (None, 0, pdfium.FPDFPage_CountObjects(page), _IDENTITY)
    ]
    while stack and most > 0:
        form, index, count, matrix = stack.pop()
        if index >= count:
            continue
        stack.append((form, index + 1, count, matrix))
        handle = pdfium.FPDFPage_GetObject(page, index) if form is None else pdfium.FPDFFormObj_GetObject(form, index)
        most -= 1
        if not handle:
            continue
        if pdfium.FPDFPageObj_GetType(handle) != pdfium.FPDF_PAGEOBJ_FORM:
            yield handle, matrix
        elif len(stack) <= _FORMS_DEEP:
            stack.append((handle, 0, pdfium.FPDFFormObj_CountObjects(handle), _within(_matrix(handle), matrix)))


def _see_text(handle: pdfium.FPDF_PAGEOBJECT, matrix: Matrix, found: PageObjects, texts: list[_Text]) -> None:
    red, green, blue, alpha = _fill(handle)
    if pdfium.FPDFTextObj_GetTextRenderMode(handle) in _INVISIBLE or alpha < _FAINT_ALPHA:
        found.hidden.add(addressof(handle.contents))
        return
    white = red >= _WHITE_FROM and green >= _WHITE_FROM and blue >= _WHITE_FROM
    texts.append(_Text(found.count, handle, matrix, white))


def _filled_area(handle: pdfium.FPDF_PAGEOBJECT, matrix: Matrix, order: int) -> list[_Shape]:
    """Return the path as an area that could cover or back text; nothing for rules, frames and outlines."""
    box = _bounds(handle, matrix)
    if box[2] - box[0] < _COVER_POINTS or box[3] - box[1] < _COVER_POINTS:
        return []
    mode, stroke = c_int(), c_int()
    pdfium.FPDFPath_GetDrawMode(handle, byref(mode), byref(stroke))
    red, green, blue, alpha = _fill(handle)
    if not mode.value or alpha < 0xFF or pdfium.FPDFPageObj_HasTransparency(handle):
        return []
    return [_Shape(order, box, dark=min(red, green, blue) < _DARK_BELOW)]


def _unseen(text: _Text, shapes: list[_Shape]) -> bool:
    """Tell whether something opaque lies over the text, or whether it is white and nothing dark lies under it."""
    box = _bounds(text.handle, text.matrix)
    around = [s for s in shapes if _contains(s.box, box)]
    if any(s.order > text.order for s in around):
        return True
    return text.white and not any(s.dark for s in around)


def _contains(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + _SLACK_POINTS
        and outer[1] <= inner[1] + _SLACK_POINTS
        and outer[2] >= inner[2] - _SLACK_POINTS
        and outer[3] >= inner[3] - _SLACK_POINTS
    )


def _fill(handle: pdfium.FPDF_PAGEOBJECT) -> tuple[int, int, int, int]:
    """Return the fill colour (red, green, blue, alpha); opaque black where PDFium cannot tell."""
    if not pdfium.FPDFPageObj_GetFillColor(handle, *_colour_at):
        return 0, 0, 0, 0xFF
    red, green, blue, alpha = _colour
    return red.value, green.value, blue.value, alpha.value


def _bounds(handle: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> Box:
    pdfium.FPDFPageObj_GetBounds(handle, *_sides_at)
    left, bottom, right, top = _sides
    box = (left.value, bottom.value, right.value, top.value)
    return box if matrix is _IDENTITY else _moved(box, matrix)


def _moved(box: Box, matrix: Matrix) -> Box:
    """Return the upright box around `box` after `matrix`."""
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x in (box[0], box[2]) for y in (box[1], box[3])]
    ys = [b * x + d * y + f for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(handle: pdfium.FPDF_PAGEOBJECT) -> Matrix:
    m = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(handle, byref(m))
    return m.a, m.b, m.c, m.d, m.e, m.f


def _within(inner: Matrix, outer: Matrix) -> Matrix:
    """Return the matrix that applies `inner`, then `outer` (PDF 32000-1, 8.3.4)."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)
