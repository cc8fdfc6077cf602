"""A seal is the applicant's when no registered one is nearer; scale, pixel format and a slight turn do not matter."""

import base64
import io

import pytest
from PIL import Image

from harness.reading.ink import bitmap_digest, ink64
from harness.reading.seals import SealIndex
from harness.records.reading import ImageRead


@pytest.fixture(scope="module")
def seals(town):
    return SealIndex(town)


def picture(town, key):
    png = base64.b64decode(town.residents[key].seal.png_base64)
    return Image.open(io.BytesIO(png)).convert("L")


def seen(bitmap):
    return ImageRead(digest="", width=bitmap.width, height=bitmap.height, box=(0, 0, 57, 57), ink64=ink64(bitmap))


def _jpeg(bitmap):
    out = io.BytesIO()
    bitmap.save(out, "JPEG", quality=40)
    return Image.open(io.BytesIO(out.getvalue()))


DISTORTIONS = {
    "300 dpi": lambda b: b.resize((236, 236), Image.Resampling.BILINEAR),
    "600 dpi": lambda b: b.resize((472, 472), Image.Resampling.BILINEAR),
    "small": lambda b: b.resize((120, 120), Image.Resampling.BILINEAR),
    "1 bit": lambda b: b.convert("1"),
    "jpeg": _jpeg,
    "slightly turned": lambda b: b.rotate(1.5, fillcolor=255, resample=Image.Resampling.BILINEAR),
    "margin": lambda b: _on_paper(b, 60),
    "red": lambda b: Image.merge("RGB", (Image.new("L", b.size, 230), b, b)),
    "alpha": lambda b: Image.merge("LA", (Image.new("L", b.size, 0), b.point(lambda v: 255 - v))),
}


def _on_paper(bitmap, margin):
    paper = Image.new("L", (bitmap.width + 2 * margin, bitmap.height + margin), 255)
    paper.paste(bitmap, (margin, margin // 2))
    return paper


@pytest.mark.parametrize("how", DISTORTIONS)
def test_the_own_seal_is_the_nearest_however_it_was_printed(town, seals, how):
    for key, resident in town.residents.items():
        if resident.seal is not None:
            nearest, likeness = seals.nearest(seen(DISTORTIONS[how](picture(town, key))))
            assert nearest == key
            assert likeness >= 0.9


def test_a_blank_picture_is_nobodys(seals):
    assert seals.nearest(seen(Image.new("L", (100, 100), 255))) == ("", 0.0)


def test_one_seal_in_several_pixel_formats_has_one_digest(town):
    seal = picture(town, "R00001")
    assert len({bitmap_digest(seal.convert(mode)) for mode in ("1", "L", "RGB")}) == 1
    assert bitmap_digest(seal) != bitmap_digest(picture(town, "R00002"))
