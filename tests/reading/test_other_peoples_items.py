"""One person, page, item or seal of somebody else put into a document is found, and whose it is is said."""

from types import SimpleNamespace

import pytest

from harness.records.certificates import Options, Scope
from harness.records.ownership import PageVerdict

HOUSEHOLD = Options(scope=Scope.ALL, relation=True)
FOREIGN, MIXED, OWN = PageVerdict.FOREIGN, PageVerdict.MIXED, PageVerdict.OWN


def owners(document):
    return {e.owner for p in document.pages for e in p.evidence}


@pytest.mark.parametrize(
    ("name", "certificate", "options", "victim", "donor"),
    [
        ("alone", "juminhyo", Options(), "R00007", "R00012"),
        ("alone", "juminhyo", Options(), "R00013", "R00012"),
        ("household", "juminhyo", HOUSEHOLD, "R00009", "R00001"),
        ("seal", "inkan", Options(), "R00011", "R00001"),
        ("income", "tax", Options(tax_year=2024), "R00013", "R00001"),
        ("register", "koseki", Options(scope=Scope.ALL), "R00013", "R00001"),
    ],
)
def test_somebody_elses_document_is_foreign_on_every_page(
    producer, written, judge, name, certificate, options, victim, donor
):
    document = judge(producer(written(name)), certificate, victim, options)
    assert {p.verdict for p in document.pages} == {FOREIGN}
    assert donor in {w.resident for p in document.pages for w in p.owners}
    assert victim not in document.listed


def test_a_page_of_another_household_among_own_pages_is_found(quick_producer, written, judge):
    pages = written("household")
    pages[1] = written("alone")[0]
    document = judge(quick_producer(pages), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.verdict for p in document.pages] == [OWN, FOREIGN]
    assert document.pages[1].owners[0].resident == "R00012"


def test_one_row_of_somebody_else_in_the_household_is_found(quick_producer, written, judge):
    pages = written("household", ("見本　二郎", "村上　博美"), ("ミホン　ジロウ", "ムラカミ　ヒロミ"))
    document = judge(quick_producer(pages), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.verdict for p in document.pages] == [MIXED, OWN]
    assert owners(document) == {"R00013"}


@pytest.mark.parametrize(
    ("old", "new", "donor"),
    [
        ("村上　博", "高橋　健", "R00008"),
        ("ムラカミ　ヒロシ", "グエン　ヴァン　アン", "R00011"),
        ("見本市港町五丁目15番2号", "見本市東町四丁目5番16号", "R00008"),
        ("見本市港町五丁目15番2号", "見本市港町五丁目15番25号", "R00013"),
    ],
)
def test_one_item_of_somebody_else_is_found_and_attributed(quick_producer, written, judge, old, new, donor):
    document = judge(quick_producer(written("alone", (old, new))), "juminhyo", "R00012")
    assert document.pages[0].verdict is MIXED
    assert owners(document) == {donor}


@pytest.mark.parametrize(
    ("old", "new", "item", "donor"),
    [
        ("昭 和 41 年 6 月 6 日", "昭 和 43 年 8 月 8 日", "born_on", "R00013"),
        ("平成１１年１月１日", "平成２２年６月１日", "address_since", "R00007"),
        ("646 10 男", "646 10 女", "sex", ""),
    ],
)
def test_a_wrong_value_beside_its_label_is_found(quick_producer, written, judge, old, new, item, donor):
    document = judge(quick_producer(written("alone", (old, new))), "juminhyo", "R00012")
    assert [(e.item, e.owner) for e in document.wrong] == [(item, donor)]


COUPLE = [
    ("見本　太郎", "ミホン　タロウ", "1975年3月4日", "男", "2001年4月1日"),
    ("見本　花子", "ミホン　ハナコ", "1977年11月23日", "女", "2001年4月1日"),
]


def blocks(written, people):
    """Return a sheet with one block of labelled items per person, one under the other."""
    page = [line for line in written("alone")[0] if line.y > 730 or line.y < 130]
    next(line for line in page if (line.x, line.y) == (140, 745)).text = "見本市中央一丁目2番3号"
    labels = ("氏名", "フリガナ", "生年月日", "性別", "住定日")
    for number, person in enumerate(people):
        for row, (label, value) in enumerate(zip(labels, person, strict=True)):
            y = 700 - 120 * number - 18 * row
            page += [_line(60, y, label), _line(140, y, value)]
    return [page]


def _line(x, y, text):
    return SimpleNamespace(x=x, y=y, size=9.0, text=text, seal="")


@pytest.mark.parametrize(
    ("person", "place", "value", "item"),
    [
        (0, 0, "見本　花子", "name"),
        (1, 1, "ミホン　タロウ", "kana"),
        (1, 2, "1975年3月4日", "born_on"),
        (0, 3, "女", "sex"),
        (1, 3, "男", "sex"),
    ],
)
def test_one_item_of_another_member_of_the_household_is_wrong(
    quick_producer, written, judge, person, place, value, item
):
    couple = Options(scope=Scope.SOME, persons=("R00001", "R00002"))
    right = judge(quick_producer(blocks(written, COUPLE)), "juminhyo", "R00001", couple)
    assert (right.wrong, right.missing) == ((), ())
    people = [list(p) for p in COUPLE]
    people[person][place] = value
    document = judge(quick_producer(blocks(written, people)), "juminhyo", "R00001", couple)
    assert [e.item for e in document.wrong] == [item]


def test_another_persons_figures_are_found(quick_producer, written, judge):
    pages = written("income", ("337,200 円", "253,600 円"))
    document = judge(quick_producer(pages), "tax", "R00001", Options(tax_year=2024))
    assert [(e.item, e.value, e.owner) for e in document.wrong] == [("annual_tax", "253,600円", "R00013")]


def test_another_persons_seal_is_found_and_named(quick_producer, written, judge):
    document = judge(quick_producer(written("seal", ("seal R00001", "seal R00012"))), "inkan", "R00001")
    assert document.pages[0].verdict is OWN
    assert document.seal.owner == "R00012"


def test_the_seal_on_somebody_elses_document_needs_no_telling_of_its_own(draw, written, judge):
    document = judge(draw(written("seal")), "inkan", "R00011")
    assert document.pages[0].verdict is FOREIGN
    assert document.seal is None


def test_a_seal_of_nobody_is_nobodys(draw, written, judge):
    document = judge(draw(written("seal", ("seal R00001", "seal nobody"))), "inkan", "R00001")
    assert document.seal is not None
    assert document.seal.owner == ""


def test_a_missing_seal_is_told(draw, written, judge):
    pages = written("seal")
    pages[0] = [line for line in pages[0] if not line.seal]
    document = judge(draw(pages), "inkan", "R00001")
    assert document.seal.value == "no seal impression found"


def test_relation_and_householder_printed_unasked_are_leaks(draw, written, judge):
    document = judge(draw(written("household")), "juminhyo", "R00002", Options(scope=Scope.ALL))
    assert [p.verdict for p in document.pages] == [OWN, OWN]
    assert {e.item for e in document.leaked} == {"relation", "householder"}


def test_a_number_and_a_relation_in_fields_that_had_to_stay_empty_are_leaks(quick_producer, written, judge):
    pages = written("alone")
    _field(pages, 574).text = "1234 5678 9012"
    _field(pages, 610).text = "世帯主"
    document = judge(quick_producer(pages), "juminhyo", "R00012")
    assert [e.item for e in document.leaked] == ["relation", "my_number"]


def _field(pages, y):
    return next(line for line in pages[0] if (line.x, line.y) == (140, y))


def test_an_own_honseki_printed_unasked_is_a_leak(quick_producer, written, judge):
    pages = written(
        "alone",
        ("村上　博", "村上　博美"),
        ("ムラカミ　ヒロシ", "ムラカミ　ヒロミ"),
        ("昭 和 41 年 6 月 6 日", "1968年8月8日"),
        ("見本市港町五丁目15番2号", "見本市港町五丁目15番25号"),
        ("平成１１年１月１日", "1999/12/31"),
    )
    _field(pages, 592).text = "架空県見本市港町五丁目15番地"
    _field(pages, 646).text = "女"
    document = judge(quick_producer(pages), "juminhyo", "R00013")
    assert document.pages[0].verdict is OWN
    assert [e.item for e in document.leaked] == ["honseki"]
    assert document.wrong == ()


def test_a_missing_item_is_told_and_is_no_mismatch(draw, written, judge):
    pages = written("household")
    pages[0] = [line for line in pages[0] if line.text != "ミホン　ハナコ"]
    document = judge(draw(pages), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.verdict for p in document.pages] == [OWN, OWN]
    assert [(e.item, e.owner) for e in document.missing] == [("kana", "R00002")]
    assert document.wrong == ()


def test_a_person_outside_the_population_is_a_stranger(quick_producer, written, judge):
    pages = written(
        "alone",
        ("村上　博", "余所　者男"),
        ("ムラカミ　ヒロシ", "ヨソ　モノオ"),
        ("昭 和 41 年 6 月 6 日", "昭 和 30 年 1 月 2 日"),
        ("見本市港町五丁目15番2号", "別府県別市別町1番"),
    )
    document = judge(quick_producer(pages), "juminhyo", "R00012")
    assert document.pages[0].verdict is PageVerdict.STRANGER
    assert "余所者男" in document.pages[0].reason


def test_an_unknown_name_among_own_items_is_for_a_persons_eyes(draw, written, judge):
    page = judge(draw(written("alone", ("村上　博", "村下　博"))), "juminhyo", "R00012").pages[0]
    assert page.verdict is PageVerdict.UNREAD
    assert "村下博" in page.reason


def test_a_household_copy_that_lists_only_another_member_is_that_members(draw, written, judge):
    only_mother = written("household", ("2頁/2頁", "1頁/1頁"))[1:]
    document = judge(draw(only_mother), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.verdict for p in document.pages] == [FOREIGN]
    assert owners(document) == {"R00005"}


def test_what_the_counter_calls_a_part_of_the_household_copy_is_no_other_members_document(draw, written, judge):
    document = judge(draw(written("household")[1:]), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.verdict for p in document.pages] == [OWN]
    assert {e.owner for e in document.wrong if e.kind == "missing person"} == {"R00001", "R00002", "R00003", "R00004"}
    theirs = judge(draw(written("household")[1:]), "juminhyo", "R00012", HOUSEHOLD)
    assert [p.verdict for p in theirs.pages] == [FOREIGN]  # of another household it stays another's


def test_a_copy_of_oneself_does_not_permit_the_others_of_the_household(draw, written, judge):
    document = judge(draw(written("household")), "juminhyo", "R00001", Options(scope=Scope.SELF, relation=True))
    assert [p.verdict for p in document.pages] == [MIXED, MIXED]  # the applicant is on both, as householder
    assert {"R00002", "R00003", "R00004", "R00005"} <= owners(document)


def test_one_foreign_line_on_an_otherwise_own_page_does_not_make_it_another_persons(draw, written, judge):
    pages = written("alone")
    pages[0].append(SimpleNamespace(x=60, y=500, size=9, text="転入前住所 架空県見本市中央一丁目２番３号", seal=""))
    page = judge(draw(pages), "juminhyo", "R00012").pages[0]
    assert (page.verdict, page.otherwise_own) == (MIXED, True)
    assert {e.item for e in page.evidence} == {"address"}


def test_another_persons_address_in_the_place_of_ones_own_is_one_foreign_item(draw, written, judge):
    pages = written("alone", ("見本市港町五丁目15番2号", "架空県見本市中央一丁目２番３号"))
    page = judge(draw(pages), "juminhyo", "R00012").pages[0]
    assert (page.verdict, page.otherwise_own) == (MIXED, True)


def test_another_persons_name_in_the_place_of_ones_own_is_no_item_of_an_own_page(draw, written, judge):
    pages = written("alone", ("村上　博", "見本　太郎"), ("ムラカミ　ヒロシ", "ミホン　タロウ"))
    page = judge(draw(pages), "juminhyo", "R00012").pages[0]
    assert not page.otherwise_own
