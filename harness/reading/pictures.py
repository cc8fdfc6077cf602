"""Reads a page's placed bitmaps: digests, places, and the ink by which seals are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import byref, c_uint

import pypdfium2
import pypdfium2.raw as pdfium
from msgspec.structs import replace
from PIL import Image

from harness.reading.drawn_seals import drawn_seals, may_bear_a_seal
from harness.reading.ink import bitmap_digest, ink64_of, ink_box, ink_levels, negative_ink64, turned_ink64
from harness.reading.limits import ReaderLimits
from harness.reading.page_objects import PlacedImage
from harness.reading.seal_regions import SIZE_MM, seal_regions
from harness.reading.seen_seals import is_seen
from harness.records.reading import ImageRead

_POINTS_PER_MM = 72 / 25.4
_LARGEST_POINTS = SIZE_MM[1] * _POINTS_PER_MM  # larger bitmaps get no ink of their own
_NEARLY_ALL = 0.9  # of the ink's box: a part of this size is the impression itself


def read_images(
    page: pypdfium2.PdfPage, placed: Sequence[PlacedImage], text: str, limits: ReaderLimits, *, layers: bool = False
) -> tuple[ImageRead, ...]:
    """Read a page's placed bitmaps, and where its `text` allows for a seal, everything else that may be one.

    A bitmap that PDFium cannot decode, or that is over the limit, is left out. What is no bitmap of its own (paths,
    strips, parts of larger pictures) is drawn, and has the digest of what is drawn. What has the size of a seal and
    is covered, or in a layer switched off (`layers`: there may be some), is told as unseen. May hide text objects of
    the page: read its text before.
    """
    seals = may_bear_a_seal(text)
    rotation = page.get_rotation()
    images = [
        _as_seen(image, rotation)
        for one in placed
        for image in _if_seen(page, list(_read(page, one, limits, parts=seals)), doubtful=one.covered or layers)
    ]
    if seals:
        images += drawn_seals(page, [one.box for one in placed], limits)
    return tuple(images)


def _read(page: pypdfium2.PdfPage, placed: PlacedImage, limits: ReaderLimits, *, parts: bool) -> Iterator[ImageRead]:
    width, height = c_uint(), c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(placed.handle, byref(width), byref(height))
    if not 0 < width.value * height.value <= limits.image_megapixels * 1e6:
        return
    left, bottom, right, top = placed.box
    small = max(right - left, top - bottom) <= _LARGEST_POINTS
    bitmap = _decode(page, placed, as_drawn=small)
    if bitmap is None:
        return
    image = ImageRead(digest=bitmap_digest(bitmap), width=bitmap.width, height=bitmap.height, box=placed.box)
    ink = ink_levels(bitmap) if small and _on_paper(page, placed) else None
    if ink is None:
        yield image
        return
    yield ImageRead(digest=image.digest, width=image.width, height=image.height, box=image.box, ink64=ink64_of(ink))
    if parts:
        yield from _parts(image, bitmap, ink)


def _if_seen(page: pypdfium2.PdfPage, images: list[ImageRead], *, doubtful: bool) -> list[ImageRead]:
    """Return a bitmap and its parts; the bitmap alone, as unseen, where it is not to be seen on the page."""
    if not doubtful or not images or is_seen(page, images[0]):
        return images
    return [replace(images[0], unseen=True)]


def _as_seen(image: ImageRead, rotation: int) -> ImageRead:
    """Turn the ink as the page is turned, by quarters: bitmaps are decoded as they lie on the sheet in the file."""
    return replace(image, ink64=turned_ink64(image.ink64, rotation)) if rotation and image.ink64 else image


def _on_paper(page: pypdfium2.PdfPage, placed: PlacedImage) -> bool:
    left, bottom, right, top = page.get_bbox()
    return bool(placed.box[0] < right and placed.box[2] > left and placed.box[1] < top and placed.box[3] > bottom)


def _parts(image: ImageRead, bitmap: Image.Image, ink: Image.Image) -> Iterator[ImageRead]:
    """Yield what else the bitmap may show: itself as a negative, and the impression inside a frame or beside words."""
    if other := negative_ink64(bitmap, ink):
        yield ImageRead(digest=image.digest, width=image.width, height=image.height, box=image.box, ink64=other)
    whole = ink_box(ink)
    points = (image.box[2] - image.box[0]) / ink.width, (image.box[3] - image.box[1]) / ink.height
    if whole is None or min(points) <= 0:
        return
    area = (whole[2] - whole[0]) * (whole[3] - whole[1])
    for left, top, right, bottom in seal_regions(ink, _POINTS_PER_MM / max(points)):
        if (right - left) * (bottom - top) > _NEARLY_ALL * area:
            continue
        part = ink.crop((left, top, right, bottom))
        x, y = image.box[0], image.box[3]
        box = (x + left * points[0], y - bottom * points[1], x + right * points[0], y - top * points[1])
        yield ImageRead(digest=bitmap_digest(part), width=part.width, height=part.height, box=box, ink64=ink64_of(part))


def _decode(page: pypdfium2.PdfPage, placed: PlacedImage, *, as_drawn: bool) -> Image.Image | None:
    """Return the bitmap as it stands on the page.

    Drawn with its mask and colours where it is small: of a stamp the shape may be in the mask and the bitmap one
    black block, and PDFium does not tell.
    """
    image = pypdfium2.PdfImage(placed.handle, page=page)
    try:
        if as_drawn:
            return _opaque(image.get_bitmap(render=True).to_pil())
        return _upright(image.get_bitmap().to_pil(), image.get_matrix())
    except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError):
        return None


def _opaque(bitmap: Image.Image) -> Image.Image:
    """Return a copy, without its alpha channel where that says nothing."""
    if bitmap.mode == "RGBA" and bitmap.getchannel("A").getextrema() == (255, 255):
        return bitmap.convert("RGB")
    return bitmap.copy()


def _upright(bitmap: Image.Image, matrix: pypdfium2.PdfMatrix) -> Image.Image:
    """Turn and mirror a bitmap by quarter turns as its placement does: producers store pictures upside down, too."""
    a, b, c, d, _, _ = matrix.get()
    if abs(b) + abs(c) > abs(a) + abs(d):
        bitmap = bitmap.transpose(Image.Transpose.TRANSPOSE)
        a, d = -c, -b
    if a < 0:
        bitmap = bitmap.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if d < 0:
        bitmap = bitmap.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return bitmap.copy()
