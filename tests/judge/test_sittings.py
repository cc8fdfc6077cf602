"""How long the target was used: told by sittings, from the first application of each to the end of its last."""

from harness.judge.sittings import sittings_of
from harness.records.history import RunResumed


def lengths_s(history):
    return [round((one.ended_wall_ns - one.began_wall_ns) / 1e9) for one in sittings_of(history.view())]


def test_a_run_in_which_nobody_applied_used_nothing(history):
    assert sittings_of(history.view()) == ()


def test_the_time_between_two_nights_is_nobodys_use(history, made):
    history.asks("A1", "R1", 0, 5).gets("A1").asks("A2", "R2", 3, 20).gets("A2")
    history.add(RunResumed(at_ns=made.ns(1000)))
    history.asks("A3", "R3", 1010, 1040).gets("A3")
    assert lengths_s(history) == [20, 30]


def test_of_an_application_without_an_end_only_the_begin_counts(history, made):
    history.asks("A1", "R1", 0, 5).gets("A1").asks("A2", "R2", 9, ending=None)
    assert lengths_s(history) == [9]
