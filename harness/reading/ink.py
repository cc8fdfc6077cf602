"""The ink of a bitmap: a digest that producers' pixel formats do not change, and a small normalised picture."""

from __future__ import annotations

import base64
import hashlib

from PIL import Image, ImageChops, ImageOps

INK_SIDE = 64
_PAPER_BELOW = 24  # ink (0 to 255) up to this is paper or the noise of JPEG
_INK_ONLY = [0] * (_PAPER_BELOW + 1) + [255] * (255 - _PAPER_BELOW)


def bitmap_digest(bitmap: Image.Image) -> str:
    """Return the SHA-256 of a decoded bitmap's mode, size and samples.

    A bitmap that is only grey is brought to 8-bit grey first: producers store one seal in 1-bit, grey or RGB form.
    """
    grey = bitmap.convert("L")
    only_grey = bitmap.mode in {"1", "L"} or (
        bitmap.mode == "RGB" and ImageChops.difference(bitmap, grey.convert("RGB")).getbbox() is None
    )
    plain = grey if only_grey else bitmap
    head = f"{plain.mode} {plain.width} {plain.height} ".encode()
    return hashlib.sha256(head + plain.tobytes()).hexdigest()


def ink64(bitmap: Image.Image) -> str:
    """Return base64 of 64x64 bytes of ink (0 paper .. 255 ink): the ink's bounding box, stretched to the square.

    The border decides which of dark and light is paper. "" where there is no ink.
    """
    ink = ImageOps.invert(_darkness(bitmap))
    if _border_mean(ink) > 127:
        ink = ImageOps.invert(ink)
    box = ink.getbbox() if bitmap.mode == "1" else ink.point(_INK_ONLY).getbbox()
    if box is None:
        return ""
    small = ink.crop(box).resize((INK_SIDE, INK_SIDE), Image.Resampling.BOX)
    return base64.b64encode(small.tobytes()).decode("ascii")


def _darkness(bitmap: Image.Image) -> Image.Image:
    """Return 8-bit grey with transparent parts as white paper; red ink keeps its contrast (darkest channel)."""
    if "A" in bitmap.getbands():
        paper = Image.new("RGBA", bitmap.size, "white")
        bitmap = Image.alpha_composite(paper, bitmap.convert("RGBA"))
    if bitmap.mode in {"1", "L"}:
        return bitmap.convert("L")
    red, green, blue = bitmap.convert("RGB").split()
    return ImageChops.darker(ImageChops.darker(red, green), blue)


def _border_mean(ink: Image.Image) -> float:
    width, height = ink.size
    edges = ink.crop((0, 0, width, 1)).tobytes() + ink.crop((0, height - 1, width, height)).tobytes()
    edges += ink.crop((0, 0, 1, height)).tobytes() + ink.crop((width - 1, 0, width, height)).tobytes()
    return sum(edges) / len(edges)
