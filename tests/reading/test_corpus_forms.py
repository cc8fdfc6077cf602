"""Forms that put values and labels together in other ways: own is own, and what is put in is told or unread."""

import pytest
from press.forms import FORMS, under
from press.layouts import lay_out, width
from press.light import LIGHT
from press.plan import family, record, single, variants
from press.verdicts import told

ORIGINALS = (
    single("", "minami", "inkan", "R00111", "R00112", "name", "address"),
    single("", "kita", "juminhyo", "R00126", "R00115", "name"),
    single("", "nishi", "tax", "R00119", "R00118", "name", "annual_tax"),
    single("", "minami", "juminhyo", "R00115", "R00117", "born_on"),  # an address that a next row's 1 would make longer
    family("", "minami", "R00103", ("item", 1, "born_on", "R00107"), ("person", 1, 0, "R00120"), ("page", 1, "R00107")),
)
CASES = [
    pytest.param(form.__name__, original, id=f"{form.__name__}-{original.vendor}-{original.name}")
    for form in FORMS
    for original in ORIGINALS
    if form is not under or not original.everyone  # a household does not fit on the paper
]


@pytest.mark.parametrize(("form", "original"), CASES)
def test_own_is_own_and_what_is_put_in_is_told(form, original, corpus_opinion):
    for name, sheets, truth in variants(original):
        opinion = corpus_opinion(LIGHT["reportlab"](lay_out(sheets, form)), original)
        assert told(opinion, record(original, "reportlab", name, truth)) == "right", (name, opinion)


def with_a_gap(papers, character):
    """Return the papers with a character left out and its room kept: a vendor draws it as a picture."""
    for paper in papers:
        marks = []
        for mark in paper.marks:
            if mark[0] != "text" or character not in mark[4]:
                marks.append(mark)
                continue
            before, after = mark[4].split(character, 1)
            x = mark[1] + width(before + character, mark[3])
            marks += [(*mark[:4], before, mark[5])] * bool(before) + [("text", x, *mark[2:4], after, mark[5])]
        paper.marks = marks
    return papers


@pytest.mark.parametrize(("applicant", "character", "other"), [("R00115", "邉", "R00101"), ("R00111", "髙", "R00101")])
def test_a_name_with_a_character_that_is_no_text_is_unread_and_nothing_is_said_to_be_wrong(
    applicant, character, other, corpus_opinion
):
    original = single("", "kita", "inkan", applicant, other)
    papers = with_a_gap(lay_out(original.sheets(), "ruled"), character)
    opinion = corpus_opinion(LIGHT["reportlab"](papers), original)
    assert {p.verdict for p in opinion.pages} == {"unread"}
    assert (opinion.wrong, opinion.missing) == ((), ())


def test_a_look_alikes_page_with_such_a_character_is_the_look_alikes(corpus_opinion):
    original = single("", "kita", "inkan", "R00115", "R00116")
    papers = with_a_gap(lay_out(original.sheets("R00116"), "ruled"), "邊")
    opinion = corpus_opinion(LIGHT["reportlab"](papers), original)
    assert {p.verdict for p in opinion.pages} == {"foreign"}
    assert {e.owner for p in opinion.pages for e in p.evidence} == {"R00116"}


NOTATIONS = {
    "2丁目11-8": lambda a: a.replace("二丁目11番8号", "2丁目11-8"),
    "二丁目11-8": lambda a: a.replace("二丁目11番8号", "二丁目11-8"),
    "counted in kanji": lambda a: a.replace("二丁目11番8号", "二丁目十一番八号"),
    "spelt in kanji": lambda a: a.replace("二丁目11番8号", "二丁目一一番八号"),
}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_an_address_is_the_same_in_every_notation(notation, corpus_opinion):
    original = single("", "kita", "inkan", "R00103", "R00130", "address")
    for name, sheets, truth in variants(original):
        papers = lay_out(sheets, "ruled")
        for paper in papers:
            paper.marks = [(*m[:4], _rewritten(m[4], notation), m[5]) if m[0] == "text" else m for m in paper.marks]
        opinion = corpus_opinion(LIGHT["reportlab"](papers), original)
        assert told(opinion, record(original, "reportlab", name, truth)) == "right", (name, opinion)


def _rewritten(text, notation):
    return NOTATIONS[notation](text.translate(NARROW))


NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
