"""A text layer in which characters stand for others proves nothing: neither an error nor that there is none."""

import pytest

from harness.records.certificates import Options
from harness.records.ownership import PageVerdict

SHIFTED = str.maketrans("0123456789０１２３４５６７８９", "1234567890１２３４５６７８９０")


def shifted(pages):
    for line in (line for page in pages for line in page):
        line.text = line.text.translate(SHIFTED)
    return pages


@pytest.mark.parametrize(
    ("name", "certificate", "applicant", "options"),
    [
        ("alone", "juminhyo", "R00012", Options()),
        ("income", "tax", "R00001", Options(tax_year=2024)),
    ],
)
def test_a_page_whose_digits_decode_to_other_digits_is_unread(
    quick_producer, written, judge, name, certificate, applicant, options
):
    document = judge(quick_producer(shifted(written(name))), certificate, applicant, options)
    assert {p.verdict for p in document.pages} == {PageVerdict.UNREAD}
    assert all("digits do not decode" in p.reason for p in document.pages)
    assert (document.wrong, document.missing) == ((), ())


def test_an_unread_page_has_no_number_and_no_counter(draw, written, judge):
    page = judge(draw(shifted(written("alone"))), "juminhyo", "R00012").pages[0]
    assert (page.issue_number, page.counter, page.certificate) == ("", None, None)


def test_dates_and_numbers_that_are_really_wrong_contradict_themselves(draw, written, judge):
    wrong = [("昭 和 41 年 6 月 6 日", "昭和52年7月8日"), ("平成１１年１月１日", "平成22年3月4日")]
    document = judge(draw(written("alone", *wrong)), "juminhyo", "R00012")
    assert document.pages[0].verdict is PageVerdict.OWN
    assert [e.item for e in document.wrong] == ["born_on", "address_since"]


def test_a_name_beside_a_form_that_does_not_decode_as_a_whole_may_not_decode_either(draw, written, judge):
    lying = [("ムラカミ　ヒロシ", "ムラカシ　ヒロミ"), ("生年月日", "生年用日")]
    document = judge(draw(written("alone", *lying)), "juminhyo", "R00012")
    assert document.pages[0].verdict is PageVerdict.OWN
    assert document.wrong == ()
    assert "kana" in {e.item for e in document.missing}


def test_the_same_name_in_a_form_that_decodes_is_wrong(draw, written, judge):
    document = judge(draw(written("alone", ("ムラカミ　ヒロシ", "ムラカシ　ヒロミ"))), "juminhyo", "R00012")
    assert [e.item for e in document.wrong] == ["kana"]


def test_nearly_the_own_name_is_no_strangers(draw, written, judge):
    lying = [("見本　太郎", "見本　太部"), ("見本市中央", "見本市中史")]
    page = judge(draw(written("income", *lying)), "tax", "R00001", Options(tax_year=2024)).pages[0]
    assert page.verdict is PageVerdict.UNREAD
    assert "太部" in page.reason


def test_somebody_elses_numbers_are_no_misread_ones_though_they_differ_one_for_one(draw, written, judge):
    theirs = [("村上　博", "見本　太郎"), ("ムラカミ　ヒロシ", "ミホン　タロウ")]
    page = judge(draw(shifted(written("alone", *theirs))), "juminhyo", "R00012").pages[0]
    assert page.verdict in {PageVerdict.FOREIGN, PageVerdict.MIXED}
    assert page.owners[0].resident == "R00001"
