"""Trials are counted by kind of coincidence, the same people once; a kind that met a misdelivery has no bound."""

import pytest

from harness.judge.trials import measure_trials, without_bounds
from harness.judge.verdict import Completeness
from harness.records.history import Ending

PLAN = Completeness(phases=("P1",), batches={}, relations={"B1": "household"})
SECOND = "Sun, 22 Nov 2026 10:00:00 GMT"


def burst(history, number, people, at=0.0, **more):
    """Play a burst of people who leave together and are all served for a second."""
    names = tuple(f"A{number}{place}" for place in range(len(people)))
    for place, (name, who) in enumerate(zip(names, people, strict=True)):
        history.asks(name, who, at, at + 1, batch=f"B{number}", kiosk=f"K{number}{place}", date=SECOND, **more)
    history.batch(f"B{number}", at=at, end=at + 1, left=(at,) * len(people), applications=names)


def measured(history, misdelivered=(), confidence=0.95):
    strata, people = measure_trials(history.view(), PLAN, frozenset(misdelivered), confidence)
    return {(s.group, s.name): s for s in strata}, people


def test_each_kind_counts_the_bursts_that_tried_it(history):
    burst(history, 1, ("R1", "R2"), node="n1")
    burst(history, 2, ("R3", "R4", "R5"), at=5.0, node="n2")
    strata, people = measured(history)
    counts = {key: s.trials for key, s in strata.items()}
    assert counts == {
        ("gap", "together"): 2,
        ("size", "two"): 1,
        ("size", "3-8"): 1,
        ("second", "same_second"): 2,
        ("certificate", "juminhyo"): 2,
        ("node", "same_node"): 2,
        ("relation", "household"): 1,
    }
    assert (people.residents, people.bursts, people.groups, people.pairs_met, people.pairs_possible) == (5, 2, 2, 4, 10)
    assert strata["gap", "together"].bound == pytest.approx(1 - 0.05**0.5)


def test_the_same_people_once_more_are_no_further_trial(history):
    for number in range(1, 6):
        burst(history, number, ("R1", "R2"), at=5.0 * number)
    strata, people = measured(history)
    assert (people.bursts, people.groups) == (5, 1)
    assert strata["size", "two"].trials == 1
    assert strata["size", "two"].bound == pytest.approx(0.95)


def test_a_kind_that_met_a_misdelivery_has_no_bound_and_the_others_keep_theirs(history):
    burst(history, 1, ("R1", "R2"))
    burst(history, 2, ("R3", "R4", "R5"), at=5.0)
    strata, _ = measured(history, {"A10"})
    assert (strata["size", "two"].misdelivered, strata["size", "two"].bound) == (1, None)
    assert strata["size", "3-8"].bound is not None
    assert all(s.bound is None for s in without_bounds(strata.values()))


def test_bursts_that_exercised_nothing_are_no_trials(history):
    burst(history, 1, ("R1", "R2"), ending=Ending.REFUSED)
    strata, people = measured(history)
    assert (strata, people.bursts) == ({}, 0)


def test_the_next_customer_is_a_trial_by_how_the_one_before_ended(history):
    history.asks("A1", "R1", 0, 1, ending=Ending.REFUSED).asks("A2", "R2", 2, 3).asks("A3", "R3", 4, 5)
    history.asks("A4", "R3", 6, 7).asks("A5", "R4", 8, 9, ending=Ending.FAILED)
    strata, people = measured(history)
    assert {key: s.trials for key, s in strata.items()} == {
        ("succession", "after_delivery"): 1,  # of R3 after R2; nobody follows himself, and R4 received nothing
        ("succession", "after_refusal"): 1,
    }
    assert people.groups == 0


def test_of_a_large_population_the_pairs_are_not_counted(history):
    for number in range(400):
        history.asks(f"X{number}", f"Q{number}", 100, 101, kiosk=f"Z{number}")
    burst(history, 1, ("R1", "R2"))
    _, people = measured(history)
    assert (people.residents, people.groups, people.pairs_possible) == (402, 1, 0)
