"""Walks a page's drawing objects for text that a reader of paper would not see, and for placed pictures.

PDFium's text layer holds every glyph, the invisible, white, covered and off-page ones too: that text is good for
finding leaks and no proof of print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import byref, cast
from dataclasses import dataclass, field

import pypdfium2.raw as pdfium

from harness.reading import pdfium_calls as calls

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_FORMS_DEEP = 6  # nested forms beyond this are not walked; a self-drawing form ends here
_INVISIBLE = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})
_WHITE_FROM = 0xF0  # of each colour channel: lighter cannot be told from paper
_DARK_BELOW = 0xC8  # of some colour channel: white text shows on it
_FAINT_ALPHA = 0x10
_BLACK = [0, 0, 0, 0xFF]
_COVER_POINTS = 5.0  # thinner shapes are rules and frames, not covers
_SLACK_POINTS = 1.0
_Text = tuple[int, calls.Handle, Matrix, bool]  # order, handle, matrix of the enclosing forms, white
# how to get a container's objects, the container, the places left to walk, its matrix
_Walked = tuple[Callable[..., calls.Handle], calls.Handle, Iterator[int], Matrix]


@dataclass(slots=True)
class PlacedImage:
    """A bitmap on the page; the handle is valid while the page is open."""

    handle: pdfium.FPDF_PAGEOBJECT
    box: Box
    order: int = 0  # in which it is drawn
    covered: bool = False  # something opaque that is drawn later has a box around it


@dataclass(slots=True)
class _Shape:
    order: int
    box: Box
    dark: bool


@dataclass(slots=True)
class PageObjects:
    """What the walk found."""

    hidden: set[int] = field(default_factory=set)  # addresses of text objects that cannot be seen
    images: list[PlacedImage] = field(default_factory=list)
    texts: list[calls.Handle] = field(default_factory=list)  # all others
    forms: list[calls.Handle] = field(default_factory=list)  # of the page itself, not those within them
    count: int = 0
    form_count: int = 0  # of all forms, those within others too


def walk(page: pdfium.FPDF_PAGE, most: int) -> PageObjects:
    """Walk the drawing objects of an open PDFium page, at most `most` of them, forms opened up."""
    found = PageObjects()
    texts: list[_Text] = []
    shapes: list[_Shape] = []
    for handle, mode, matrix in _objects(calls.handle(page), most, found):
        found.count += 1
        if mode < 0:
            _see_other(handle, matrix, found, shapes)
            continue
        red, green, blue, alpha = _fill(handle)
        if mode in _INVISIBLE or alpha < _FAINT_ALPHA:
            found.hidden.add(handle.value or 0)
        else:
            white = red >= _WHITE_FROM and green >= _WHITE_FROM and blue >= _WHITE_FROM
            texts.append((found.count, handle, matrix, white))
    last = max((s.order for s in shapes), default=0)
    for image in found.images:
        image.covered = any(s.order > image.order and _contains(s.box, image.box) for s in shapes)
    found.texts = [t[1] for t in texts]
    found.hidden.update(t[1].value or 0 for t in texts if (t[3] or t[0] < last) and _unseen(t, shapes))
    return found


def _objects(page: calls.Handle, most: int, found: PageObjects) -> Iterator[tuple[calls.Handle, int, Matrix]]:
    """Yield (handle, mode of a text or -1, matrix of the enclosing forms) in drawing order; note forms in `found`."""
    at, container, matrix = calls.object_at, page, _IDENTITY
    places = iter(range(calls.count_objects(page)))
    around: list[_Walked] = []  # what the walk comes back to after a form
    while True:
        for index in places:
            if most <= 0:
                return
            most -= 1
            handle = at(container, index)
            if not handle:
                continue
            mode = calls.render_mode(handle)
            if mode >= 0 or calls.object_type(handle) != pdfium.FPDF_PAGEOBJ_FORM:
                yield handle, mode, matrix
            elif len(around) < _FORMS_DEEP:
                found.form_count += 1
                found.forms += [] if around else [handle]
                around.append((at, container, places, matrix))
                at, container, matrix = calls.form_object_at, handle, _within(_matrix(handle), matrix)
                places = iter(range(calls.count_form_objects(handle)))
                break
        else:
            if not around:
                return
            at, container, places, matrix = around.pop()


def _see_other(handle: calls.Handle, matrix: Matrix, found: PageObjects, shapes: list[_Shape]) -> None:
    """Note a picture, and an area that could cover or back text."""
    kind = calls.object_type(handle)
    if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
        box = _bounds(handle, matrix)
        found.images.append(PlacedImage(cast(handle, pdfium.FPDF_PAGEOBJECT), box, found.count))
        if not calls.has_transparency(handle):
            shapes.append(_Shape(found.count, box, dark=True))
    elif kind == pdfium.FPDF_PAGEOBJ_PATH:
        shapes.extend(_filled_area(handle, matrix, found.count))


def _filled_area(handle: calls.Handle, matrix: Matrix, order: int) -> list[_Shape]:
    """Return the path as an area that could cover or back text; nothing for rules, frames and outlines."""
    box = _bounds(handle, matrix)
    if box[2] - box[0] < _COVER_POINTS or box[3] - box[1] < _COVER_POINTS:
        return []
    calls.modes[0] = 0
    calls.draw_mode(handle, *calls.modes_at)
    if not calls.modes[0]:
        return []
    red, green, blue, alpha = _fill(handle)
    if alpha < 0xFF or calls.has_transparency(handle):
        return []
    return [_Shape(order, box, dark=min(red, green, blue) < _DARK_BELOW)]


def _unseen(text: _Text, shapes: list[_Shape]) -> bool:
    """Tell whether something opaque lies over the text, or whether it is white and nothing dark lies under it."""
    order, handle, matrix, white = text
    box = _bounds(handle, matrix)
    around = [s for s in shapes if _contains(s.box, box)]
    if any(s.order > order for s in around):
        return True
    return white and not any(s.dark for s in around)


def _contains(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + _SLACK_POINTS
        and outer[1] <= inner[1] + _SLACK_POINTS
        and outer[2] >= inner[2] - _SLACK_POINTS
        and outer[3] >= inner[3] - _SLACK_POINTS
    )


def _fill(handle: calls.Handle) -> list[int]:
    """Return the fill colour (red, green, blue, alpha); opaque black where PDFium cannot tell."""
    return calls.colour.tolist() if calls.fill_colour(handle, *calls.colour_at) else _BLACK


def _bounds(handle: calls.Handle, matrix: Matrix) -> Box:
    calls.bounds(handle, *calls.sides_at)
    left, bottom, right, top = calls.sides.tolist()
    box = (left, bottom, right, top)
    return box if matrix is _IDENTITY else _moved(box, matrix)


def _moved(box: Box, matrix: Matrix) -> Box:
    """Return the upright box around `box` after `matrix`."""
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x in (box[0], box[2]) for y in (box[1], box[3])]
    ys = [b * x + d * y + f for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(handle: calls.Handle) -> Matrix:
    m = pdfium.FS_MATRIX()
    calls.matrix_of(handle, byref(m))
    return m.a, m.b, m.c, m.d, m.e, m.f


def _within(inner: Matrix, outer: Matrix) -> Matrix:
    """Return the matrix that applies `inner`, then `outer` (PDF 32000-1, 8.3.4)."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)
