"""The hand-checked documents, drawn by four producers, are the applicant's own, page by page."""

import pytest

from harness.records.certificates import Certificate, Options, Scope
from harness.records.ownership import PageVerdict

HOUSEHOLD = Options(scope=Scope.ALL, relation=True)
OWN_DOCUMENTS = [
    ("household", "juminhyo", "R00001", HOUSEHOLD, 2),
    ("household", "juminhyo", "R00004", HOUSEHOLD, 2),
    ("alone", "juminhyo", "R00012", Options(), 1),
    ("seal", "inkan", "R00001", Options(), 1),
    ("income", "tax", "R00001", Options(tax_year=2024), 1),
    ("register", "koseki", "R00001", Options(scope=Scope.ALL), 3),
    ("register", "koseki", "R00004", Options(scope=Scope.ALL), 3),
]


def clean(document):
    parts = (document.missing, document.leaked, document.wrong, document.residue)
    return not any(parts) and document.seal is None


@pytest.mark.parametrize(("name", "certificate", "applicant", "options", "pages"), OWN_DOCUMENTS)
def test_an_own_document_is_own_on_every_page_and_nothing_speaks_against_it(
    producer, written, judge, name, certificate, applicant, options, pages
):
    document = judge(producer(written(name)), certificate, applicant, options)
    assert [p.verdict for p in document.pages] == [PageVerdict.OWN] * pages
    assert clean(document)
    assert [p.counter for p in document.pages] == [(i + 1, pages) for i in range(pages)]
    assert {p.certificate for p in document.pages} == {Certificate(certificate)}


def test_the_text_of_a_page_is_read_as_it_was_written(producer, written, read_pdf):
    page = read_pdf(producer(written("alone"))).pages[0]
    lines = ["".join(line.split()) for line in page.text.splitlines()]
    for line in (
        "住民票",
        "氏名村上博",
        "フリガナムラカミヒロシ",
        "生年月日昭和41年6月6日",
        "住定日平成１１年１月１日",
        "現住所見本市港町五丁目15番2号",
        "この写しは、住民票の原本と相違ないことを証明する。",
    ):
        assert line in lines
    assert page.hidden_text == ""


def test_issue_number_is_read_from_every_page(producer, written, judge):
    document = judge(producer(written("household")), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.issue_number for p in document.pages] == ["第26-004711号"] * 2


def test_everyone_listed_is_reported_in_the_order_of_the_pages(draw, written, judge):
    document = judge(draw(written("household")), "juminhyo", "R00001", HOUSEHOLD)
    assert document.listed == ("R00001", "R00002", "R00003", "R00004", "R00005")


def test_an_unknown_layout_is_judged_by_name_birth_date_and_address(producer, written, judge):
    from harness.reading import load_profile

    generic = load_profile("generic")
    document = judge(producer(written("alone")), "juminhyo", "R00012", profile=generic)
    assert [p.verdict for p in document.pages] == [PageVerdict.OWN]
    other = judge(producer(written("alone")), "juminhyo", "R00013", profile=generic)
    assert [p.verdict for p in other.pages] == [PageVerdict.FOREIGN]
    assert other.pages[0].owners[0].resident == "R00012"


def test_a_certificate_of_another_kind_is_recognised_by_its_title(draw, written, judge):
    document = judge(draw(written("income")), "juminhyo", "R00001")
    assert document.pages[0].verdict is PageVerdict.OWN
    assert document.pages[0].certificate is Certificate.TAX


def test_an_own_paper_of_a_kind_that_was_not_asked_for_is_own_though_it_lacks_the_other_kinds_items(
    draw, written, judge
):
    document = judge(draw(written("household")), "koseki", "R00001", Options(scope=Scope.ALL))
    assert document.pages[0].verdict is PageVerdict.OWN
    assert document.pages[0].certificate is Certificate.JUMINHYO
    assert document.pages[1].verdict is PageVerdict.MIXED  # R00005 is in another koseki


def test_a_page_that_stands_twice_repeats_the_first_whatever_its_counter_says(producer, written, judge):
    counted = written("household", ("1頁/2頁", "1頁/3頁"), ("2頁/2頁", "2頁/3頁"))
    again = written("household", ("1頁/2頁", "3頁/3頁"))[0]
    document = judge(producer([*counted, again]), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.repeats for p in document.pages] == [0, 0, 1]
    assert [p.counter for p in document.pages] == [(1, 3), (2, 3), (3, 3)]
    assert {p.verdict for p in document.pages} == {PageVerdict.OWN}


def test_sheets_that_list_nobody_may_be_alike(draw, written, judge):
    listing = written("household", ("1頁/2頁", "1頁/4頁"), ("2頁/2頁", "2頁/4頁"))
    head = [line for line in listing[1] if line.y > 700]
    document = judge(draw([*listing, head, head]), "juminhyo", "R00001", HOUSEHOLD)
    assert [p.repeats for p in document.pages] == [0, 0, 0, 0]


def test_a_page_that_is_half_another_forms_is_whose_name_and_more_stand_on_it(draw, written, judge):
    """Title, head and foot are those of the applicant's; the labels of that form are not there."""
    page = written("register")[0]
    mixed = [line for line in page if line.y > 770 or line.y < 50] + [
        line for line in written("alone")[0] if 60 < line.y < 770 and line.text not in {"氏名", "フリガナ", "生年月日"}
    ]
    document = judge(draw([mixed]), "koseki", "R00001", Options(scope=Scope.ALL))
    assert document.pages[0].verdict is PageVerdict.FOREIGN
    assert document.pages[0].owners[0].resident == "R00012"


def test_one_text_of_somebody_else_is_not_enough_on_a_page_that_cannot_be_believed(draw, written, judge):
    page = written("register")[0]
    name = next(line for line in written("alone")[0] if "村上" in line.text)
    document = judge(draw([[*(line for line in page if line.y > 770), name]]), "koseki", "R00001")
    assert document.pages[0].verdict is PageVerdict.UNREAD


def test_a_twin_who_is_left_out_of_the_family_register_is_missing(draw, written, judge):
    """Nothing of his is known of nobody else by the register's index: his twin has the birth date."""
    *pages, last = written("register")
    without = [line for line in last if not 370 < line.y < 510]
    document = judge(draw([*pages, without]), "koseki", "R00001", Options(scope=Scope.ALL))
    assert [e.owner for e in document.wrong if e.kind == "missing person"] == ["R00004"]
