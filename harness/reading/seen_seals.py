"""Tells whether a seal's bitmap is to be seen on the page: not under an opaque shape, not in a layer switched off.

The bitmap in the file says what would be printed; only drawing the page says what is. Asked of the few bitmaps for
which there is a reason to doubt it: everything else would pay for drawing.
"""

from __future__ import annotations

import base64

import numpy as np
import pypdfium2
from PIL import Image

from harness.reading.ink import INK_SIDE, ink64_of, ink_levels
from harness.records.reading import ImageRead

_PIXELS_PER_POINT = 254 / 72  # as drawn seals: an 8 mm seal has 80 pixels
_LEAST_ALIKE = 0.6  # correlation of the bitmap with what is drawn there; text or a rule across it leaves 0.8 and more


def is_seen(page: pypdfium2.PdfPage, image: ImageRead) -> bool:
    """Tell whether what is drawn at a bitmap's place is the bitmap. True where that cannot be told."""
    if page.get_rotation() or not image.ink64:
        return True
    drawn = _drawn(page, image)
    if drawn is None:
        return True
    ink = ink_levels(drawn)
    if ink is None:
        return False  # an even area: nothing stands there
    return _alike(image.ink64, ink64_of(ink)) >= _LEAST_ALIKE


def _drawn(page: pypdfium2.PdfPage, image: ImageRead) -> Image.Image | None:
    left, bottom, right, top = page.get_bbox()
    box = image.box
    margins = (box[0] - left, box[1] - bottom, right - box[2], top - box[3])
    crop = tuple(max(0.0, margin) for margin in margins)
    try:
        picture: Image.Image = page.render(
            scale=_PIXELS_PER_POINT, crop=crop, grayscale=True, optimize_mode="print"
        ).to_pil()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    return picture


def _alike(one: str, other: str) -> float:
    """Return the correlation of two 64 x 64 inks."""
    if not one or not other:
        return 0.0
    a, b = (np.frombuffer(base64.b64decode(ink), np.uint8).astype(np.float64) for ink in (one, other))
    if a.size != b.size or a.size != INK_SIDE * INK_SIDE:
        return 0.0
    a, b = a - a.mean(), b - b.mean()
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length else 0.0
