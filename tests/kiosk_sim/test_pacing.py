"""A pace is kept evenly, and what was late is not made up for."""

from kiosk_sim.pacing import Pacing

SECOND_NS = 1_000_000_000


def dues(per_minute, *moments_s):
    moments = iter(moments_s)
    pacing = Pacing(per_minute, lambda: round(next(moments) * SECOND_NS))
    return [pacing.due_ns() / SECOND_NS for _ in moments_s]


def test_batches_are_due_evenly_from_the_first_on():
    assert dues(60, 5, 5.1, 5.2) == [5, 6, 7]


def test_who_comes_late_is_due_at_once_and_the_next_a_whole_pace_later():
    assert dues(60, 5, 9.5, 9.6) == [5, 9.5, 10.5]


def test_without_a_pace_everything_is_due_at_once():
    assert dues(0, 5, 5.1, 5.2) == [5, 5.1, 5.2]
