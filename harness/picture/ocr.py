"""Optical character recognition by tesseract, where it is installed: for numbers and dates, never for a name.

Measured on certificates: numbers and dates are read without an error, names in six of ten cells, variant characters
in three. So nothing but figures and dates is taken from what it reads.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import lru_cache

from msgspec import Struct

from harness.reading.dates import Day, find_dates
from harness.reading.fold import fold

INSTALL_JA = "tesseract と日本語データがありません。Debian/Ubuntu: apt install tesseract-ocr tesseract-ocr-jpn"
INSTALL_EN = "tesseract with Japanese data is not installed. Debian/Ubuntu: apt install tesseract-ocr tesseract-ocr-jpn"
OCR_DPI = 200  # at 100 a figure now and then is another
_TIME_LIMIT_S = 30.0  # a page takes 0.2 to 0.4 s
_NUMBER = re.compile(r"[0-9][0-9-]{4,}")  # shorter ones are ages and counts, of which a page is full


class Figures(Struct, frozen=True, kw_only=True):
    """What OCR may be believed in."""

    dates: tuple[Day, ...] = ()
    numbers: tuple[str, ...] = ()  # of five figures and more, as printed


@lru_cache(maxsize=1)
def available() -> bool:
    """Tell whether tesseract and its Japanese data are there."""
    if shutil.which("tesseract") is None:
        return False
    said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=_TIME_LIMIT_S, check=False)
    return b"jpn" in said.stdout.split()


def read_figures(png: bytes, dpi: int = OCR_DPI) -> Figures:
    """Return the dates and long numbers on a page; nothing where tesseract fails. Raises OSError where it is absent."""
    try:
        said = subprocess.run(
            ["tesseract", "stdin", "stdout", "-l", "jpn", "--dpi", str(dpi), "--psm", "6"],
            input=png,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # pages are read side by side; its own threads only wait
            capture_output=True,
            timeout=_TIME_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Figures()
    return figures_in(said.stdout.decode("utf-8", "replace")) if said.returncode == 0 else Figures()


def figures_in(text: str) -> Figures:
    """Return the dates and long numbers in a recognised text, each once, in its order."""
    folded = fold(text)
    days = dict.fromkeys(day for _, _, day in find_dates(folded))
    return Figures(dates=tuple(days), numbers=tuple(dict.fromkeys(_NUMBER.findall(folded))))
