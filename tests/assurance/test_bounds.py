"""A bound is what checking.md says, holds whenever a test is stopped, and is never told smaller than it is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.assurance.bounds import bound_after, pairs_of, rounded_up, trials_for

CONFIDENCES = st.floats(0.5, 0.999)


@pytest.mark.parametrize(("bound", "trials"), [(1e-2, 299), (1e-3, 2995), (1e-4, 29956)])
def test_the_numbers_are_those_of_the_specification(bound, trials):
    assert trials_for(bound) == trials
    assert bound_after(trials) <= bound < bound_after(trials - 1)


def test_without_a_trial_nothing_is_bounded():
    assert bound_after(0) is None


@given(st.integers(1, 100_000), CONFIDENCES)
def test_more_trials_bound_closer_and_more_confidence_less(trials, confidence):
    assert bound_after(trials + 1, confidence) < bound_after(trials, confidence)
    assert bound_after(trials, confidence / 2 + 0.5) > bound_after(trials, confidence)


@given(st.floats(1e-6, 0.9), CONFIDENCES)
def test_as_many_trials_as_a_bound_takes_reach_it_and_one_less_does_not(bound, confidence):
    trials = trials_for(bound, confidence)
    assert bound_after(trials, confidence) <= bound * (1 + 1e-6)
    if trials > 1:
        assert bound_after(trials - 1, confidence) > bound * (1 - 1e-6)


@pytest.mark.parametrize("true_p", [0.3, 0.1, 0.03, 0.01])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_it_covers_the_true_probability_even_for_who_stops_when_it_looks_best(true_p, confidence):
    """Play until the first hit, and take the smallest bound on the way: the one told at the last trial before it.

    It may be below the true probability in 1 - confidence of all plays. 4,000 plays with a fixed seed; four standard
    deviations are allowed.
    """
    chance, plays, wrong = random.Random(20261122), 4000, 0
    for _ in range(plays):
        trials = 0
        while chance.random() >= true_p and trials < 2000:
            trials += 1
        bound = bound_after(trials, confidence)
        wrong += bound is not None and bound < true_p
    allowed = 1 - confidence
    assert wrong / plays <= allowed + 4 * (allowed * confidence / plays) ** 0.5
    assert wrong / plays >= allowed / 3  # and it claims no less than it may, but for whole trials


@given(st.floats(1e-9, 1.0))
def test_what_is_told_is_never_below_what_was_computed_and_close_to_it(bound):
    assert bound * (1 - 1e-6) <= rounded_up(bound) <= bound * 1.1 + 1e-12


@pytest.mark.parametrize(("people", "pairs"), [(0, 0), (1, 0), (2, 1), (60, 1770)])
def test_pairs_of_people(people, pairs):
    assert pairs_of(people) == pairs
