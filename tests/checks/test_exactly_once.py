"""Property X: charged or acknowledged if and only if delivered, once."""

import pytest

from harness.checks.donors import trace_donors
from harness.checks.exactly_once import check_exactly_once
from harness.records.certificates import Options
from harness.records.findings import Anomaly, Severity
from harness.records.history import Ending, Interrupted, RunResumed, SettledAs, Settlement, TargetHealth
from harness.records.plan import AbortHow, PlannedAbort, Step
from harness.records.reading import ReadingStatus


def check(history):
    view = history.view()
    return check_exactly_once(view, history.documents, trace_donors(view, history.documents))


def told(history):
    return [(f.anomaly, f.application, f.severity) for f in check(history)]


def test_one_document_per_copy_is_right(history):
    history.asks("A1", "R1", options=Options(copies=2)).gets("A1", number="N1").gets("A1", number="N2", copy=2)
    assert told(history) == []


def test_a_missing_copy_is_lost(history):
    history.asks("A1", "R1", options=Options(copies=2)).gets("A1", number="N1")
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]


def test_a_document_that_is_in_the_ledger_but_never_came_is_lost(history):
    history.asks("A1", "R1", ending=Ending.UNRESOLVED).ledger("A1")
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]


def test_a_document_that_settling_found_issued_is_lost(history, made):
    history.asks("A1", "R1", ending=Ending.UNRESOLVED)
    history.add(Settlement(application="A1", settled=SettledAs.ISSUED, source="retry", at_ns=made.ns(50)))
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]


def test_a_time_out_that_the_target_cancelled_is_no_loss(history):
    history.asks("A1", "R1", ending=Ending.FAILED, code="PRINT_TIMEOUT").ledger("A1", state="cancelled")
    assert told(history) == []


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.REFUSED])
def test_a_fee_taken_without_a_document_is_charged_not_printed(history, ending):
    history.asks("A1", "R1", ending=ending, charged=True)
    assert told(history) == [(Anomaly.CHARGED_NOT_PRINTED, "A1", Severity.DEFECT)]


def test_busy_and_refused_applications_owe_nothing(history):
    history.asks("A1", "R1", ending=Ending.FAILED, code="BUSY").asks("A2", "R2", ending=Ending.REFUSED, code="X")
    assert told(history) == []


@pytest.mark.parametrize("how", [AbortHow.DISCONNECT, AbortHow.WALK_AWAY])
def test_what_we_broke_off_on_purpose_is_no_loss(history, how):
    abort = PlannedAbort(step=Step.COLLECT, how=how)
    history.asks("A1", "R1", ending=Ending.ABORTED, abort=abort, charged=True).ledger("A1")
    assert told(history) == []


def test_an_accepted_cancellation_that_the_ledger_calls_issued_is_a_loss(history):
    abort = PlannedAbort(step=Step.PAY, how=AbortHow.CANCEL)
    history.asks("A1", "R1", ending=Ending.ABORTED, abort=abort, cancelled=204).ledger("A1")
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]


def test_a_cancellation_that_came_too_late_is_none(history):
    abort = PlannedAbort(step=Step.COLLECT, how=AbortHow.CANCEL)
    history.asks("A1", "R1", ending=Ending.ABORTED, abort=abort, cancelled=409).ledger("A1")
    assert told(history) == []


def test_an_interrupted_run_loses_nothing_of_its_own(history, made):
    history.asks("A1", "R1", 0, 5, ending=Ending.UNRESOLVED).ledger("A1")
    history.add(Interrupted(at_ns=made.ns(4), reason="ctrl-c"))
    assert told(history) == []


def test_after_a_resumed_run_losses_count_again(history, made):
    history.add(Interrupted(at_ns=made.ns(4), reason="ctrl-c"), RunResumed(at_ns=made.ns(10)))
    history.asks("A1", "R1", 12, 15, ending=Ending.UNRESOLVED).ledger("A1")
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]


def test_while_the_target_was_dying_a_loss_is_for_review(history, made):
    history.asks("A1", "R1", 0, 5, ending=Ending.UNRESOLVED).ledger("A1")
    history.add(TargetHealth(at_ns=made.ns(8), alive=False, reason="refused"))
    assert told(history) == [(Anomaly.LOST, "A1", Severity.REVIEW)]


def test_a_target_that_was_not_up_before_the_run_was_resumed_excuses_no_loss(history, made):
    history.add(TargetHealth(at_ns=made.ns(-9), alive=False), RunResumed(at_ns=made.ns(-5)))
    history.asks("A1", "R1", 0, 5, ending=Ending.UNRESOLVED).ledger("A1")
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]


def test_the_same_copy_with_another_number_is_a_duplicate(history):
    history.asks("A1", "R1").gets("A1", number="N1").gets("A1", number="N2")
    assert told(history) == [(Anomaly.DUPLICATE, "A1", Severity.DEFECT)]


@pytest.mark.parametrize("again", [{"body": "x"}, {"body": "made again, other bytes"}])
def test_an_idempotent_retry_with_the_same_bytes_or_the_same_number_is_right(history, again):
    history.asks("A1", "R1").gets("A1", number="N1", body="x").gets("A1", number="N1", **again)
    assert told(history) == []


def test_a_copy_nobody_asked_for_is_a_duplicate(history):
    history.asks("A1", "R1").gets("A1", number="N1").gets("A1", number="N1", copy=2)
    assert told(history) == [(Anomaly.DUPLICATE, "A1", Severity.DEFECT)]


def test_two_numbers_in_the_ledger_for_one_copy_are_a_duplicate(history):
    history.asks("A1", "R1").gets("A1", number="N1").ledger("A1", numbers=("N1", "N2"))
    assert told(history) == [(Anomaly.DUPLICATE, "A1", Severity.DEFECT)]


def test_a_document_for_nobody_is_an_orphan(history):
    history.asks("A1", "R1").gets("A1").gets("")
    assert told(history) == [(Anomaly.ORPHAN, "", Severity.DEFECT)]


def test_a_late_document_of_a_failed_application_is_an_orphan(history):
    history.asks("A1", "R1", 0, 5, ending=Ending.FAILED).gets("A1", at=9, late=True)
    assert told(history) == [(Anomaly.ORPHAN, "A1", Severity.DEFECT)]


def part_of_two(history, **ended):
    """Let the first of two copies arrive before the target reports an error on the second."""
    asked = {"ending": Ending.FAILED, "code": "PRINT_TIMEOUT", "options": Options(copies=2), "copies": 1}
    return history.asks("A1", "R1", 0, 5, **asked, **ended).gets("A1", at=4)


def test_a_first_copy_before_the_targets_own_error_on_the_second_is_no_finding(history):
    part_of_two(history).ledger("A1", state="cancelled")
    assert told(history) == []


def test_a_part_of_the_copies_for_the_whole_fee_is_charged_not_printed(history):
    part_of_two(history, charged=True)
    assert told(history) == [(Anomaly.CHARGED_NOT_PRINTED, "A1", Severity.DEFECT)]


def test_a_part_of_the_copies_that_the_ledger_calls_issued_is_a_loss(history):
    part_of_two(history).ledger("A1")
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]


def test_a_second_copy_that_comes_late_is_an_orphan(history):
    part_of_two(history).gets("A1", at=9, copy=2, late=True)
    assert told(history) == [(Anomaly.ORPHAN, "A1", Severity.DEFECT)]


def test_all_copies_before_an_error_are_for_review(history):
    history.asks("A1", "R1", 0, 5, ending=Ending.FAILED, copies=1).gets("A1", at=4)
    assert told(history) == [(Anomaly.ORPHAN, "A1", Severity.REVIEW)]


def test_a_late_document_that_reached_someone_else_is_a_late_crossing(history, made):
    history.asks("A1", "R1", 0, 5, ending=Ending.FAILED, code="PRINT_TIMEOUT")
    history.asks("A2", "R2", 6, 9).gets("A2", [made.foreign_page("R1")])
    assert told(history) == [(Anomaly.LATE_CROSS, "A2", Severity.GRAVE)]


def test_a_misdelivery_whose_donor_was_still_waiting_is_no_late_crossing(history, made):
    history.asks("A1", "R1", 0, 10).gets("A1")
    history.asks("A2", "R2", 6, 9).gets("A2", [made.foreign_page("R1")])
    assert told(history) == []


def test_the_same_unnumbered_bytes_for_two_entitled_people_are_for_review(history):
    history.asks("A1", "R1").gets("A1", body="household").asks("A2", "R2").gets("A2", body="household")
    assert told(history) == [(Anomaly.DUPLICATE, "A2", Severity.REVIEW)]


def test_an_application_without_an_end_is_the_accounts_matter(history):
    history.asks("A1", "R1", ending=None).ledger("A1")
    assert told(history) == []


def test_what_is_no_pdf_is_no_copy_whatever_the_target_calls_it(history):
    history.asks("A1", "R1").gets("A1", status=ReadingStatus.NOT_PDF, reason="the document is empty")
    found = check(history)
    assert [(f.anomaly, f.severity) for f in found] == [(Anomaly.LOST, Severity.DEFECT)]
    assert [e.value for e in found[0].evidence] == ["0 of 1", "not_pdf: the document is empty"]


def test_a_copy_that_is_no_pdf_is_lost_unless_it_came_again_as_one(history):
    history.asks("A1", "R1", options=Options(copies=2)).gets("A1", number="N1")
    history.gets("A1", copy=2, status=ReadingStatus.NOT_PDF, reason="it is an HTML page")
    assert told(history) == [(Anomaly.LOST, "A1", Severity.DEFECT)]
    again = history.asks("A2", "R2").gets("A2", status=ReadingStatus.NOT_PDF).gets("A2", number="N3")
    assert (Anomaly.LOST, "A2", Severity.DEFECT) not in told(again)
