"""Times of a worker on another host are brought onto the run's clock, and compared with the bound they are known to."""

import pytest
from msgspec.structs import replace

from harness.checks.clocks import worker_clocks
from harness.checks.documents import Documents
from harness.checks.gather import gather
from harness.checks.history import overlap
from harness.judge.exposure import measure_exposure
from harness.records.history import BatchReleased, ClockMeasured

SECOND = 1_000_000_000


def measured(at_ns, offset_ns, error_ns=0, writer="w"):
    return ClockMeasured(
        worker=1,
        writer=writer,
        offset_ns=offset_ns,
        error_ns=error_ns,
        at_ns=at_ns,
        round_trip_ns=2 * error_ns,
        samples=60,
    )


def test_a_worker_of_the_same_host_is_on_the_runs_clock_already():
    assert worker_clocks([measured(0, 0), measured(SECOND, 0)]) == {}


def test_between_two_measurements_the_drift_is_followed_and_its_size_is_part_of_the_bound():
    clock = worker_clocks([measured(0, 1_000, 100), measured(10 * SECOND, 3_000, 200)])["w"]
    assert clock.read(5 * SECOND + 2_000) == pytest.approx(5 * SECOND, abs=2)
    assert clock.error_ns(5 * SECOND) == 200 + 2_000


def test_beyond_the_last_measurement_the_bound_grows():
    clock = worker_clocks([measured(0, 1_000, 100)])["w"]
    assert clock.error_ns(1_000) == 100
    assert clock.error_ns(1_000 + 2 * SECOND) == 100 + 1_000_000


TIMES = ("at_ns", "left_ns", "first_byte_ns")


def elsewhere(history, offset_ns, error_ns):
    """Return the history as a worker wrote it whose clock is `offset_ns` ahead, and a master that measured that."""
    records = [r for r in history.records if not isinstance(r, BatchReleased)]
    moved = [replace(r, **{n: getattr(r, n) + offset_ns for n in TIMES if getattr(r, n, 0)}) for r in records]
    theirs = replace(history.opened, monotonic_ns=history.opened.monotonic_ns + offset_ns)
    ends = (min(r.at_ns for r in records), max(r.at_ns for r in records))
    master = [
        replace(history.opened, writer="master"),
        *(measured(at, offset_ns, error_ns, history.writer) for at in ends),
    ]
    return gather([*numbered(history.writer, [theirs, *moved]), *numbered("master", master)])


def numbered(writer, records):
    return [(writer, number, record) for number, record in enumerate(records)]


def test_a_history_by_a_worker_elsewhere_is_the_same_history(history):
    history.asks("A1", "R1", 0, 10).gets("A1").asks("A2", "R2", 5, 15).gets("A2")
    here, there = history.view([history.opened, *history.records]), elsewhere(history, 77_000 * SECOND, 1_000)
    for field in ("started_ns", "ended_ns", "applied_ns", "collect_from_ns"):
        assert list(there.applications.integers(field)) == list(here.applications.integers(field))
    assert list(there.deliveries.integers("at_ns")) == list(here.deliveries.integers("at_ns"))
    assert there.last_ns == here.last_ns
    assert set(there.applications.integers("error_ns")) == {1_000}


def test_a_span_is_widened_and_an_overlap_counts_only_if_it_is_sure(history):
    history.asks("A1", "R1", 0, 10).asks("A2", "R2", 9.9, 20, kiosk="K2")
    sure = elsewhere(history, SECOND, SECOND // 100)
    unsure = elsewhere(history, SECOND, SECOND)
    one, two = sure.applications[0], sure.applications[1]
    assert one.span_ns(0) == (one.started_ns - SECOND // 100, one.ended_ns + SECOND // 100)
    assert overlap(one, replace_writer(two), sure.last_ns)
    assert not overlap(unsure.applications[0], replace_writer(unsure.applications[1]), unsure.last_ns)
    assert measure_exposure(sure, Documents()).overlapping_pairs == 1
    assert measure_exposure(unsure, Documents()).overlapping_pairs == 0


def replace_writer(one):
    """Let another worker have played it: two of one worker share a clock, however wrong that is."""
    return one._replace(writer="another")
