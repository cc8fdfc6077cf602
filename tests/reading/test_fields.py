"""Fields blank, filled or left out against the register: told by their labels, never by a text that is not found."""

import pytest
from msgspec.structs import replace

from harness.reading import Judge, OwnerIndex, expect
from harness.reading.profile import Item, Use
from harness.records.certificates import Certificate, Options, Scope
from harness.records.ownership import PageVerdict

HOUSEHOLD = Options(scope=Scope.ALL, relation=True)
NOTHING = "ーーー"


@pytest.mark.parametrize(
    ("value", "item"),
    [("昭 和 41 年 6 月 6 日", "born_on"), ("男", "sex"), ("見本市港町五丁目15番2号", "address"), ("村上　博", "name")],
)
def test_a_field_that_is_blank_though_the_register_holds_a_value_is_wrong(quick_producer, written, judge, value, item):
    document = judge(quick_producer(written("alone", (value, NOTHING))), "juminhyo", "R00012")
    assert [(e.kind, e.item, e.owner) for e in document.wrong] == [("blank item", item, "R00012")]


def test_a_date_of_a_broken_formatter_is_wrong_though_the_right_one_stands_elsewhere_on_the_page(draw, written, judge):
    pages = written("alone", ("昭 和 41 年 6 月 6 日", "平成-22年6月6日"))
    pages[0].append(_like(pages[0][0], 60, 120, "昭和41年6月6日"))
    document = judge(draw(pages), "juminhyo", "R00012")
    assert [(e.kind, e.item, e.value) for e in document.wrong] == [("wrong item", "born_on", "平成-22年6月6日")]


def test_a_field_omitted_though_it_was_asked_for_is_wrong(draw, written, judge):
    document = judge(draw(written("alone")), "juminhyo", "R00012", Options(relation=True))
    assert [(e.kind, e.item) for e in document.wrong] == [("blank item", "relation")]


def test_a_value_that_is_merely_not_there_is_missing_not_wrong(draw, written, judge):
    pages = [[line for line in written("alone")[0] if line.text != "男"]]
    document = judge(draw(pages), "juminhyo", "R00012")
    assert (document.wrong, [e.item for e in document.missing]) == ((), ["sex"])


def test_the_struck_out_part_for_a_further_person_is_no_blank_field(draw, written, judge):
    pages = written("alone")
    struck = [("氏名", 440), ("フリガナ", 422), ("生年月日", 404), ("性別", 386)]
    template = next(line for line in pages[0] if line.text == "氏名")
    for label, y in struck:
        pages[0] += [_like(template, 60, y, label), _like(template, 140, y, NOTHING)]
    document = judge(draw(pages), "juminhyo", "R00012")
    assert (document.wrong, document.missing, document.unexplained) == ((), (), ())


def _like(line, x, y, text):
    return type(line)(x=x, y=y, size=line.size, text=text, seal="")


@pytest.fixture(scope="module")
def judge_with_former_names(town, second):
    """Return a function that judges a reading as R00012's, who never had another name; R00008 was 古川."""
    paper = second.papers[Certificate.JUMINHYO]
    profile = replace(
        second,
        items={**second.items, "former_name": Item(source="resident.former_name", labels=("旧氏",))},
        papers={Certificate.JUMINHYO: replace(paper, items=(*paper.items, Use(item="former_name")))},
    )
    residents = {
        **town.residents,
        "R00012": replace(town.residents["R00012"], former_name=""),
        "R00008": replace(town.residents["R00008"], former_name="古川"),
        "R00009": replace(town.residents["R00009"], former_name="今泉"),
        "R00010": replace(town.residents["R00010"], former_name="今泉"),
    }
    people = type(town)(residents.values(), town.koseki.values())
    oracle = Judge(OwnerIndex(people), profile)
    wanted = expect(Certificate.JUMINHYO, Options(), "R00012", people, profile)
    return lambda reading: oracle.document(reading, wanted)


@pytest.fixture
def with_former_name(draw, written, read_pdf):
    """Return a function that draws R00012's sheet with a value beside 旧氏."""

    def drawn(value):
        pages = written("alone")
        template = next(line for line in pages[0] if line.text == "氏名")
        pages[0] += [_like(template, 60, 550, "旧氏"), *([_like(template, 140, 550, value)] if value else [])]
        return read_pdf(draw(pages))

    return drawn


def test_a_value_of_somebody_else_where_the_register_holds_nothing_is_wrong(judge_with_former_names, with_former_name):
    document = judge_with_former_names(with_former_name("古川"))
    assert [(e.kind, e.item, e.value, e.owner) for e in document.wrong] == [
        ("unexpected item", "former_name", "古川", "R00008")
    ]


def test_a_value_that_several_others_have_where_the_register_holds_nothing_is_wrong_too(
    judge_with_former_names, with_former_name
):
    document = judge_with_former_names(with_former_name("今泉"))
    assert [(e.kind, e.item, e.value, e.owner) for e in document.wrong] == [("others' item", "former_name", "今泉", "")]


def test_a_value_of_nobody_where_the_register_holds_nothing_is_for_a_persons_eyes(
    judge_with_former_names, with_former_name
):
    document = judge_with_former_names(with_former_name("未知川"))
    assert document.wrong == ()
    assert [(e.item, e.value) for e in document.unexplained] == [("former_name", "未知川")]


@pytest.mark.parametrize("value", ["", NOTHING, "－", "該当なし", "見本市長　例示　一", "村上　博"])
def test_nothing_a_sign_for_it_or_a_text_of_form_or_applicant_fills_no_field(
    judge_with_former_names, with_former_name, value
):
    document = judge_with_former_names(with_former_name(value))
    assert document.pages[0].verdict is PageVerdict.OWN
    assert (document.wrong, document.unexplained) == ((), ())


def test_a_member_of_the_household_who_is_left_out_is_wrong(quick_producer, written, judge):
    pages = [[line for line in page if line.y not in (630, 618)] for page in written("household")]
    document = judge(quick_producer(pages), "juminhyo", "R00001", HOUSEHOLD)
    assert [(e.kind, e.owner) for e in document.wrong] == [("missing person", "R00002")]


def test_one_item_of_a_member_that_is_not_found_does_not_leave_the_member_out(draw, written, judge):
    pages = written("household", ("見本　花子", "□□　□□"))
    document = judge(draw(pages), "juminhyo", "R00001", HOUSEHOLD)
    assert (document.wrong, [e.item for e in document.missing]) == ((), ["name"])


def test_an_unknown_person_beside_the_labels_of_a_further_page_is_wrong(draw, written, judge):
    """Page 1 proves where this layout puts its values; the few own items of page 2 would not."""
    further = written(
        "alone", ("村上　博", "外村　乙女"), ("ムラカミ　ヒロシ", "ソトムラ　オトメ"), ("1頁/1頁", "2頁/2頁")
    )
    pages = [*written("alone", ("1頁/1頁", "1頁/2頁")), *further]
    document = judge(draw(pages), "juminhyo", "R00012")
    assert {e.item for e in document.wrong if e.page == 2} >= {"name", "kana"}
