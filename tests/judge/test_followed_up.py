"""Whatever ended without a document is reconciled with what arrived, was issued or stayed open afterwards."""

import pytest

from harness.checks.donors import trace_donors
from harness.checks.exactly_once import check_exactly_once
from harness.checks.ownership import check_ownership
from harness.judge.followed_up import follow_up_errors
from harness.records.history import Ending, SettledAs, Settlement
from harness.records.plan import AbortHow, PlannedAbort, Step
from harness.records.verdict import Aftermath


def followed_up(history):
    view = history.view()
    donors = trace_donors(view, history.documents)
    findings = check_ownership(view, history.documents, donors) + check_exactly_once(view, history.documents, donors)
    told, unaccounted = follow_up_errors(view, findings)
    return {(t.ending, t.aftermath): t.count for t in told}, [(u.application, u.aftermath) for u in unaccounted]


def test_deliveries_are_no_errors(history):
    assert followed_up(history.asks("A1", "R1").gets("A1")) == ({}, [])


@pytest.mark.parametrize("ending", [Ending.REFUSED, Ending.FAILED])
def test_a_refusal_or_failure_rests_on_the_targets_word_where_it_has_no_ledger(history, ending):
    history.asks("A1", "R1", ending=ending)
    assert followed_up(history) == ({(ending, Aftermath.TARGET_SAYS): 1}, [])


@pytest.mark.parametrize("state", ["refused", "failed", "cancelled"])
def test_a_ledger_that_holds_it_as_not_issued_settles_it(history, state):
    history.asks("A1", "R1", ending=Ending.UNRESOLVED).ledger("A1", state=state)
    assert followed_up(history) == ({(Ending.UNRESOLVED, Aftermath.NOT_ISSUED): 1}, [])


def test_a_whole_ledger_without_it_settles_it_and_a_part_of_one_does_not(history):
    history.asks("A1", "R1", ending=Ending.UNRESOLVED).ledger(complete=False)
    assert followed_up(history) == (
        {(Ending.UNRESOLVED, Aftermath.NOBODY_KNOWS): 1},
        [("A1", Aftermath.NOBODY_KNOWS)],
    )
    history.ledger()
    assert followed_up(history) == ({(Ending.UNRESOLVED, Aftermath.NOT_ISSUED): 1}, [])


def test_what_was_settled_by_asking_is_settled(history, made):
    history.asks("A1", "R1", ending=Ending.UNRESOLVED)
    history.add(Settlement(application="A1", settled=SettledAs.NOT_ISSUED, source="retry", at_ns=made.ns(9)))
    assert followed_up(history) == ({(Ending.UNRESOLVED, Aftermath.NOT_ISSUED): 1}, [])


def test_without_an_ending_nobody_knows(history):
    history.asks("A1", "R1", ending=None)
    assert followed_up(history)[1] == [("A1", Aftermath.NOBODY_KNOWS)]


def test_a_late_document_accounts_for_a_time_out(history):
    history.asks("A1", "R1", 0, 5, ending=Ending.FAILED).gets("A1", at=9, late=True)
    assert followed_up(history) == ({(Ending.FAILED, Aftermath.DOCUMENT_CAME): 1}, [])


def test_a_document_that_another_kiosk_received_accounts_for_it(history, made):
    history.asks("A1", "R1", 0, 5, ending=Ending.FAILED)
    history.asks("A2", "R2", 6, 7, kiosk="K002").gets("A2", [made.foreign_page("R1")])
    assert followed_up(history) == ({(Ending.FAILED, Aftermath.REACHED_ANOTHER): 1}, [])


def test_what_the_target_holds_as_issued_is_a_finding_or_listed(history):
    history.asks("A1", "R1", ending=Ending.FAILED).ledger("A1")
    assert followed_up(history) == ({(Ending.FAILED, Aftermath.FOUND): 1}, [])
    walk_away = PlannedAbort(step=Step.COLLECT, how=AbortHow.WALK_AWAY)
    history.asks("A2", "R2", ending=Ending.ABORTED, abort=walk_away).ledger("A2")
    assert followed_up(history)[1] == [("A2", Aftermath.HELD_AS_ISSUED)]


def test_what_the_target_still_has_open_is_listed(history):
    history.asks("A1", "R1", ending=Ending.FAILED).ledger("A1", state="open")
    assert followed_up(history)[1] == [("A1", Aftermath.STILL_OPEN)]


def test_an_accepted_cancellation_is_the_targets_word_and_walking_away_is_nothing(history):
    cancel = PlannedAbort(step=Step.PAY, how=AbortHow.CANCEL)
    history.asks("A1", "R1", ending=Ending.ABORTED, abort=cancel, cancelled=204)
    history.asks("A2", "R2", ending=Ending.ABORTED, abort=cancel, cancelled=409)
    told, unaccounted = followed_up(history)
    assert told[Ending.ABORTED, Aftermath.TARGET_SAYS] == 1
    assert unaccounted == [("A2", Aftermath.NOBODY_KNOWS)]
