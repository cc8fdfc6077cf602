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


def printed_and_reported(history, pairs, **more):
    for n, (printed, reported) in enumerate(pairs):
        history.asks(f"A{n}", f"R{n + 1}").gets(f"A{n}", number=printed, reported=reported, **more)
    return history


SPELLED_OTHERWISE = [(f"見本-{n}", f"見本－{n}") for n in range(4)]


def test_a_printed_number_that_is_not_the_reported_one_is_wrong(history):
    printed_and_reported(history, [*SPELLED_OTHERWISE, ("見本-9", "見本-4")])
    assert check(history) == [(Anomaly.WRONG_ITEM, "A4", "")]


def test_numbers_reported_that_are_never_the_printed_ones_are_others_on_purpose(history):
    printed_and_reported(history, [(f"第{n}号", f"id-{n + 50}") for n in range(6)])
    assert check(history) == []


def test_too_few_numbers_prove_nothing(history):
    printed_and_reported(history, [("N1", "N1"), ("N2", "N3")])
    assert check(history) == []


def test_a_printed_number_that_the_ledger_does_not_hold_is_wrong(history):
    for n in range(6):
        history.asks(f"A{n}", f"R{n + 1}").gets(f"A{n}", number=f"N{n}" if n else "N99", reported="")
        history.ledger(f"A{n}", numbers=(f"N{n}",))
    assert check(history) == [(Anomaly.WRONG_ITEM, "A0", "")]


def test_a_text_without_a_digit_beside_the_numbers_label_is_no_number(history):
    history.asks("A1", "R1").gets("A1", number="発行日", reported="")
    history.asks("A2", "R2").gets("A2", number="発行日", reported="")
    assert check(history) == []
