"""Texts find their owners, by weight."""

import pytest
from msgspec.structs import replace

from harness.reading import OwnerIndex
from harness.reading.attribution import OwnTexts, attribute
from harness.reading.fold import fold
from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts


def owners(index, text):
    return {o.resident for o in index.owners_of(fold(text))}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("村上　博", {"R00012"}),
        ("ムラカミ ヒロシ", {"R00012"}),
        ("むらかみひろし", {"R00012"}),
        ("中村　安", {"R00011"}),
        ("ZZ00000011ZZ", {"R00011"}),
        ("見本市港町五丁目15番25号", {"R00013"}),
        ("架空県見本市北町九丁目8番地", {"R00006"}),
        ("見本　一郎", {"R00003"}),
        ("第100103号", {"R00004"} - {"R00004"}),
    ],
)
def test_a_text_is_its_owners(index, text, who):
    assert owners(index, text) == who


def test_no_patterns_of_birth_dates_given_names_or_single_kana(index):
    for text in ("1975年3月4日", "昭和50年3月4日", "太郎", "タロウ", "男", "子"):
        assert owners(index, text) == set()


def test_a_rare_text_weighs_more_than_a_common_one(index):
    rare = index.bits(index.owners_of(fold("村上　博")))
    shared = index.bits(index.owners_of(fold("架空県見本市中央一丁目2番3号")))
    assert rare == 10.0  # a small town counts as 1,024 people
    assert shared < rare


def test_states_that_updates_bring_about_are_known_too(town):
    moved = replace(town.residents["R00012"], address="架空県見本市新天地一丁目1番1号")
    index = OwnerIndex(town, [moved])
    assert owners(index, "架空県見本市新天地一丁目1番1号") == {"R00012"}
    assert owners(index, "見本市港町五丁目15番2号") == {"R00012"}


def test_a_birth_date_attributes_but_is_no_pattern(index):
    assert index.having("resident.born_on", (1975, 3, 4)) == ("R00001", "R00006")


@pytest.fixture
def foreign(index, second):
    form = FormTexts(second)

    def found(text, *own):
        page = FoldedPage(text)
        page.take_form(form.spans)
        return {f.text for f in attribute(page, OwnTexts(frozenset(map(fold, own)), frozenset(), index), index).foreign}

    return found


@pytest.mark.parametrize(
    ("page", "own", "expected"),
    [
        ("氏名 村上　博美", ["村上　博美"], set()),  # 村上博 inside an own name
        ("氏名 村上　博美", ["村上　博"], {"村上博美"}),  # the longer name stands there
        ("氏名 村上　博", ["村上　博美"], {"村上博"}),
        ("氏名村上博生年月日昭和41年", ["村上　博美"], {"村上博"}),  # labels are edges
        ("村上博之", ["村上　博之"], set()),
        ("木村上博多", [], set()),  # inside a longer word
        ("木 村 上 博 多", [], {"村上博"}),  # set glyph by glyph, nothing says that it is one word
        ("氏名 村上　博\n美しい町", ["村上　博"], set()),  # 博 and 美 are in different lines
        ("ムラカミヒロシマ", [], set()),
        ("見本市港町五丁目15番2号", ["見本市港町五丁目15番25号"], {"見本市港町五丁目15番2号"}),
        ("見本市港町五丁目15番25号", ["見本市港町五丁目15番25号"], set()),
        ("見本市港町五丁目\n15番25号", [], {"見本市港町五丁目15番25号"}),  # wrapped
    ],
)
def test_what_counts_as_somebody_elses_text(foreign, page, own, expected):
    assert foreign(page, *own) == expected


def test_a_name_that_differs_from_an_own_one_only_in_what_producers_lose_accuses_nobody(town):
    twin = replace(town.residents["R00012"], key="R00099", name="葛城　洋", kana="")
    index = OwnerIndex(town, [twin])
    own = OwnTexts(frozenset([fold("葛󠄀城　洋")]), frozenset(), index)
    assert attribute(FoldedPage("氏名 葛城　洋"), own, index).foreign == ()
