"""The target's own log against the journal: both ways, by ids and by time, and who was served by which node."""

import pytest

from harness.checks.server_log import Log, check_log, match, nodes_of, not_logged
from harness.records.attached import LogKind, LogRow
from harness.records.certificates import Certificate
from harness.records.findings import Anomaly
from harness.records.history import Ending
from harness.records.plan import AbortHow, PlannedAbort, Step


@pytest.fixture
def wall(made):
    """The server's wall clock at a second of the run, `ahead` of ours."""
    return lambda at, ahead=0: made.ns(at) + ANCHOR + round(ahead * 1e9)


ANCHOR = 10**18


def row(line, **told):
    return LogRow(line=line, ours=bool(told.get("card")), **told)


def matched(history, *rows, kind=LogKind.ISSUE, numbers=None):
    view, log = history.view(), Log(kind=kind, rows=rows)
    return view, log, match(view, log, ANCHOR, numbers or {})


def findings(history, *rows, told=(), **more):
    view, log, found = matched(history, *rows, **more)
    return [(f.anomaly, f.application) for f in check_log(view, log, found, frozenset(told))]


def test_a_row_of_every_delivery_leaves_nothing(history):
    history.asks("A1", "R1").gets("A1")
    view, _, found = matched(history, row(2, request_id="qA1"))
    assert findings(history, row(2, request_id="qA1")) == []
    assert not_logged(view, found) == ()


def test_issued_and_never_received_is_an_orphan(history):
    history.asks("A1", "R1", ending=Ending.FAILED, code="BUSY")
    assert findings(history, row(2, request_id="qA1")) == [(Anomaly.ORPHAN, "A1")]


def test_a_row_that_does_not_say_issued_is_none(history):
    history.asks("A1", "R1", ending=Ending.FAILED, code="BUSY")
    assert findings(history, row(2, request_id="qA1", issued=False)) == []


def test_what_another_check_says_already_is_not_said_again(history):
    history.asks("A1", "R1", ending=Ending.FAILED, code="BUSY")
    assert findings(history, row(2, request_id="qA1"), told=["A1"]) == []


@pytest.mark.parametrize(("how", "cancelled", "orphans"), [(AbortHow.DISCONNECT, 0, 0), (AbortHow.CANCEL, 204, 1)])
def test_who_hung_up_may_have_left_a_document_behind(history, how, cancelled, orphans):
    abort = PlannedAbort(step=Step.COLLECT, how=how)
    history.asks("A1", "R1", ending=Ending.ABORTED, abort=abort, cancelled=cancelled)
    assert len(findings(history, row(2, request_id="qA1"))) == orphans


def test_an_issue_to_one_of_our_residents_that_nobody_asked_for(history):
    history.asks("A1", "R1", card="c1").gets("A1")
    assert findings(history, row(2, request_id="qA1", card="c1"), row(3, request_id="other", card="c1")) == [
        (Anomaly.ORPHAN, "")
    ]


def test_issues_to_other_people_are_counted_only(history):
    history.asks("A1", "R1").gets("A1")
    _, _, found = matched(history, row(2, request_id="qA1"), row(3, request_id="other"))
    assert found.others == 1
    assert findings(history, row(2, request_id="qA1"), row(3, request_id="other")) == []


def test_two_issues_for_one_copy_are_a_duplicate(history):
    history.asks("A1", "R1").gets("A1", number="N1")
    rows = row(2, request_id="qA1", issue_number="N1"), row(3, request_id="qA1", issue_number="N2")
    assert findings(history, *rows) == [(Anomaly.DUPLICATE, "A1")]


def test_a_delivery_that_the_log_lacks_is_told(history):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2", 2, 3).gets("A2")
    view, _, found = matched(history, row(2, request_id="qA1"))
    assert not_logged(view, found) == ("A2",)


def test_rows_are_known_by_the_issue_number_too(history):
    history.asks("A1", "R1").gets("A1", number="N1")
    _, _, found = matched(history, row(2, issue_number="N1"), numbers={"N1": 0})
    assert set(found.rows_of) == {0}


def test_rows_of_a_card_alone_are_matched_in_time_and_kind(history, wall):
    history.asks("A1", "R1", 0, 1, card="c1").gets("A1")
    history.asks("A2", "R1", 300, 301, card="c1").gets("A2")
    history.asks("A3", "R1", 600, 601, card="c1", certificate=Certificate.TAX).gets("A3")
    rows = (
        row(2, card="c1", at_wall_ns=wall(300.5)),
        row(3, card="c1", at_wall_ns=wall(0.5)),
        row(4, card="c1", at_wall_ns=wall(600.5), certificate=Certificate.TAX),
        row(5, card="c1", at_wall_ns=wall(450)),
    )
    _, _, found = matched(history, *rows)
    assert {place: [r.line for r in of_place] for place, of_place in found.rows_of.items()} == {0: [3], 1: [2], 2: [4]}
    assert [r.line for r in found.ours] == [5]


def test_the_servers_clock_is_measured_on_sure_rows_and_taken_off_the_others(history, wall):
    history.asks("A1", "R1", 0, 1, card="c1").gets("A1").asks("A2", "R2", 10, 11, card="c2").gets("A2")
    late = 3600  # an hour fast
    rows = row(2, request_id="qA1", at_wall_ns=wall(0.5, late)), row(3, card="c2", at_wall_ns=wall(10.5, late))
    _, _, found = matched(history, *rows)
    assert found.clock_ahead_ns == late * 10**9
    assert set(found.rows_of) == {0, 1}


def test_an_access_log_says_who_was_served_where_and_nothing_of_issues(history):
    history.asks("A1", "R1", node="").gets("A1").asks("A2", "R2", 2, 3, ending=Ending.FAILED, node="")
    rows = [
        row(2, request_id="qA1", node="n1"),
        row(3, request_id="qA1", node="n2"),
        row(4, request_id="qA2", node="n1"),
    ]
    _, _, found = matched(history, *rows, kind=LogKind.ACCESS)
    assert nodes_of(found) == {0: "n2", 1: "n1"}
    assert findings(history, *rows, kind=LogKind.ACCESS) == []


def test_what_the_server_issued_before_the_run_was_of_an_earlier_one(history, wall):
    history.asks("A1", "R1").gets("A1")
    known = row(2, request_id="qA1", card="c1", at_wall_ns=wall(1))
    earlier, lately = row(3, card="c1", at_wall_ns=wall(-300)), row(4, card="c1", at_wall_ns=wall(300))
    assert findings(history, known, earlier) == []
    assert findings(history, known, lately) == [(Anomaly.ORPHAN, "")]
    assert findings(history, earlier) == [(Anomaly.ORPHAN, "")], "by a clock that nobody knows it may be of this run"
