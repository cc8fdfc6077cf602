"""The population's private-use characters (外字): their font, made acceptable to the typesetter."""

from __future__ import annotations

import logging
from pathlib import Path

_POSTSCRIPT_NAME = 6  # OpenType name ID
_WINDOWS_UNICODE_EN_US = (3, 1, 0x409)


def lay_out_gaiji(font: Path, destination: Path) -> None:
    """Copy a TrueType font, naming it in PostScript where it is not: the typesetter ignores fonts without."""
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # remarks on the font's dates, of no use here
    with TTFont(font, recalcTimestamp=False) as loaded:
        names = loaded["name"]
        if names.getDebugName(_POSTSCRIPT_NAME) is None:
            names.setName("Gaiji-Regular", _POSTSCRIPT_NAME, *_WINDOWS_UNICODE_EN_US)
        loaded.save(destination)
