"""Pages seen as pictures: compared with judged baselines, region by region. Works on any layout, without a profile.

Pure functions on stored rasters; nothing here opens a PDF. OCR, where tesseract is installed, reads numbers and dates
only and never decides a name.
"""

from harness.picture.difference import differing
from harness.picture.donors import whose
from harness.picture.learning import learn_regions
from harness.picture.oracle import BaselinePage, PictureOracle
from harness.picture.raster import DPI, Raster

__all__ = ["DPI", "BaselinePage", "PictureOracle", "Raster", "differing", "learn_regions", "whose"]
