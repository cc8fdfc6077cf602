"""A clock's offset by ping-pong is right to the bound that is told with it, however slow and lopsided the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk_sim.worker_clock import RoundTrip, clock_name, estimate

DELAY_NS = st.integers(0, 500_000_000)
OFFSET_NS = st.integers(-(10**15), 10**15)


@given(OFFSET_NS, st.lists(st.tuples(DELAY_NS, DELAY_NS), min_size=1, max_size=60))
def test_the_true_offset_lies_within_the_bound(offset_ns, delays):
    trips, now_ns = [], 10**12
    for there_ns, back_ns in delays:
        answered_ns = now_ns + there_ns + offset_ns
        trips.append(RoundTrip(now_ns, answered_ns, now_ns + there_ns + back_ns))
        now_ns += there_ns + back_ns
    found = estimate(trips, same_clock=False)
    assert abs(found.offset_ns - offset_ns) <= found.error_ns
    assert found.error_ns <= (min(a + b for a, b in delays) + 1) // 2


def test_on_one_host_the_bound_is_zero():
    found = estimate([RoundTrip(0, 7_000, 10_000)], same_clock=True)
    assert (found.offset_ns, found.error_ns, found.round_trip_ns) == (0, 0, 10_000)


def test_a_clock_has_the_same_name_whenever_it_is_asked():
    assert clock_name() == clock_name() != ""
