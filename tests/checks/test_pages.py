"""Property P: numbers and counters of pages."""

import pytest
from msgspec.structs import replace

from harness.checks.pages import check_pages
from harness.records.findings import Anomaly, Severity
from harness.records.reading import FileMarks, ReadingStatus


def check(history):
    return [(f.anomaly, f.pages) for f in check_pages(history.view(), history.documents)]


def pages(made, *facts):
    return [made.own_page("R1", page=n, number=number, counter=counter) for n, (number, counter) in enumerate(facts, 1)]


def test_one_number_and_pages_counted_once_each_are_right(history, made):
    history.asks("A1", "R1").gets("A1", pages(made, ("N1", (1, 3)), ("N1", (2, 3)), ("N1", (3, 3))))
    assert check(history) == []


def test_a_layout_without_numbers_or_counters_has_nothing_to_compare(history, made):
    history.asks("A1", "R1").gets("A1", pages(made, ("", None), ("", None)))
    assert check(history) == []


def test_different_numbers_on_own_pages_are_a_page_mix(history, made):
    history.asks("A1", "R1").gets("A1", pages(made, ("N1", (1, 2)), ("N2", (2, 2))))
    assert check(history) == [(Anomaly.PAGE_MIX, (1, 2))]


@pytest.mark.parametrize("counters", [[(1, 3), (2, 3)], [(1, 3), (3, 3)], [(1, 2), (1, 2)], [(2, 2)]])
def test_a_counter_that_never_comes_is_a_lost_page(history, made, counters):
    history.asks("A1", "R1").gets("A1", pages(made, *(("N1", c) for c in counters)))
    assert [anomaly for anomaly, _ in check(history)] == [Anomaly.PAGE_LOSS]


@pytest.mark.parametrize("counters", [[(1, 2), (2, 2), (2, 2)], [(1, 2), (2, 2), (1, 1)]])
def test_pages_beyond_those_counted_are_a_page_mix(history, made, counters):
    history.asks("A1", "R1").gets("A1", pages(made, *(("N1", c) for c in counters)))
    assert [anomaly for anomaly, _ in check(history)] == [Anomaly.PAGE_MIX]


def test_an_uncounted_page_may_be_the_missing_one(history, made):
    history.asks("A1", "R1").gets("A1", pages(made, ("N1", (1, 2)), ("N1", None)))
    assert check(history) == []


def test_a_pdf_without_its_end_is_truncated(history):
    history.asks("A1", "R1").gets("A1", status=ReadingStatus.CORRUPT, marks=FileMarks(headers=1, eofs=0))
    assert check(history) == [(Anomaly.TRUNCATED, ())]


def test_a_broken_pdf_with_its_end_is_not_called_truncated(history):
    history.asks("A1", "R1").gets("A1", status=ReadingStatus.CORRUPT, marks=FileMarks(headers=1, eofs=1))
    assert check(history) == []


def test_a_part_that_broke_off_on_the_way_is_not_the_targets_truncation(history):
    marks = FileMarks(headers=1, eofs=0)
    history.asks("A1", "R1").gets("A1", status=ReadingStatus.CORRUPT, marks=marks, complete=False)
    assert check(history) == []


def test_pages_of_others_are_left_to_the_ownership_check(history, made):
    foreign = made.foreign_page("R2", page=2, number="N2")
    history.asks("A1", "R1").gets("A1", [made.own_page("R1", number="N1"), foreign])
    assert check(history) == []


@pytest.mark.parametrize(
    "marks",
    [
        FileMarks(headers=1, eofs=2, prevs=0),  # the end of a longer file that was there before
        FileMarks(headers=1, eofs=1, prevs=0, trailing_bytes=4000),
        FileMarks(headers=1, eofs=1, leading_bytes=4000),  # an error page
        FileMarks(headers=1, eofs=1, unread=1),  # an attachment that cannot be opened
    ],
)
def test_bytes_behind_the_end_that_are_no_revision_are_for_review(history, marks):
    history.asks("A1", "R1").gets("A1", marks=marks)
    (found,) = check_pages(history.view(), history.documents)
    assert (found.anomaly, found.severity) == (Anomaly.RESIDUE, Severity.REVIEW)


@pytest.mark.parametrize(
    "marks",
    [
        FileMarks(headers=1, eofs=2, prevs=1),  # updated, signed or linearised
        FileMarks(headers=1, eofs=1, prevs=0, trailing_bytes=12),
        FileMarks(headers=2, eofs=2, prevs=0),  # whole files are the reader's matter
    ],
)
def test_revisions_and_a_few_padding_bytes_are_ordinary(history, marks):
    history.asks("A1", "R1").gets("A1", marks=marks)
    assert check(history) == []


def test_a_page_that_stands_twice_is_told_however_it_is_counted(history, made):
    twice = [*pages(made, ("N1", (1, 3)), ("N1", (2, 3))), made.own_page("R1", page=3, number="N1", counter=(3, 3))]
    history.asks("A1", "R1").gets("A1", [*twice[:2], replace(twice[2], repeats=1)])
    (found,) = check_pages(history.view(), history.documents)
    assert (found.anomaly, found.severity, found.pages) == (Anomaly.WRONG_ITEM, Severity.DEFECT, (3,))
    assert [e.value for e in found.evidence] == ["repeats page 1"]
