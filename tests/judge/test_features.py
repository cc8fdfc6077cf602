"""Every misdelivery leaves one record of what is known of it from outside; what is not known is None."""

from functools import partial

import msgspec
import pytest

from harness.judge import judge_run
from harness.judge.classes import final_classes
from harness.judge.connections import connections_of
from harness.judge.features import features_of
from harness.records.features import FEATURES_FILE, Features
from harness.records.history import Ending
from harness.records.reading import Reading, ReadingStatus
from harness.records.verdict import FinalClass

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.fixture
def written(history, findings_of):
    """Return the records of a history, by application; `limits_ms` are declared time limits, `read` readings."""

    def written(limits_ms=(), read=()):
        view, findings = history.view(), findings_of(history)
        classes = final_classes(view, history.documents, findings)
        readings = {reading.digest: reading for reading in read}
        journal = partial(connections_of, view, [("w", n, r) for n, r in enumerate(history.whole())])
        found = features_of(view, findings, history.documents, classes, limits_ms, readings.get, journal)
        return {f.application: f for f in found}

    return written


def test_a_run_without_misdeliveries_has_no_records(history, written):
    history.asks("A1", "R1").gets("A1")
    assert written() == {}


def test_a_copy_of_a_later_neighbour_in_the_same_second(history, made, written):
    history.asks("A1", "R1", 0.0, 3.0, wait=2.1, kiosk="K1", date=DATE)
    history.asks("A2", "R2", 0.5, 2.0, wait=1.0, kiosk="K2", date=DATE)
    history.gets("A1", [made.foreign_page("R2", number="N2")], body="two", number="N2")
    history.gets("A2", [made.own_page("R2", number="N2")], body="two", number="N2")
    seen = written((2000.0, 30000.0))
    assert set(seen) == {"A1"}
    one = seen["A1"]
    assert (one.victim, one.donor, one.donor_application) == ("R1", "R2", "A2")
    assert (one.overlap, one.gap_ms, one.same_server_second) == (True, pytest.approx(500.0), True)
    assert (one.wait_ms, one.limit.limit_ms, one.limit.beyond_ms) == (pytest.approx(2100.0), 2000.0, pytest.approx(100))
    assert one.ends_after_donor_ms == pytest.approx(1000.0)
    assert (one.same_node, one.same_kiosk, one.node_rank, one.donor_node_rank) == (True, False, 1, 2)
    assert (one.pages, one.foreign_pages, one.donor_pages, one.same_bytes) == (1, 1, 1, True)
    assert (one.donor_fate, one.retried, one.retry) == (FinalClass.OWN, False, None)
    assert one.in_flight == 1


def test_residue_of_the_customer_before_and_what_asking_again_brought(history, made, written):
    history.asks("A0", "R9", 0, 1, wait=0.5, kiosk="K9").gets("A0")
    history.asks("A1", "R1", 5, 6, ending=Ending.ABORTED, kiosk="K1")
    history.asks("A2", "R2", 7, 8, kiosk="K1").gets("A2", [made.foreign_page("R1")])
    history.asks("A3", "R2", 9, 10, kiosk="K1").gets("A3")
    one = written()["A2"]
    assert (one.kiosk_before, one.donor_was_before, one.overlap) == (Ending.ABORTED, True, False)
    assert (one.retried, one.retry, one.donor_fate) == (True, FinalClass.OWN, FinalClass.ABORTED)
    assert one.gap_ms == pytest.approx(-2000.0)
    assert one.in_flight == 1


def test_waits_are_told_in_those_of_the_same_certificate_alone(history, made, written):
    for number in range(3):
        history.asks(f"S{number}", f"Q{number}", 10 * number, 10 * number + 5, wait=0.5).gets(f"S{number}")
    history.asks("A1", "R1", 100, 105, wait=2.0, kiosk="K1").asks("A2", "R2", 100, 105, wait=9.0, kiosk="K2")
    history.gets("A1", [made.foreign_page("R2")]).gets("A2")
    one = written()["A1"]
    assert one.wait_of_solo == pytest.approx(4.0)
    assert one.in_flight == 2


def test_the_next_on_a_pooled_connection_after_one_that_was_given_up(history, made, written):
    history.asks("A0", "R5", 0, 1, connection="pool:1").gets("A0")
    history.asks("A1", "R1", 2, 3, ending=Ending.ABORTED, kiosk="K1", connection="pool:1")
    history.asks("A2", "R9", 4, 5, kiosk="K9", connection="pool:2").gets("A2")
    history.asks("A3", "R2", 6, 7, kiosk="K2", connection="pool:1").gets("A3", [made.foreign_page("R1")])
    history.asks("A4", "R3", 8, 9, kiosk="K3", connection="pool:2").gets("A4", [made.foreign_page("R1")])
    shift, elsewhere = written()["A3"], written()["A4"]
    assert (shift.same_connection, shift.donor_was_before_on_connection) == (True, True)
    assert (shift.connection_before, shift.kiosk_before, shift.same_kiosk) == (Ending.ABORTED, None, False)
    assert (elsewhere.same_connection, elsewhere.donor_was_before_on_connection) == (False, False)
    assert elsewhere.connection_before is Ending.DELIVERED


def test_a_file_made_once_for_two_people_and_whose_request_its_answer_named(history, made, written):
    history.asks("A1", "R1", kiosk="K1").gets("A1", [made.foreign_page("R2")], body="one")
    history.asks("A2", "R2", kiosk="K2").gets("A2", body="two")
    history.asks("A3", "R3", kiosk="K3").gets("A3", [made.foreign_page("R2")], body="three")

    def read(body, file_id, created):
        status = ReadingStatus.READ
        return Reading(digest=made.digest(body), status=status, file_id=file_id, created=created)

    readings = [read("one", "ab", "D:2026"), read("two", "ab", "D:2026"), read("three", "", "D:2027")]
    copy, anew = (written(read=readings)[name] for name in ("A1", "A3"))
    assert (copy.same_bytes, copy.same_file_id, copy.same_created) == (False, True, True)
    assert (anew.same_file_id, anew.same_created) == (None, False)
    assert (copy.own_headers, copy.donor_headers) == (True, False)


def test_asking_again_may_bring_the_same_donors_document_again(history, made, written):
    history.asks("A2", "R2", 0, 1, kiosk="K2").gets("A2")
    for number, at in ((1, 2), (3, 4)):
        history.asks(f"A{number}", "R1", at, at + 1, kiosk="K1").gets(f"A{number}", [made.foreign_page("R2")])
    seen = written()
    assert (seen["A1"].retry, seen["A1"].retry_same_donor) == (FinalClass.MISDELIVERED, True)
    assert (seen["A3"].retried, seen["A3"].retry_same_donor) == (False, None)


def test_what_nobody_knows_of_the_donor_is_none(history, made, written):
    history.asks("A1", "R1", node="").gets("A1", [made.foreign_page("R7")])
    one = written()["A1"]
    assert one.donor == "R7"
    unknown = (one.overlap, one.gap_ms, one.same_node, one.same_bytes, one.donor_fate, one.donor_pages, one.node_rank)
    unknown += (one.same_connection, one.same_file_id, one.same_created, one.donor_headers, one.retry_same_donor)
    assert unknown == (None,) * len(unknown)


def test_pages_mixed_into_a_document_are_counted(history, made, written):
    history.asks("A1", "R1").asks("A2", "R2", kiosk="K2").gets("A2")
    history.gets("A1", [made.own_page("R1"), made.foreign_page("R2", page=2), made.own_page("R1", page=3)])
    one = written()["A1"]
    assert (one.pages, one.foreign_pages) == (3, 1)


def test_judging_a_folder_writes_one_line_for_each_misdelivered_application(run):
    run.play(owners=("R2", "R1", "R3", "R4"))
    path = run.lay()
    verdict = judge_run(path)
    lines = (path / FEATURES_FILE).read_bytes().splitlines()
    records = [msgspec.json.decode(line, type=Features) for line in lines]
    classes = {c.source: c.count for i in verdict.identities if i.name == "applications" for c in i.classes}
    assert len(records) == classes["misdelivered"] == 2
    assert {r.pattern for r in records} == {"swap"}
    assert {r.finding for r in records} <= {f.finding for f in verdict.findings}


def test_judging_a_clean_folder_leaves_an_empty_file(run):
    run.play()
    path = run.lay()
    judge_run(path)
    assert (path / FEATURES_FILE).read_bytes() == b""
