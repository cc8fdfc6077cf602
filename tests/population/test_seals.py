"""Seals: black on white, readable, unlike each other; and the search for alike ones misses none."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from harness.population.engraving import engrave, engraved_inks
from harness.population.seal_likeness import CLOSEST_ALLOWED, alike_pairs, correlation
from harness.population.seals import decode_png, draw_seal, encode_png, ink64


def pictures(population):
    return [r.seal.png_base64 for r in population.residents.values() if r.seal]


def test_a_seal_is_a_one_bit_picture_of_black_ink_on_white(small):
    for picture in pictures(small):
        image = Image.open(BytesIO(base64.b64decode(picture)))
        assert (image.format, image.mode, image.size) == ("PNG", "1", (128, 128))
        ink = 1 - np.asarray(image).mean()
        assert 0.05 < ink < 0.95
        assert image.getpixel((0, 0)), "the corner is paper"


def test_the_same_text_and_seed_draw_the_same_seal_and_another_seed_another():
    assert draw_seal("見本", "a").tobytes() == draw_seal("見本", "a").tobytes()
    assert draw_seal("見本", "a").tobytes() != draw_seal("見本", "b").tobytes()


@pytest.mark.parametrize(
    "text",
    ["一", "見本", "五十嵐", "見本太郎", "武者小路三", "勅使河原一郎左衛門", "NGUYEN", "葛\U000e0100城", "\ue000"],
)
def test_any_name_makes_a_seal(text):
    assert draw_seal(text, "x").getextrema() == (0, 255)


def test_no_two_seals_look_alike(town):
    inks = engraved_inks(pictures(town))
    assert len({ink.tobytes() for ink in inks}) == len(inks)
    correlations = np.corrcoef(inks.astype(np.float64))
    np.fill_diagonal(correlations, -1)
    assert correlations.max() < CLOSEST_ALLOWED


def test_the_fast_search_finds_exactly_the_pairs_that_brute_force_finds():
    inks = np.stack([ink64(draw_seal("佐藤", str(seed))) for seed in range(220)])
    correlations = np.corrcoef(inks.astype(np.float64))
    for limit in (0.45, 0.55, 0.65):
        expected = {(i, j) for i, j in np.argwhere(correlations >= limit).tolist() if i < j}
        found = alike_pairs(inks, limit)
        assert {(pair.first, pair.second) for pair in found} == expected
        assert expected
        for pair in found:
            assert pair.correlation == pytest.approx(correlations[pair.first, pair.second], abs=1e-9)


def test_the_fast_search_can_be_limited_to_fresh_seals():
    inks = np.stack([ink64(draw_seal("佐藤", str(seed))) for seed in range(120)])
    everything = alike_pairs(inks, 0.5)
    fresh = [3, 50, 119]
    expected = [pair for pair in everything if {pair.first, pair.second} & set(fresh)]
    assert alike_pairs(inks, 0.5, fresh) == expected


def test_a_blank_picture_is_like_nothing():
    blank = np.zeros(4096, dtype=np.uint8)
    assert correlation(blank, blank) == 0.0
    assert alike_pairs(np.stack([blank, blank]), 0.1) == []


def test_a_seal_survives_scaling_and_is_still_nearest_to_itself(small):
    """What a reader does with a printed seal: other size, other grid, and yet the own reference is far ahead."""
    inks = engraved_inks(pictures(small))
    for place, picture in enumerate(pictures(small)):
        printed = decode_png(picture).convert("L").resize((213, 213), Image.Resampling.BICUBIC)
        seen = ink64(printed.point([0] * 128 + [255] * 128).convert("1", dither=Image.Dither.NONE))
        scores = [correlation(seen, ink) for ink in inks]
        assert int(np.argmax(scores)) == place
        assert scores[place] >= 0.9
        assert sorted(scores)[-2] < CLOSEST_ALLOWED + 0.05


def test_seals_too_much_alike_are_cut_again():
    """A limit that many seals of one name miss at first is met in the end."""
    made = engrave([(f"R{n:05}", "見本") for n in range(150)], "7", lambda what, done, total: None)
    assert not alike_pairs(engraved_inks(made))
    assert made == engrave([(f"R{n:05}", "見本") for n in range(150)], "7", lambda what, done, total: None)


def test_encoding_and_decoding_keep_every_pixel():
    seal = draw_seal("渡邉", "q")
    assert decode_png(encode_png(seal)).tobytes() == seal.tobytes()
