"""Small pictures of whole pages, to find the few baselines that a page is worth comparing with."""

from __future__ import annotations

import numpy as np
from PIL import Image

from harness.picture.raster import Ink, Raster

_ROWS, _COLUMNS = 96, 68


def thumbnail(raster: Raster) -> Ink:
    """Return a page's ink as a vector of mean 0 and length 1 (all 0 for an even page): the scalar product compares."""
    small = Image.fromarray(raster).resize((_COLUMNS, _ROWS), Image.Resampling.BOX)
    ink = np.asarray(1.0 - np.asarray(small, np.float32).ravel() / 255, np.float32)
    ink -= ink.mean()
    length = float(np.linalg.norm(ink))
    return ink / length if length else ink
