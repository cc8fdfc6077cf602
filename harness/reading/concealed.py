"""Finds text that is drawn and does not show: in a layer that is switched off, or cut away by a clipping path.

PDFium does not tell; but it can draw the page with and without a text. A character whose place looks the same both
times is not on the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops

from harness.reading import pdfium_calls as calls
from harness.reading.file_parts import Parts
from harness.reading.page_objects import Box, PageObjects

_SCALE = 1.5  # pixels per point: a full stop of small print still leaves some grey
_LAYERS = re.compile(rb"/OCProperties\b")
_MOST_GROUPS = 6  # texts over texts over texts: what lies deeper is taken as seen
_FORMS_DEEP = 6
_Characters = dict[int | None, list[tuple[int, Box]]]  # by address of a text: places of its characters, and boxes
_SLACK_POINTS = 2.0  # accents and glyphs reach a little over the box that PDFium reckons


def has_layers(found: Parts) -> bool:
    """Tell whether a file may have optional content: its catalogue says so, or cannot be looked into."""
    return found.mentions(_LAYERS)


def concealed_characters(
    page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, found: PageObjects, *, layers: bool
) -> frozenset[int]:
    """Return the places, in PDFium's text of the page, of the characters of texts that are not on the paper.

    All texts are looked at where the document has `layers`, otherwise those that reach over their clipping path.
    """
    inside = frozenset() if layers else _inside_cut_forms(found.forms)
    suspects = [text for text in found.texts if layers or text.value in inside or _is_cut(text)]
    if not suspects:
        return frozenset()
    characters = _characters_of(suspects, calls.handle(text_page))
    unseen: set[int] = set()
    before, taken = _drawn(page), []
    try:
        for group in _apart(suspects, characters):
            for text in group:
                calls.set_active(text, 0)
            taken += group
            now = _drawn(page)
            changed = ImageChops.difference(before, now)
            before = now
            unseen.update(i for text in group for i, box in characters[text.value] if not _shows(page, box, changed))
    finally:
        for text in taken:
            calls.set_active(text, 1)
    return frozenset(unseen)


def _characters_of(texts: Sequence[calls.Handle], text_page: calls.Handle) -> _Characters:
    """Return the characters of some texts, by address: place in the text of the page, and box."""
    found: _Characters = {text.value: [] for text in texts}
    for index in range(max(0, calls.count_characters(text_page))):
        known = found.get(calls.text_object(text_page, index).value)
        if known is not None:
            calls.character_box(text_page, index, *calls.corners_at)
            left, right, bottom, top = calls.corners.tolist()
            known.append((index, (left, bottom, right, top)))
    return found


def _apart(texts: Sequence[calls.Handle], characters: _Characters) -> Iterator[list[calls.Handle]]:
    """Share texts out among groups, at most a few, in which none lies over another: each shows by itself."""
    groups: list[tuple[list[calls.Handle], list[Box]]] = []
    for text in (t for t in texts if characters[t.value]):
        corners = list(zip(*(box for _, box in characters[text.value]), strict=True))
        left, bottom, right, top = min(corners[0]), min(corners[1]), max(corners[2]), max(corners[3])
        for members, boxes in groups:
            if all(right <= b[0] or left >= b[2] or top <= b[1] or bottom >= b[3] for b in boxes):
                members.append(text)
                boxes.append((left, bottom, right, top))
                break
        else:
            if len(groups) < _MOST_GROUPS:
                groups.append(([text], [(left, bottom, right, top)]))
    return (members for members, _ in groups)


def _inside_cut_forms(of_page: Sequence[calls.Handle]) -> frozenset[int | None]:
    """Return the addresses of the objects in forms that reach over their clipping path."""
    found: set[int | None] = set()
    forms = [(form, 0) for form in of_page if _is_cut(form)]
    while forms:
        form, depth = forms.pop()
        for inner in (calls.form_object_at(form, i) for i in range(max(0, calls.count_form_objects(form)))):
            found.add(inner.value)
            if depth < _FORMS_DEEP and calls.object_type(inner) == pdfium.FPDF_PAGEOBJ_FORM:
                forms.append((inner, depth + 1))
    return frozenset(found)


def _is_cut(text: calls.Handle) -> bool:
    """Tell whether a text reaches over one of the boxes of its clipping path."""
    path = calls.clip_path(text)
    paths = calls.count_clip_paths(path) if path else 0
    if paths <= 0:
        return False
    calls.bounds(text, *calls.sides_at)
    left, bottom, right, top = calls.sides.tolist()
    for number in range(paths):
        xs, ys = _corners(path, number)
        if xs and (
            left < min(xs) - _SLACK_POINTS
            or right > max(xs) + _SLACK_POINTS
            or bottom < min(ys) - _SLACK_POINTS
            or top > max(ys) + _SLACK_POINTS
        ):
            return True
    return False


def _corners(path: calls.Handle, number: int) -> tuple[list[float], list[float]]:
    xs: list[float] = []
    ys: list[float] = []
    for place in range(max(0, calls.count_clip_segments(path, number))):
        segment = calls.clip_segment(path, number, place)
        if segment and calls.segment_point(segment, *calls.sides_at[:2]):
            x, y = calls.sides.tolist()[:2]
            xs.append(x)
            ys.append(y)
    return xs, ys


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    """Return the page as it is printed: layers for the screen alone are off."""
    rotation = page.get_rotation()
    bitmap = page.render(scale=_SCALE, rotation=(360 - rotation) % 360, grayscale=True, optimize_mode="print")
    picture: Image.Image = bitmap.to_pil().convert("L")
    return picture


def _shows(page: pypdfium2.PdfPage, box: Box, changed: Image.Image) -> bool:
    left, bottom, right, top = box
    if right <= left or top <= bottom:
        return True  # a space, or a glyph without ink: nothing to see either way
    origin, _, _, height = page.get_bbox()
    pixels = (
        int((left - origin) * _SCALE),
        int((height - top) * _SCALE),
        int((right - origin) * _SCALE) + 1,
        int((height - bottom) * _SCALE) + 1,
    )
    return changed.crop(pixels).getbbox() is not None
