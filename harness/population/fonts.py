"""Where the glyphs come from: licensed fonts of Python packages, and our own for private-use characters."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

from harness.errors import HonninError
from harness.population.gaiji import gaiji_font


def ipaex_gothic() -> Path:
    """Return the file of IPAexGothic (package matplotlib-fontja, found without importing it and matplotlib)."""
    return _package_folder("matplotlib_fontja") / "fonts" / "ipaexg.ttf"


def noto_sans_cjk() -> Path:
    """Return the file of Noto Sans CJK JP (package noto-cjk-sans-jp-regular), for what IPAexGothic lacks: 𠮷."""
    return _package_folder("noto_cjk_sans_jp_regular") / "NotoSansCJKjp-Regular.otf"


def _package_folder(package: str) -> Path:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise HonninError(f"the font package {package} is not installed; install honnin with its dependencies")
    return Path(found.submodule_search_locations[0])


class Typeface:
    """One font: what it covers, and its glyphs at any size."""

    def __init__(self, source: Path | bytes) -> None:
        """Open a font file or a font in memory."""
        self._source = source
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}
        with TTFont(BytesIO(source) if isinstance(source, bytes) else source, lazy=True) as font:
            self._characters = frozenset(font.getBestCmap())
            self._sequences = frozenset(
                (base, selector)
                for table in font["cmap"].tables
                if table.format == 14
                for selector, bases in table.uvsDict.items()
                for base, _ in bases
            )

    def covers(self, character: str) -> bool:
        """Return whether there is a glyph for a character, or for a base character with its variation selector."""
        if len(character) == 2:
            return (ord(character[0]), ord(character[1])) in self._sequences
        return ord(character) in self._characters

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Return the font at a size in pixels, for drawing."""
        if size not in self._sizes:
            source = BytesIO(self._source) if isinstance(self._source, bytes) else self._source
            self._sizes[size] = ImageFont.truetype(source, size)
        return self._sizes[size]


@cache
def typefaces() -> tuple[Typeface, ...]:
    """Return the fonts in the order in which they are asked for a character."""
    return Typeface(ipaex_gothic()), Typeface(noto_sans_cjk()), Typeface(gaiji_font())


def characters_of(text: str) -> list[str]:
    """Split a text into what a font must draw: characters, each with the variation selector that follows it."""
    out: list[str] = []
    for char in text:
        if out and 0xE0100 <= ord(char) <= 0xE01EF:
            out[-1] += char
        else:
            out.append(char)
    return out


def uncovered(text: str) -> set[str]:
    """Return the characters that none of the fonts draws. Spaces and line ends need no glyph."""
    wanted = {char for char in characters_of(text) if not char.isspace()}
    return {char for char in wanted if not any(face.covers(char) for face in typefaces())}
