"""The ink of a bitmap: a digest that producers' pixel formats do not change, and a small normalised picture.

Paper and ink are told apart by the bitmap's own levels, so that grey paper, pale or red ink and noise matter little.
"""

from __future__ import annotations

import base64
import hashlib

from PIL import Image, ImageChops

INK_SIDE = 64
_LEAST_CONTRAST = 32  # levels between paper and ink (of 255): less is noise of JPEG or of grey paper
_NOISE = 0.15  # of the contrast: what is no darker is paper
_EDGE = 0.4  # of the contrast: what is darker belongs to the impression, not to the blur around it
_FINEST_SPECK = 160  # pixels across, from which single pixels are noise and no strokes
_SPECK_CELLS = 80  # a bitmap is looked at in so many cells across, to find specks around the impression
_SPECK_SHARE = 0.18  # of a cell inked: less is a speck; a stroke of a fifth of a cell crosses it
_DARK_BORDER = 127
_PAGE_PICTURE = 4_000_000  # pixels; copies of 35 million in colour would take half of a reader's memory


def _from(level: int) -> list[int]:
    return [0] * level + [255] * (256 - level)


_EDGE_MASK = _from(round(255 * _EDGE))
_SPECK_MASK = _from(round(255 * _SPECK_SHARE))


def bitmap_digest(bitmap: Image.Image) -> str:
    """Return the SHA-256 of a decoded bitmap's mode, size and samples.

    A bitmap that is only grey is brought to 8-bit grey first: producers store one seal in 1-bit, grey or RGB form.
    Page pictures, of several megapixels, are taken as they are.
    """
    if bitmap.width * bitmap.height > _PAGE_PICTURE:
        return _digest(bitmap)
    grey = bitmap.convert("L")
    only_grey = bitmap.mode in {"1", "L"} or (
        bitmap.mode == "RGB" and ImageChops.difference(bitmap, grey.convert("RGB")).getbbox() is None
    )
    return _digest(grey if only_grey else bitmap)


def _digest(plain: Image.Image) -> str:
    head = f"{plain.mode} {plain.width} {plain.height} ".encode()
    return hashlib.sha256(head + plain.tobytes()).hexdigest()


def ink_levels(bitmap: Image.Image, *, negative: bool = False) -> Image.Image | None:
    """Return the ink of each pixel of a bitmap of any mode, 0 paper .. 255 ink (mode "L"), stretched to both ends.

    None where it has one level only, but for noise. Light is paper, or dark where `negative`. Paper and ink are the
    means of the two classes that Otsu's threshold parts (Otsu 1979).
    """
    if bitmap.mode == "1":
        two = bitmap.convert("L") if negative else ImageChops.invert(bitmap.convert("L"))
        return two if two.getextrema() == (0, 255) else None
    dark = _darkness(bitmap)
    raw = dark if negative else ImageChops.invert(dark)
    paper, full = _classes(raw.histogram())
    if full - paper < _LEAST_CONTRAST:
        return None
    least = paper + _NOISE * (full - paper)
    scale = 255 / (full - least)
    return raw.point([max(0, min(255, round((level - least) * scale))) for level in range(256)])


def ink64(bitmap: Image.Image) -> str:
    """Return base64 of 64x64 bytes of ink (0 paper .. 255 ink): the ink's bounding box, stretched to the square.

    Light is paper. "" where there is no ink.
    """
    ink = ink_levels(bitmap)
    return "" if ink is None else ink64_of(ink)


def negative_ink64(bitmap: Image.Image, ink: Image.Image) -> str:
    """Return the 64x64 ink of a bitmap taken as a negative where the border of its `ink` is dark, "" elsewhere.

    A square seal cut in intaglio fills its bitmap to the border; a mask stored as a negative does, too.
    """
    if _border_mean(ink) <= _DARK_BORDER:
        return ""
    other = ink_levels(bitmap, negative=True)
    return "" if other is None else ink64_of(other)


def ink64_of(ink: Image.Image) -> str:
    """Return the 64x64 form of levels of ink, "" where nothing is inked."""
    small = small_ink(ink)
    return "" if small is None else base64.b64encode(small.tobytes()).decode("ascii")


def small_ink(ink: Image.Image) -> Image.Image | None:
    """Return the bounding box of levels of ink, stretched to 64x64; None where nothing is inked."""
    box = ink_box(ink)
    return None if box is None else ink.resize((INK_SIDE, INK_SIDE), Image.Resampling.BOX, box)


def ink_box(ink: Image.Image) -> tuple[int, int, int, int] | None:
    """Return the box around the ink (left, top, right, bottom in pixels), specks around it left out."""
    mask = ink.point(_EDGE_MASK)
    cell = min(mask.size) // _SPECK_CELLS
    if max(mask.size) < _FINEST_SPECK or cell < 2:
        return mask.getbbox()
    cells = mask.reduce(cell).point(_SPECK_MASK).getbbox()
    if cells is None:
        return mask.getbbox()
    left, top = (max(0, (side - 1) * cell) for side in cells[:2])
    right, bottom = min(mask.width, (cells[2] + 1) * cell), min(mask.height, (cells[3] + 1) * cell)
    inner = mask.crop((left, top, right, bottom)).getbbox() or (0, 0, 0, 0)
    return left + inner[0], top + inner[1], left + inner[2], top + inner[3]


def _classes(histogram: list[int]) -> tuple[float, float]:
    """Return the mean levels of the two classes that Otsu's threshold parts; equal where there is one level."""
    total = sum(histogram)
    weighted = sum(level * count for level, count in enumerate(histogram))
    best, means = 0.0, (0.0, 0.0)
    below = below_weighted = 0
    for level, count in enumerate(histogram):
        below += count
        below_weighted += level * count
        if not below or below == total:
            continue
        low, high = below_weighted / below, (weighted - below_weighted) / (total - below)
        between = below * (total - below) * (high - low) ** 2
        if between > best:
            best, means = between, (low, high)
    return means


def _darkness(bitmap: Image.Image) -> Image.Image:
    """Return 8-bit grey with transparent parts as white paper; red ink keeps its contrast (darkest channel)."""
    if "A" in bitmap.getbands() or "transparency" in bitmap.info:
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


def turned_ink64(ink64: str, degrees: int) -> str:
    """Return base64 of 64x64 ink turned clockwise by a multiple of 90 degrees."""
    ink = Image.frombytes("L", (INK_SIDE, INK_SIDE), base64.b64decode(ink64))
    return base64.b64encode(ink.rotate(-degrees).tobytes()).decode()
