"""Whether faults from outside were undone is never in doubt silently, and who met one met it on purpose."""

import pytest

from harness.judge.faults import fault_doubts, fault_spans, meets
from harness.records.faults import LinkFault, PlannedFault
from harness.records.history import FaultEnded, FaultStarted

PLANNED = PlannedFault(fault="F1", on="db")  # by command


@pytest.fixture
def meeting(history, made):
    """Return the view of a run with one visit and one fault, of which `end` (None: nothing) is told."""

    def meeting(end, at=0.0, until=1.0):
        started = FaultStarted(
            planned=PLANNED, batch="B1", at_ns=made.ns(10), by_ns=made.ns(30), undo=("/opt/undo", "db")
        )
        ends = [] if end is None else [FaultEnded(fault="F1", at_ns=made.ns(20), **end)]
        history.asks("A1", "R1", at, until).gets("A1").add(started, *ends)
        return history.view()

    return meeting


DONE = {"inflicted": True, "undone": True}


@pytest.mark.parametrize(
    ("end", "codes"),
    [
        (DONE, []),
        ({"inflicted": False, "undone": True, "reason": "refused"}, []),
        ({"inflicted": True, "undone": False, "reason": "exit code 1"}, ["fault_not_undone"]),
        (None, ["fault_end_unknown"]),
    ],
)
def test_a_fault_that_nobody_is_known_to_have_undone_is_a_doubt(meeting, end, codes):
    doubts = list(fault_doubts(meeting(end)))
    assert [doubt.code for doubt in doubts] == codes
    assert all("F1 (db)" in text for doubt in doubts for text in (doubt.ja, doubt.en))
    if codes == ["fault_not_undone"]:
        assert "/opt/undo db" in doubts[0].en
        assert "exit code 1" in doubts[0].en


def test_of_a_link_whose_player_died_it_is_told_that_it_clears_itself(history, made):
    down = PlannedFault(fault="F1", on="front", how=LinkFault.DOWN)
    history.add(FaultStarted(planned=down, batch="B1", at_ns=made.ns(10), by_ns=made.ns(30)))
    (doubt,) = fault_doubts(history.view())
    assert doubt.code == "fault_end_unknown"
    assert "passes everything again" in doubt.en
    assert "watchdog" not in doubt.en


@pytest.mark.parametrize(
    ("at", "until", "end", "met"),
    [
        (5.0, 11.0, DONE, True),
        (19.0, 25.0, DONE, True),
        (21.0, 25.0, DONE, False),  # whoever comes after it has a right to be served
        (5.0, 9.0, DONE, False),
        (12.0, 13.0, {"inflicted": False, "undone": True}, False),
        (40.0, 41.0, None, True),  # nobody knows that it was over
    ],
)
def test_only_who_was_being_served_meanwhile_met_a_fault(meeting, at, until, end, met):
    view = meeting(end, at, until)
    (one,) = view.applications
    assert meets(one, fault_spans(view)) is met


@pytest.mark.parametrize(("until", "met"), [(14.0, False), (16.0, True)])
def test_a_fault_lasts_from_when_it_took_hold(meeting, made, until, met):
    """Its watchdog has to start first: who was done by then met nothing."""
    view = meeting({**DONE, "from_ns": made.ns(15)}, 9.0, until)
    assert meets(view.applications[0], fault_spans(view)) is met
