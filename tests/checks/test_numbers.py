"""Property U: issue numbers."""

from harness.checks.numbers import check_numbers
from harness.records.certificates import Options
from harness.records.findings import Anomaly


def check(history):
    return [(f.anomaly, f.application, f.donor_application) for f in check_numbers(history.view(), history.documents)]


def test_different_numbers_and_gaps_between_them_are_right(history):
    history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2").gets("A2", number="N7")
    assert check(history) == []


def test_one_number_on_two_applications_is_told_once_for_the_later(history):
    history.asks("A1", "R1", 0, 1).gets("A1", number="N1").asks("A2", "R2", 0, 2).gets("A2", number="N1")
    assert check(history) == [(Anomaly.SERIAL_DUP, "A2", "A1")]


def test_the_copies_of_one_application_may_carry_one_number(history):
    history.asks("A1", "R1", options=Options(copies=2)).gets("A1", number="N1").gets("A1", number="N1", copy=2)
    assert check(history) == []


def test_the_same_document_fetched_again_is_no_duplicate(history):
    history.asks("A1", "R1").gets("A1", number="N1", body="x").gets("A1", number="N1", body="x")
    assert check(history) == []


def test_a_number_on_anothers_document_is_that_persons(history, made):
    history.asks("A1", "R1").gets("A1", number="N1", body="x")
    history.asks("A2", "R2").gets("A2", [made.foreign_page("R1", number="N1")], body="x")
    assert check(history) == []


def test_a_number_reported_beside_an_unnumbered_document_counts(history):
    history.asks("A1", "R1", 0, 1).gets("A1", reported="N1").asks("A2", "R2", 0, 2).gets("A2", reported="N1")
    assert check(history) == [(Anomaly.SERIAL_DUP, "A2", "A1")]


def test_documents_without_any_number_are_no_duplicates(history):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2").gets("A2")
    assert check(history) == []


def test_the_ledger_shows_a_number_given_twice_though_no_document_does(history):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2").gets("A2")
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N1",))
    assert check(history) == [(Anomaly.SERIAL_DUP, "A2", "A1")]


def test_a_pair_shown_by_documents_and_ledger_is_told_once(history):
    history.asks("A1", "R1", 0, 1).gets("A1", number="N1").asks("A2", "R2", 0, 2).gets("A2", number="N1")
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N1",))
    assert len(check(history)) == 1
