"""Folding makes spelling accidents equal and never two people."""

import pytest

from harness.reading.fold import fold, fold_weak, weak_pattern
from harness.reading.folded_page import FoldedPage
from harness.reading.trust import repertoire

MUST_DIFFER = [
    ("髙橋", "高橋"),
    ("山﨑", "山崎"),
    ("山嵜", "山崎"),
    ("渡邉", "渡邊"),
    ("渡辺", "渡邊"),
    ("齋藤", "斎藤"),
    ("斉藤", "斎藤"),
    ("𠮷田", "吉田"),
    ("葛󠄀城", "葛城"),
    ("葛󠄀城", "葛󠄁城"),
    ("\ufa19田", "神田"),  # compatibility ideographs that are no accident of a font
    ("\ufa1b田", "福田"),
    ("\uf929太", "朗太"),  # kept: its NFC target is another person's character
    ("\uf928下", "廊下"),
    ("\uf9dc", "隆"),
    ("ヤマモト", "ヤマモﾄﾞ"),
    ("ｱｯｺ", "アツコ"),
    ("しょう", "しよう"),
    ("村上博", "村上博美"),
    ("一郎", "ー郎"),
    ("\ue000田", "田"),
    ("SATO", "Sato"),
]


@pytest.mark.parametrize(("one", "other"), MUST_DIFFER)
def test_people_who_differ_stay_different(one, other):
    assert fold(one) != fold(other)


MUST_BE_EQUAL = [
    ("山田　太郎", "山田太郎"),
    ("山 田 太 郎", "山田太郎"),
    ("山田\u2003太郎\u200b", "山田太郎"),
    ("\ufeff山田\u00a0太郎\r\n", "山田太郎"),
    ("⼭⽥", "山田"),
    ("⼾⽥", "戸田"),
    ("⿊⽊", "黒木"),
    ("⾼⾒", "高見"),
    ("⻘⽊", "青木"),
    ("⻑⾕川", "長谷川"),
    ("⻄", "西"),
    ("ＮＧＵＹＥＮ", "NGUYEN"),
    ("１２３－４", "123-4"),
    ("2\u00ad3", "2-3"),
    ("2\u22123", "2-3"),
    ("2‐3", "2-3"),
    ("2–3", "2-3"),
    ("1〜3", "1~3"),
    ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"),
    ("ﾊﾟﾄﾘｯｸ", "パトリック"),
    ("か\u3099く", "がく"),
    ("\uf9d1本木", "六本木"),
    ("\uf90a子", "金子"),
]


@pytest.mark.parametrize(("one", "other"), MUST_BE_EQUAL)
def test_accidents_of_producers_are_equal(one, other):
    assert fold(one) == fold(other)


def test_long_vowel_and_one_are_no_hyphens():
    assert fold("メーン一") == "メーン一"


def test_what_could_not_be_decoded_stays_visible():
    assert fold("山\ufffd太郎") == "山\ufffd太郎"


@pytest.mark.parametrize(("one", "other"), [("葛󠄀城", "葛城"), ("㈱見本", "(株)見本"), ("①", "1"), ("\ufa19田", "神田")])
def test_weak_folding_drops_what_some_producers_lose(one, other):
    assert fold_weak(fold(one)) == fold_weak(fold(other))


@pytest.mark.parametrize("one", ["髙橋", "山﨑", "渡邉", "齋藤"])
def test_weak_folding_is_no_table_of_variants(one):
    plain = {"髙橋": "高橋", "山﨑": "山崎", "渡邉": "渡邊", "齋藤": "斎藤"}[one]
    assert fold_weak(fold(one)) != fold_weak(fold(plain))


@pytest.mark.parametrize("read", ["𠮷田葵", "田葵", "\ufffd田葵", "?田葵", "\ufffd\ufffd田葵", "\u20bb田葵"])
def test_a_character_beyond_the_bmp_may_be_lost_or_garbled(read):
    assert weak_pattern("𠮷田葵").fullmatch(read)


@pytest.mark.parametrize("read", ["吉田葵", "山田葵", "土田葵", "き田葵"])
def test_but_it_is_never_another_ideograph(read):
    assert not weak_pattern("𠮷田葵").fullmatch(read)


def test_of_a_name_of_two_characters_the_gap_must_show():
    assert weak_pattern("\ue002充").fullmatch("\ufffd充")
    assert not weak_pattern("\ue002充").fullmatch("充")
    assert not weak_pattern("\ue002充").fullmatch(":充")


def test_a_vendors_code_point_for_a_gaiji_is_the_registers_character():
    gaiji = (("\ue000", "\ue123"),)
    assert weak_pattern("\ue000田", gaiji).fullmatch("\ue123田")
    assert not weak_pattern("\ue000田", gaiji).fullmatch("\ue124田")


def test_an_undecoded_selector_may_leave_a_sign():
    assert weak_pattern("葛󠄀城").fullmatch("葛\ufffd城")
    assert not weak_pattern("葛󠄀城").fullmatch("葛西城")


def test_a_garbled_name_behind_a_figure_does_not_take_that_figure_for_its_own():
    page = FoldedPage("住定日 S34.9.12\n\ufffd野　明美 S18.8.21")
    assert page.matches_weakly("𠮷野明美", ())


def test_the_signs_of_amounts_of_money_do_not_make_a_text_layer_doubtful():
    assert set(fold("￥1,234,000- ¥0 ×1 ±0")) <= repertoire()
    assert not set("Ã£Â") <= repertoire()
