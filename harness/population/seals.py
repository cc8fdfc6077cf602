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
from harness.population.seeded import seeded

Mask = NDArray[np.bool_]

SIZE_PX = 128  # an 18 mm seal at 180 dpi
_CANVAS_PX = 192  # characters are set larger than the seal, so that bending them leaves no steps
_GLYPH_PX = 72
_MOST_CHARACTERS = 6

_BENDINGS = 256  # different distortions; seals that come out alike all the same are drawn again
_BEND_PX = 16  # how far inner knots of the distortion move: enough to part seals of one surname
_TILT_DEGREES = 9
_FINE = 64  # parts of a pixel in integer interpolation: the same on every machine

# characters in every column, from right to left, for 1..6 characters
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

    Returns a picture of mode "1", 128 x 128, ink black (0) on white (255).
    """
    random = seeded(seed, "seal")
    characters = [char for char in characters_of(text) if not char.isspace()][:_MOST_CHARACTERS]
    canvas = _set_characters(characters, random)
    bent = np.take(np.asarray(canvas), _bendings()[random.randrange(_BENDINGS)])
    weight = random.choice((60, 100, 140, 180))  # cut-off between paper and ink: a heavier or lighter hand
    return Image.fromarray(~_carve(bent >= weight, random))


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
    grey: NDArray[np.uint8] = np.asarray(cut.resize((64, 64), Image.Resampling.BOX), dtype=np.uint8)
    return (grey >> np.uint8(4)).reshape(-1)


def _set_characters(characters: list[str], random: Random) -> Image.Image:
    """Set the characters in columns from right to left, each stretched to fill its cell."""
    canvas = Image.new("L", (_CANVAS_PX, _CANVAS_PX), 0)
    columns = random.choice(_LAYOUTS[max(1, len(characters))])
    inset = random.randint(15, 28)
    side = _CANVAS_PX - 2 * inset
    width = side // len(columns)
    rest = iter(characters)
    for column, rows in enumerate(columns):
        height = side // rows
        left = _CANVAS_PX - inset - (column + 1) * width
        for row, char in zip(range(rows), rest, strict=False):
            glyph = _glyph(char).resize((width - 3, height - 3), Image.Resampling.BILINEAR)
            canvas.paste(glyph, (left + 1, inset + row * height + 1))
    return canvas


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


@cache
def _bendings() -> NDArray[np.uint16]:
    """Return distortions as places on the canvas, one per pixel of the seal: shape (256, 128, 128)."""
    random = seeded("seals", "bendings")
    weights = _knot_weights()
    out = np.empty((_BENDINGS, SIZE_PX, SIZE_PX), dtype=np.uint16)
    for bending in out:
        knots = np.array(_knots(random), dtype=np.int64)
        across, down = (
            np.clip((weights @ knots[:, :, axis] @ weights.T) // _FINE**3, 0, _CANVAS_PX - 1) for axis in (0, 1)
        )
        bending[:] = down * _CANVAS_PX + across
    return out


def _knot_weights() -> NDArray[np.int64]:
    """Return how much each of four knots in a row counts for each pixel, in parts of _FINE: shape (128, 4)."""
    weights = np.zeros((SIZE_PX, 4), dtype=np.int64)
    for pixel in range(SIZE_PX):
        knot, part = divmod(pixel * 3 * _FINE // SIZE_PX, _FINE)
        weights[pixel, knot], weights[pixel, knot + 1] = _FINE - part, part
    return weights


def _knots(random: Random) -> list[list[tuple[int, int]]]:
    """Return 4 x 4 knots on the canvas (rows of (x, y) in parts of _FINE), moved, and tilted by a few degrees."""
    tilt = math.radians(random.uniform(-_TILT_DEGREES, _TILT_DEGREES))
    cos, sin, middle, step = math.cos(tilt), math.sin(tilt), _CANVAS_PX / 2, _CANVAS_PX / 3
    knots: list[list[tuple[int, int]]] = []
    for row in range(4):
        knots.append([])
        for column in range(4):
            reach = _BEND_PX if 0 < row < 3 and 0 < column < 3 else _BEND_PX / 2
            x, y = column * step - middle, row * step - middle
            across = middle + x * cos - y * sin + random.uniform(-reach, reach)
            down = middle + x * sin + y * cos + random.uniform(-reach, reach)
            knots[-1].append((round(across * _FINE), round(down * _FINE)))
    return knots


def _carve(ink: Mask, random: Random) -> Mask:
    """Put the characters in a ring: relief or, one in six, intaglio (白文); chip the rim here and there."""
    face, inner = _disc(0), _disc(random.randint(3, 9))
    out = face & ~(ink & inner) if random.random() < 1 / 6 else (face & ~inner) | (ink & inner)
    for _ in range(random.randint(0, 4)):
        angle, reach = random.uniform(0, math.tau), random.randint(2, 6)
        x, y = (int(SIZE_PX / 2 + trig(angle) * SIZE_PX * 0.48) for trig in (math.cos, math.sin))
        top, left = max(0, y - reach), max(0, x - reach)
        spot = out[top : y + reach + 1, left : x + reach + 1]
        spot &= ~_chip(reach)[top - y + reach :, left - x + reach :][: spot.shape[0], : spot.shape[1]]
    return out


@cache
def _disc(inset: int) -> Mask:
    """Return the seal's face without a rim of this width."""
    return _round(SIZE_PX, SIZE_PX / 2 - inset)


@cache
def _chip(reach: int) -> Mask:
    return _round(2 * reach + 1, reach + 0.5)


def _round(size: int, radius: float) -> Mask:
    offset = np.arange(size) - (size - 1) / 2
    return np.asarray(np.add.outer(offset**2, offset**2) <= radius**2, dtype=np.bool_)
