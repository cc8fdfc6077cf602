"""A page as 8-bit grey at 100 dpi, 0 ink to 255 paper: from PNG, and as ink for arithmetic."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

DPI = 100  # enough to tell twins of one variant character apart, and no slower to draw than less (font parsing costs)
MOST_PIXELS = 20_000_000  # an A2 page has 7.7 million; larger ones are no certificates
_PAPER_FROM = 128  # darker than this is no paper, however much of it there is
_LEAST_CONTRAST = 40  # an empty page's noise must not be stretched to ink

Raster = NDArray[np.uint8]  # rows, columns
Ink = NDArray[np.float32]  # rows, columns; 0 paper, 1 ink


class Tones(NamedTuple):
    """What is paper on a page, and how much darker full ink is."""

    paper: int
    contrast: int


def from_png(png: bytes) -> Raster:
    """Return the raster in a PNG file; raise ValueError where it is none or larger than any page."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError(f"a picture of {picture.width} x {picture.height} pixels is no page")
            return np.asarray(picture.convert("L"))
    except (UnidentifiedImageError, OSError, SyntaxError) as e:
        raise ValueError(f"not a whole PNG file: {e}") from None


def ink_of(raster: Raster) -> Ink:
    """Return ink from 0 to 1: the paper's own tone taken off, so that grey scans compare with white pages."""
    return ink_by(tones_of(raster), raster)


def tones_of(raster: Raster) -> Tones:
    """Return the tones of a page's paper and of its full ink."""
    counts = np.asarray(Image.fromarray(raster).histogram())
    paper = _PAPER_FROM + int(counts[_PAPER_FROM:].argmax()) if counts[_PAPER_FROM:].any() else 255
    dark = int(np.searchsorted(np.cumsum(counts), raster.size // 1000))  # the darkest thousandth is full ink
    return Tones(paper, max(paper - dark, _LEAST_CONTRAST))


def ink_by(tones: Tones, raster: Raster) -> Ink:
    """Return the ink of a page, or of a part of one, whose tones are known."""
    ink = raster.astype(np.float32)
    np.subtract(tones.paper, ink, out=ink)
    ink /= tones.contrast
    return np.clip(ink, 0.0, 1.0, out=ink)
