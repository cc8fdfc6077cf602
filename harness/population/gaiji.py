"""Private-use characters (外字) of the test population and the font that draws them: shapes of our own invention."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import NamedTuple

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

_EM = 1000
_CREATED = 3_850_000_000  # seconds since 1904: fixed, for fontTools would write the clock
_STROKE = 56  # weight of a bar, close to a gothic text face


class Gaiji(NamedTuple):
    """One private-use character: what it stands for, and its bars as (x1, y1, x2, y2) in a 1000-unit square."""

    base: str
    bars: tuple[tuple[int, int, int, int], ...]


# The radical of motion (辶) in plain bars, then a right-hand part that no real character has.
_WALK = ((60, 700, 160, 640), (60, 480, 190, 480), (190, 480, 120, 120), (60, 120, 190, 60), (190, 60, 950, 20))
_TREE = ((40, 560, 420, 560), (230, 820, 230, 20), (230, 540, 60, 240), (230, 540, 400, 260))

GAIJI: dict[str, Gaiji] = {
    "\ue000": Gaiji(
        "邊",
        (*_WALK, (300, 800, 900, 800), (340, 680, 860, 680), (340, 680, 340, 440), (860, 680, 860, 440),
         (340, 560, 860, 560), (340, 440, 860, 440), (280, 340, 920, 340), (420, 340, 360, 140), (740, 340, 800, 140),
         (600, 340, 600, 160)),
    ),
    "\ue001": Gaiji(
        "辻",
        (*_WALK, (300, 620, 920, 620), (610, 860, 610, 140), (700, 760, 800, 700), (360, 300, 860, 300)),
    ),
    "\ue002": Gaiji(
        "榊",
        (*_TREE, (500, 740, 940, 740), (500, 740, 500, 300), (940, 740, 940, 300), (500, 520, 940, 520),
         (500, 300, 940, 300), (720, 860, 720, 20), (640, 140, 800, 140)),
    ),
}  # fmt: skip


def describe(characters: set[str]) -> dict[str, str]:
    """Return "U+E000" → what it stands for, for those of the characters that are ours."""
    return {f"U+{ord(char):04X}": f"{GAIJI[char].base}の見本外字" for char in sorted(characters) if char in GAIJI}


@cache
def gaiji_font() -> bytes:
    """Return a TrueType font with all our private-use characters; always the same bytes."""
    names = {char: f"uni{ord(char):04X}" for char in GAIJI}
    order = [".notdef", *names.values()]
    glyphs = {".notdef": TTGlyphPen(None).glyph(), **{names[char]: _glyph(GAIJI[char]) for char in GAIJI}}
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(char): name for char, name in names.items()})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(order, (_EM, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Mihon Gaiji", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.updateHead(created=_CREATED, modified=_CREATED)
    builder.font.recalcTimestamp = False
    out = BytesIO()
    builder.save(out)
    return out.getvalue()


def _glyph(gaiji: Gaiji) -> object:
    pen = TTGlyphPen(None)
    for bar in gaiji.bars:
        _draw_bar(pen, *bar)
    return pen.glyph()


def _draw_bar(pen: TTGlyphPen, x1: int, y1: int, x2: int, y2: int) -> None:
    """Draw one stroke as a rectangle around the line, clockwise, lowered to sit on the baseline's box."""
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    dx, dy = _STROKE / 2 * (x2 - x1) / length, _STROKE / 2 * (y2 - y1) / length
    corners = ((x1 - dy, y1 + dx), (x2 - dy, y2 + dx), (x2 + dy, y2 - dx), (x1 + dy, y1 - dx))
    pen.moveTo(_on_grid(corners[0]))
    for corner in corners[1:]:
        pen.lineTo(_on_grid(corner))
    pen.closePath()


def _on_grid(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0]), round(point[1]) - 60
