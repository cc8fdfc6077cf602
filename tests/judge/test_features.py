"""Every misdelivery leaves one record of what is known of it from outside; what is not known is None."""

import msgspec
import pytest

from harness.judge import judge_run
from harness.judge.classes import final_classes
from harness.judge.features import features_of
from harness.records.features import FEATURES_FILE, Features
from harness.records.history import Ending
from harness.records.verdict import FinalClass

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.fixture
def written(history, findings_of):
    """Return the records of a history, by application; `limits_ms` are declared time limits."""

    def written(limits_ms=()):
        view, findings = history.view(), findings_of(history)
        classes = final_classes(view, history.documents, findings)
        return {f.application: f for f in features_of(view, findings, history.documents, classes, limits_ms)}

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


def test_what_nobody_knows_of_the_donor_is_none(history, made, written):
    history.asks("A1", "R1", node="").gets("A1", [made.foreign_page("R7")])
    one = written()["A1"]
    assert one.donor == "R7"
    unknown = (one.overlap, one.gap_ms, one.same_node, one.same_bytes, one.donor_fate, one.donor_pages, one.node_rank)
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
