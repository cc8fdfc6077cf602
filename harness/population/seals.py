"""Seal impressions (印影) drawn so that no two look alike: own distortions of glyphs in a ring, black on white, 1 bit.

Drawn by ourselves: no seal carver's typeface is used, and no real seal is imitated.
"""

from __future__ import annotations

import base64
import math
import zlib
from functools import cache
from io import BytesIO
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from harness.population.fonts import characters_of, typefaces

SIZE_PX = 160  # an 18 mm seal at 225 dpi
_GLYPH_PX = 72
_MOST_CHARACTERS = 6
_WARP_PX = 13  # how far inner points of the distortion grid move: enough to part seals of one surname
_TILT_DEGREES = 9

# rows of every column, from right to left, for 1..6 characters
_LAYOUTS = {
    1: ((1,),),
    2: ((2,), (1, 1)),
    3: ((3,), (2, 1), (1, 2)),
    4: ((2, 2), (3, 1), (1, 3)),
    5: ((3, 2), (2, 3)),
    6: ((3, 3), (2, 2, 2)),
}


def draw_seal(text: str, seed: str) -> Image.Image:
    """Draw a seal with up to six characters of `text`, spaces left out; equal arguments draw equal pictures.

    Returns a picture of mode "1", 160 x 160, ink black (0) on white (255).
    """
    random = Random(seed)
    characters = [char for char in characters_of(text) if not char.isspace()][:_MOST_CHARACTERS]
    ink = Image.new("L", (SIZE_PX, SIZE_PX), 0)
    _set_characters(ink, characters, random)
    ink = ink.transform(ink.size, Image.Transform.MESH, _warp(random), Image.Resampling.BILINEAR)
    carved = _carve(ink, random)
    return ImageChops.invert(carved).convert("1", dither=Image.Dither.NONE)


def encode_png(seal: Image.Image) -> str:
    """Return a seal as base64 of a 1-bit PNG."""
    out = BytesIO()
    seal.save(out, "PNG", compress_type=zlib.Z_RLE)  # as small as the default for line art, in a third of the time
    return base64.b64encode(out.getvalue()).decode("ascii")


def decode_png(png_base64: str) -> Image.Image:
    """Return the picture of a seal, mode "1"."""
    return Image.open(BytesIO(base64.b64decode(png_base64))).convert("1", dither=Image.Dither.NONE)


def ink64(seal: Image.Image) -> NDArray[np.uint8]:
    """Return the ink of a seal's bounding box at 64 x 64, 0 (paper) to 15 (ink), flat: what seals are compared by.

    16 levels are enough, and keep sums of products exact in single precision whatever the order of adding.
    """
    ink = ImageChops.invert(seal.convert("L"))
    cut = ink.crop(ink.getbbox() or (0, 0, *ink.size))
    return np.asarray(cut.resize((64, 64), Image.Resampling.BOX), dtype=np.uint8).reshape(-1) >> 4


def _set_characters(ink: Image.Image, characters: list[str], random: Random) -> None:
    """Set the characters in columns from right to left, each stretched to fill its cell."""
    columns = random.choice(_LAYOUTS[max(1, len(characters))])
    inset = random.randint(12, 24)
    side = SIZE_PX - 2 * inset
    width = side / len(columns)
    rest = iter(characters)
    for column, rows in enumerate(columns):
        height = side / rows
        for row, char in zip(range(rows), rest, strict=False):
            cell = (max(8, round(width) - 3), max(8, round(height) - 3))
            left, top = SIZE_PX - inset - (column + 1) * width, inset + row * height
            ink.paste(_glyph(char).resize(cell, Image.Resampling.BILINEAR), (round(left) + 1, round(top) + 1))


@cache
def _glyph(char: str) -> Image.Image:
    """Return a character's glyph, white on black, cut to its ink but left some room: 一 must not become a block."""
    face = next((face for face in typefaces() if face.covers(char)), typefaces()[0])
    font = face.at(_GLYPH_PX)
    canvas = Image.new("L", (2 * _GLYPH_PX, 2 * _GLYPH_PX), 0)
    ImageDraw.Draw(canvas).text((_GLYPH_PX // 2, _GLYPH_PX // 4), char, fill=255, font=font)
    left, top, right, bottom = canvas.getbbox() or (0, 0, _GLYPH_PX, _GLYPH_PX)
    across, down = (max(0, (_GLYPH_PX * 7 // 10 - extent) // 2) for extent in (right - left, bottom - top))
    return canvas.crop((left - across, top - down, right + across, bottom + down))


def _warp(random: Random) -> list[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
    """Return a mesh of 3 x 3 quadrilaterals with moved corners, tilted as a whole by a few degrees."""
    tilt = math.radians(random.uniform(-_TILT_DEGREES, _TILT_DEGREES))
    cos, sin, middle, step = math.cos(tilt), math.sin(tilt), SIZE_PX / 2, SIZE_PX / 3
    corners = {}
    for i in range(4):
        for j in range(4):
            reach = _WARP_PX if 0 < i < 3 and 0 < j < 3 else _WARP_PX / 2
            x, y = i * step - middle, j * step - middle
            corners[i, j] = (
                middle + x * cos - y * sin + random.uniform(-reach, reach),
                middle + x * sin + y * cos + random.uniform(-reach, reach),
            )
    edges = [round(i * step) for i in range(4)]
    return [
        (
            (edges[i], edges[j], edges[i + 1], edges[j + 1]),
            (*corners[i, j], *corners[i, j + 1], *corners[i + 1, j + 1], *corners[i + 1, j]),
        )
        for i in range(3)
        for j in range(3)
    ]


def _carve(ink: Image.Image, random: Random) -> Image.Image:
    """Put the characters in a ring: relief or, one in six, intaglio (白文); chip the rim here and there."""
    rim = random.randint(4, 11)
    inner = (rim, rim, SIZE_PX - 1 - rim, SIZE_PX - 1 - rim)
    face = _disc((0, 0, SIZE_PX - 1, SIZE_PX - 1))
    ink = ink.point(_THRESHOLD[random.randint(0, 3)])
    if random.random() < 1 / 6:
        out = ImageChops.subtract(face, ImageChops.multiply(ink, _disc(inner)))
    else:
        ring = ImageChops.subtract(face, _disc(inner))
        out = ImageChops.lighter(ring, ImageChops.multiply(ink, _disc(inner)))
    draw = ImageDraw.Draw(out)
    for _ in range(random.randint(0, 4)):
        angle, reach = random.uniform(0, math.tau), random.randint(2, 7)
        x, y = (SIZE_PX / 2 + trig(angle) * SIZE_PX * 0.48 for trig in (math.cos, math.sin))
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=0)
    return out


# cut-off between paper and ink: a heavier or lighter hand
_THRESHOLD = [[0] * cut + [255] * (256 - cut) for cut in (60, 100, 140, 180)]


@cache
def _disc(box: tuple[int, int, int, int]) -> Image.Image:
    disc = Image.new("L", (SIZE_PX, SIZE_PX), 0)
    ImageDraw.Draw(disc).ellipse(box, fill=255)
    return disc
