"""The fonts of the corpus: IPAexGothic, Noto Sans CJK JP, and a font with one private-use character."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import matplotlib_fontja
import noto_cjk_sans_jp_regular
from fontTools import subset
from fontTools.ttLib import TTFont

IPAEX = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
NOTO = Path(noto_cjk_sans_jp_regular.__file__).parent / "NotoSansCJKjp-Regular.otf"
GAIJI = 0xE001
GAIJI_FAMILY = "ReikawaGaiji"
_LIKE = 0x76CA  # 益


def scratch(purpose):
    """Return a new folder that goes with this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"corpus_{purpose}_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def gaiji_font():
    """Return the path of a TrueType font that holds U+E001 alone, made for this process."""
    font = TTFont(IPAEX)
    options = subset.Options(layout_features=[], name_IDs=[1, 2, 3, 4, 6], notdef_outline=True)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[_LIKE])
    cut.subset(font)
    for table in font["cmap"].tables:
        if hasattr(table, "cmap"):
            table.cmap = dict.fromkeys([GAIJI], table.cmap[_LIKE]) if _LIKE in table.cmap else {}
    font["cmap"].tables = [t for t in font["cmap"].tables if t.format in {4, 12}]
    for record in font["name"].names:
        record.string = GAIJI_FAMILY
    path = scratch("fonts") / "gaiji.ttf"
    font.save(path)
    return path


@cache
def small_font(characters):
    """Return the path of IPAexGothic cut down to `characters`, for producers that embed more than they use."""
    font = TTFont(IPAEX)
    cut = subset.Subsetter(subset.Options(layout_features=[], notdef_outline=True))
    cut.populate(text=characters)
    cut.subset(font)
    path = scratch("fonts") / "small.ttf"
    font.save(path)
    return path


def runs(text):
    """Yield (font, text) for stretches of one font: "ja" or "gaiji"."""
    run, font = "", "ja"
    for character in text:
        kind = "gaiji" if ord(character) == GAIJI else "ja"
        if kind != font and run:
            yield font, run
            run = ""
        font, run = kind, run + character
    if run:
        yield font, run
