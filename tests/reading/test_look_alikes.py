"""People who resemble each other are told apart by what differs, and never accuse each other."""

from types import SimpleNamespace

import pytest

from harness.reading import load_profile
from harness.records.certificates import Options, Scope
from harness.records.ownership import PageVerdict

FOREIGN, OWN, OWN_WEAK, UNREAD = PageVerdict.FOREIGN, PageVerdict.OWN, PageVerdict.OWN_WEAK, PageVerdict.UNREAD

PEOPLE = {
    "R00001": ("見本　太郎", "ミホン　タロウ", "1975年3月4日", "男", "見本市中央一丁目2番3号", "2001年4月1日"),
    "R00006": ("見本　太郎", "ミホン　タロウ", "1975年3月4日", "男", "見本市北町九丁目8番7号", "2015年9月10日"),
    "R00007": ("髙橋　健", "タカハシ　ケン", "1980年7月8日", "男", "見本市東町四丁目5番6号", "2010年6月1日"),
    "R00008": ("高橋　健", "タカハシ　ケン", "1980年7月8日", "男", "見本市東町四丁目5番16号", "2010年6月2日"),
    "R00009": ("𠮷田　葵", "ヨシダ　アオイ", "1990年2月28日", "女", "見本市西町二丁目20番1号", "2018年12月24日"),
    "R00010": ("吉田　葵", "ヨシダ　アオイ", "1990年2月28日", "女", "見本市西町二丁目2番1号", "2018年12月25日"),
    "R00012": ("村上　博", "ムラカミ　ヒロシ", "1966年6月6日", "男", "見本市港町五丁目15番2号", "1999年1月1日"),
    "R00013": ("村上　博美", "ムラカミ　ヒロミ", "1968年8月8日", "女", "見本市港町五丁目15番25号", "1999年12月31日"),
    "R00003": ("見本　一郎", "ミホン　イチロウ", "2004年5月6日", "男", "見本市中央一丁目2番3号", "2001年4月1日"),
    "R00004": ("見本　二郎", "ミホン　ジロウ", "2004年5月6日", "男", "見本市中央一丁目2番3号", "2001年4月1日"),
}
PAIRS = [
    ("R00001", "R00006"),
    ("R00007", "R00008"),
    ("R00009", "R00010"),
    ("R00012", "R00013"),
    ("R00003", "R00004"),
]


@pytest.fixture
def paper(written, quick_producer):
    """Return a function that draws the single sheet of one of PEOPLE."""

    def sheet(key, *, font=None):
        olds = ("村上　博", "ムラカミ　ヒロシ", "昭 和 41 年 6 月 6 日", "10 男", "見本市港町五丁目15番2号")
        name, kana, born_on, sex, address, since = PEOPLE[key]
        news = (name, kana, born_on, f"10 {sex}", address)
        return quick_producer(written("alone", *zip(olds, news, strict=True), ("平成１１年１月１日", since)))

    return sheet


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_each_of_two_look_alikes_gets_an_own_page(paper, judge, pair):
    for key in pair:
        document = judge(paper(key), "juminhyo", key)
        assert document.pages[0].verdict in {OWN, OWN_WEAK}, document.pages[0]
        assert document.wrong == ()
        assert document.pages[0].evidence == ()


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_the_page_of_a_look_alike_is_foreign_and_names_the_look_alike(paper, judge, pair):
    for donor, victim in (pair, pair[::-1]):
        page = judge(paper(donor), "juminhyo", victim).pages[0]
        assert page.verdict is FOREIGN, page
        assert page.owners[0].resident == donor


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_look_alikes_are_told_apart_without_a_profile_of_their_own(paper, judge, pair):
    generic = load_profile("generic")
    for donor, victim in (pair, pair[::-1]):
        assert judge(paper(donor), "juminhyo", donor, profile=generic).pages[0].verdict in {OWN, OWN_WEAK}
        assert judge(paper(donor), "juminhyo", victim, profile=generic).pages[0].verdict is FOREIGN


def test_a_page_that_fits_two_people_alike_is_unread_and_says_whom(draw, written, judge):
    pages = written(
        "alone",
        ("村上　博", "見本　太郎"),
        ("ムラカミ　ヒロシ", "ミホン　タロウ"),
        ("昭 和 41 年 6 月 6 日", "1975/3/4"),
        ("見本市港町五丁目15番2号", ""),
        ("平成１１年１月１日", ""),
    )
    page = judge(draw(pages), "juminhyo", "R00001").pages[0]
    assert page.verdict is UNREAD
    assert "R00006" in page.reason


def test_twins_in_one_household_are_both_permitted_in_a_household_copy(draw, written, judge):
    document = judge(draw(written("household")), "juminhyo", "R00003", Options(scope=Scope.ALL, relation=True))
    assert [p.verdict for p in document.pages] == [OWN, OWN]


def test_a_character_beyond_the_bmp_that_the_font_lacks_gives_a_weak_match(draw, written, judge):
    # IPAexGothic has no 𠮷: the file carries no code point for it
    pages = written(
        "alone",
        ("村上　博", "𠮷田　葵"),
        ("ムラカミ　ヒロシ", "ヨシダ　アオイ"),
        ("昭 和 41 年 6 月 6 日", "1990/2/28"),
        ("見本市港町五丁目15番2号", "見本市西町二丁目20番1号"),
        ("平成１１年１月１日", "2018/12/24"),
        ("10 男", "10 女"),
    )
    document = judge(draw(pages), "juminhyo", "R00009")
    assert document.pages[0].verdict is OWN_WEAK
    assert document.wrong == ()
    assert [(e.kind, e.item, e.owner) for e in document.weak] == [("weak match", "name", "R00009")]


MEMBERS = {
    "見本　太郎": ("1975年3月4日", "男", "世帯主"),
    "見本　花子": ("1977年11月23日", "女", "妻"),
    "見本　一郎": ("2004年5月6日", "男", "子"),
    "見本　二郎": ("2004年5月6日", "男", "子"),
    "見本　梅": ("1948年1月30日", "女", "母"),
}
LABELS = ("生年月日", "性別", "世帯主との続柄")


def a_record_each(written, names):
    """Return a household copy with labels of their own for every person."""
    page = written("household")[0]
    lines = [*page[:6], *(line for line in page if line.y < 130)]
    for number, name in enumerate(names):
        fields = (("氏名", name), *zip(LABELS, MEMBERS[name], strict=True), ("住定日", "2001年4月1日"))
        for row, field in enumerate(fields):
            y = 690 - number * 105 - row * 16
            lines += [SimpleNamespace(x=x, y=y, size=9, text=t, seal="") for x, t in zip((60, 160), field, strict=True)]
    return [lines]


@pytest.mark.parametrize("left_out", ["見本　一郎", "見本　梅"])
def test_a_member_who_is_left_out_is_missing_as_a_person_a_twin_too(draw, written, judge, left_out):
    names = list(MEMBERS)
    whole = judge(draw(a_record_each(written, names)), "juminhyo", "R00001", Options(scope=Scope.ALL, relation=True))
    assert [e for e in whole.wrong if e.kind == "missing person"] == []
    names.remove(left_out)
    document = judge(draw(a_record_each(written, names)), "juminhyo", "R00001", Options(scope=Scope.ALL, relation=True))
    assert [e.value for e in document.wrong if e.kind == "missing person"] == [left_out.replace("\u3000", "")]
