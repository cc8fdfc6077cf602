"""One item of somebody else, in the place of the applicant's own and spaced as that was."""

import random

import pytest

from harness.judge.item_swap import swap_item
from harness.records.reading import PageRead
from harness.records.resident import Resident

OWN = Resident(key="R1", municipality="見本市", name="村上 健", address="見本市中央一丁目2番3号", kana="ムラカミ ケン")
OTHER = Resident(key="R2", municipality="見本市", name="渡邉 さくら", address="見本市西4番地")


def swapped(text, own=OWN, other=OTHER, seed=0):
    pages = swap_item([PageRead(number=1, text=text)], own, other, random.Random(seed))
    return None if pages is None else pages[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("氏名 村上健 殿", "氏名 渡邉さくら 殿"),
        ("氏名 村上\u3000健 殿", "氏名 渡\u3000邉さくら 殿"),  # as many words as before: their places still fit
        ("住所 見本市中央\n一丁目2番3号 以上", "住所 見\n本市西4番地 以上"),
    ],
)
def test_an_item_takes_the_place_of_ones_own(text, expected):
    assert swapped(text) == expected


def test_every_item_has_its_turn_and_one_is_swapped_at_a_time():
    text = "村上健 見本市中央一丁目2番3号"
    seen = {swapped(text, seed=seed) for seed in range(20)}
    assert seen == {"渡邉さくら 見本市中央一丁目2番3号", "村上健 見本市西4番地"}


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Murakami Ken", OTHER),  # not printed as registered
        ("村上健と渡邉さくら", OTHER),  # theirs stands there already
        ("村上健", Resident(key="R3", municipality="見本市", name="村上\ufe00健")),  # differs by a selector alone
        ("村上健", Resident(key="R4", municipality="見本市", name="")),
        ("村\n上\n健", Resident(key="R5", municipality="見本市", name="王五")),  # fewer characters than words
    ],
)
def test_where_no_difference_could_be_seen_nothing_is_swapped(text, other):
    assert swapped(text, other=other) is None
