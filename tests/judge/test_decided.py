"""What was decided while a run went on is no gap in it: skipped batches are not missing, gaps are those chosen."""

from harness.judge.decided import plan_as_decided
from harness.judge.verdict import Completeness
from harness.records.history import Decided

PLAN = Completeness(
    phases=("P2", "P4", "P4-2"),
    batches={"B1": 2, "B2": 8, "B3": 8},
    spans_ms={"B1": 700.0},
    phase_of={"B1": "P2", "B2": "P4", "B3": "P4-2"},
)


def of(*decisions):
    return plan_as_decided(PLAN, {d.batch: d for d in decisions})


def test_a_phase_of_which_nothing_was_to_be_played_is_not_missing():
    plan = of(Decided(batch="B3", at_ns=1, why="enough", skipped=True))
    assert plan.phases == ("P2", "P4")
    assert plan.batches == {"B1": 2, "B2": 8}


def test_a_gap_is_the_one_that_was_chosen():
    assert of(Decided(batch="B1", at_ns=1, why="near_miss", gap_ms=-4.5)).spans_ms == {"B1": 4.5}


def test_decisions_on_unknown_batches_change_nothing():
    assert of(Decided(batch="B9", at_ns=1, why="enough", skipped=True)) == PLAN
