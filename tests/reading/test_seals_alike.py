"""Seals that look alike: the print is the one it is clearly nearer to; what is not clear is for a person's eyes."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from harness.population.seals import draw_seal, encode_png
from harness.reading.ink import ink64
from harness.reading.oracle import Expectation
from harness.reading.seal_regions import seal_regions
from harness.reading.seals import SealIndex, judge_seal, whose
from harness.records.certificates import Certificate, Options
from harness.records.reading import ImageRead, PageRead, Reading, ReadingStatus

NOISE = np.random.default_rng(1)


def register(**seals):
    people = {
        key: SimpleNamespace(key=key, seal=SimpleNamespace(png_base64=encode_png(seal.convert("1"))))
        for key, seal in seals.items()
    }
    return SealIndex(SimpleNamespace(residents=people))


def large(seal, side=230):
    return seal.convert("L").resize((side, side), Image.Resampling.BICUBIC)


def seen(bitmap):
    return ImageRead(digest="", width=bitmap.width, height=bitmap.height, box=(0, 0, 57, 57), ink64=ink64(bitmap))


def document(*bitmaps):
    page = PageRead(number=1, text="", images=tuple(seen(bitmap) for bitmap in bitmaps))
    return Reading(digest="", status=ReadingStatus.READ, pages=(page,))


def of(resident):
    return Expectation(certificate=Certificate.INKAN, options=Options(), applicant=resident, views=(), seal=resident)


def with_a_nick(seal, place=(60, 60, 70, 70)):
    twin = seal.convert("L")
    ImageDraw.Draw(twin).rectangle(place, fill=255)
    ImageDraw.Draw(twin).rectangle([side + 25 for side in place], fill=0)
    return twin


@pytest.fixture(scope="module")
def namesakes():
    """Return twenty seals of one name."""
    return {f"R{number:05}": draw_seal("見本", f"namesake {number}") for number in range(20)}


def _paper(seal, margin=30):
    paper = Image.new("L", (seal.width + 2 * margin, seal.height + 2 * margin), 255)
    paper.paste(seal, (margin, margin))
    return paper


def _noisy(bitmap):
    levels = 30 + np.asarray(bitmap, float) * (230 - 30) / 255
    return Image.fromarray((levels + NOISE.normal(0, 15, levels.shape)).clip(0, 255).astype(np.uint8))


PRINTS = {
    "turned by 5 degrees": lambda s: _paper(large(s)).rotate(5, Image.Resampling.BICUBIC, fillcolor=255),
    "turned and noisy": lambda s: _noisy(_paper(large(s)).rotate(-2, Image.Resampling.BICUBIC, fillcolor=255)),
    "noisy grey paper": lambda s: _noisy(_paper(large(s))),
    "blurred": lambda s: _paper(large(s)).filter(ImageFilter.GaussianBlur(1.5)),
    "on its side": lambda s: large(s).transpose(Image.Transpose.ROTATE_90),
    "pale": lambda s: large(s).point(lambda v: 200 + v * 55 // 255),
    "dithered": lambda s: large(s).point(lambda v: 90 + v * 165 // 255).convert("1"),
    "specks around": lambda s: _specks(_paper(large(s))),
}


def _specks(paper):
    for _ in range(30):
        paper.putpixel((int(NOISE.integers(0, paper.width)), int(NOISE.integers(0, 25))), 0)
    return paper


@pytest.mark.parametrize("how", PRINTS)
def test_seals_of_one_name_are_told_apart_however_they_are_printed(namesakes, how):
    seals = register(**namesakes)
    for key, seal in list(namesakes.items())[:6]:
        assert whose(seen(PRINTS[how](seal)), seals).resident == key


def test_a_near_copy_in_the_register_is_told_from_its_model():
    model = draw_seal("見本太郎", "model")
    seals = register(R00001=model, R00002=with_a_nick(model))
    assert 0.95 < seals.between("R00001", "R00002") < 0.99
    assert judge_seal(document(large(model)), of("R00001"), seals) is None
    assert judge_seal(document(large(model)), of("R00002"), seals).owner == "R00001"


def test_a_print_between_two_near_copies_is_nobodys_and_both_are_named():
    model = draw_seal("見本太郎", "model")
    twin = with_a_nick(model)
    seals = register(R00001=model, R00002=twin)
    between = Image.blend(large(model), large(twin), 0.5)
    found = judge_seal(document(between), of("R00001"), seals)
    assert found.owner == ""
    assert "R00001" in found.value
    assert "R00002" in found.value


def test_people_who_registered_one_picture_are_served_with_it():
    """A vendor's test register may give one seal to everybody: which of them is printed cannot be wrong."""
    seal = draw_seal("試験", "everybody's")
    seals = register(**{f"R{number:05}": seal for number in range(1, 13)}, R00099=draw_seal("別", "another"))
    assert judge_seal(document(large(seal)), of("R00012"), seals) is None
    assert judge_seal(document(large(seal)), of("R00099"), seals).owner == "R00001"


def test_a_seal_that_is_not_registered_is_nobodys(namesakes):
    seals = register(**namesakes)
    for number in range(6):
        stranger = draw_seal("見本", f"stranger {number}")
        found = judge_seal(document(large(stranger)), of("R00003"), seals)
        assert (found.owner, found.page) == ("", 1)


def test_a_seal_is_asked_for_even_if_the_population_has_none():
    found = judge_seal(document(large(draw_seal("見本", "x"))), of("R00001"), register())
    assert found.value == "no seal impression found"


def test_a_square_seal_cut_in_intaglio_is_the_same_with_and_without_margin():
    block = ImageChops.invert(draw_seal("山川", "white").convert("L").crop((10, 10, 118, 118)))
    seals = register(R00001=block, R00002=draw_seal("山川", "other"))
    assert whose(seen(_paper(large(block))), seals).resident == "R00001"
    assert whose(seen(large(block)), seals).resident == "R00001"


def test_parts_of_a_seals_size_are_found_between_rules_and_text():
    page = Image.new("L", (1000, 700), 0)
    draw = ImageDraw.Draw(page)
    draw.line((0, 300, 1000, 300), fill=255, width=4)
    draw.rectangle((50, 20, 650, 40), fill=255)
    draw.ellipse((200, 210, 380, 390), outline=255, width=8)
    draw.rectangle((600, 400, 800, 610), outline=255, width=8)
    found = seal_regions(page, 10)
    for expected in ((200, 210, 381, 391), (600, 400, 801, 611)):
        assert any(max(abs(a - b) for a, b in zip(box, expected, strict=True)) <= 10 for box in found)


def test_an_index_takes_less_than_600_bytes_a_seal():
    """100,000 seals stay far below 200 MB: pictures are decoded again when a seal is compared."""
    seal = SimpleNamespace(png_base64=encode_png(draw_seal("見本", "one")))
    count = 2000
    people = {f"R{n:05}": SimpleNamespace(key=f"R{n:05}", seal=seal) for n in range(count)}
    other = seen(large(draw_seal("別人", "two")))
    tracemalloc.start()
    index = SealIndex(SimpleNamespace(residents=people))
    index.nearest(other)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 600 * count


def test_a_picture_is_decoded_from_any_colour_mode():
    seal = large(draw_seal("見本", "modes"))
    seals = register(R00001=draw_seal("見本", "modes"))
    for mode in ("CMYK", "RGB", "P", "LA", "1"):
        assert seals.nearest(seen(seal.convert(mode)))[1] > 0.98
