"""What the generator did not reach bounds the verdict, and is said; findings stand all the same."""

import pytest

from harness.judge.generator import generator_doubts, generator_said, measure_generator
from harness.records.history import (
    ApplicationStarted,
    BatchReleased,
    BurstBracket,
    BurstWithdrawn,
    GeneratorLoad,
    Held,
)
from harness.records.plan import BatchKind

MS = 1_000_000


def burst(history, number, people, spread_ms, *, void="", queued_ms=None, held=Held.HEADER):
    """Add a burst whose departures are spread evenly, at 10 s times its number; the last one queued where told."""
    at_ns, batch = number * 10_000 * MS, f"B{number:05d}"
    names = [f"A{number}-{n}" for n in range(people)]
    for n, name in enumerate(names):
        history.asks(name, f"R{number}-{n}", number * 10.0, number * 10.0 + 1.0, batch=batch)
    history.batch(batch, void=void)
    left = [at_ns + round(spread_ms * MS * n / max(1, people - 1)) for n in range(people)]
    kept_back = [held] * people
    if queued_ms is not None:
        left[-1], kept_back[-1] = at_ns + queued_ms * MS, Held.QUEUED
    history.add(
        BatchReleased(
            batch=batch,
            at_ns=at_ns,
            applications=tuple(names),
            left_ns=tuple(left),
            held=tuple(kept_back),
            held_ms=80.0,
        )
    )
    return batch


def arrivals(history, late_ms, every_ms=100):
    """Add arrivals of the open model, each planned `every_ms` after the one before."""
    for n, late in enumerate(late_ms):
        at_s = 1.0 + n * every_ms / 1000
        history.asks(f"A{n}", f"R{n}", at_s + late / 1000, at_s + late / 1000 + 0.25, batch="B00001")
        place = next(
            i for i, r in enumerate(history.records) if isinstance(r, ApplicationStarted) and r.application == f"A{n}"
        )
        started = history.records[place]
        fields = {name: getattr(started, name) for name in ApplicationStarted.__struct_fields__}
        fields["planned_ns"] = started.at_ns - round(late * MS)
        history.records[place] = ApplicationStarted(**fields)
    return history.batch("B00001", BatchKind.ARRIVALS)


def load(from_s, to_s, *, lag=1.0, cpu=0.3, sockets=12, first=True):
    return GeneratorLoad(
        from_ns=round(from_s * 1e9),
        at_ns=round(to_s * 1e9),
        samples=100,
        lag_median_ms=lag / 2,
        lag_p99_ms=lag,
        lag_most_ms=lag * 2,
        cpu=cpu,
        sockets=sockets,
        machine_load=1.0,
        processors=2,
        may_go_first=first,
    )


def codes(reasons):
    return [reason.code for reason in reasons]


def test_spreads_are_told_by_the_size_of_the_bursts(history):
    for number, (people, spread) in enumerate([(2, 0.1), (2, 0.3), (10, 1.0), (12, 30.0)], 1):
        burst(history, number, people, spread)
    rows = measure_generator(history.view(), {}).spreads
    told = [(r.from_people, r.to_people, r.bursts, round(r.median_ms, 2), r.strayed) for r in rows]
    assert told == [(2, 2, 2, 0.2, 0), (10, 10, 1, 1.0, 0), (12, 12, 1, 30.0, 1)]


def test_void_bursts_and_those_planned_apart_have_no_spread(history):
    burst(history, 1, 2, 0.1, void="A1-0 was absent")
    apart = burst(history, 2, 2, 500.0)
    assert measure_generator(history.view(), {apart: 500.0}).spreads == ()


def test_who_waited_for_a_connection_of_the_pool_is_no_part_of_the_spread(history):
    burst(history, 1, 5, 0.4, queued_ms=900)
    (row,) = measure_generator(history.view(), {}).spreads
    assert row.strayed == 0
    assert row.median_ms == pytest.approx(0.3)


def test_void_attempts_whole_requests_and_the_kernels_times_are_counted(history):
    first = burst(history, 1, 2, 0.1)
    burst(history, 2, 2, 0.1, held=Held.NOTHING)
    names = ("A1-0", "A1-1")
    history.add(
        BurstWithdrawn(batch=first, attempt=1, at_ns=1, reasons={"A1-0": "the target closed it"}, again=names),
        BurstBracket(batch=first, applications=names, sent_ns=(1 * MS, 2 * MS), acked_ns=(3 * MS, 4 * MS)),
        BurstBracket(batch="B00002", applications=names, sent_ns=(0, 0), acked_ns=(0, 0), missing="no such thing"),
    )
    achieved = measure_generator(history.view(), {})
    assert (achieved.withdrawn, achieved.whole, achieved.brackets, achieved.bracket_median_ms) == (1, 1, 1, 3.0)


def test_times_of_the_open_model_count_from_the_intended_instant(history):
    late = measure_generator(arrivals(history, [0, 0, 10, 1000]).view(), {}).lateness
    assert (late.arrivals, late.late, late.most_ms) == (4, 1, 1000.0)
    assert (late.took_median_ms, late.took_p99_ms) == (255.0, 1250.0)
    assert late.planned_per_s == pytest.approx(10.0)
    assert late.achieved_per_s == pytest.approx(3 / 1.3)


def test_load_that_was_not_reached_leaves_the_verdict_open(history):
    arrivals(history, [0] * 27 + [800] * 3)
    assert codes(generator_doubts(history.view(), {})) == ["arrivals_late"]


@pytest.mark.parametrize("late_ms", [[0] * 29 + [800], [400] * 30, [800] * 19])
def test_few_or_slightly_late_arrivals_leave_no_doubt(history, late_ms):
    arrivals(history, late_ms)
    assert codes(generator_doubts(history.view(), {})) == []


@pytest.mark.parametrize(("strayed", "doubts"), [(2, []), (3, ["bursts_strayed"])])
def test_bursts_that_did_not_leave_together_leave_the_verdict_open(history, strayed, doubts):
    for number in range(1, 6):
        burst(history, number, 2, 35.0 if number <= strayed else 0.2)
    assert codes(generator_doubts(history.view(), {})) == doubts


def test_a_saturated_generator_is_said(history):
    history.add(load(0, 2), load(2, 4, lag=80.0), load(4, 6, cpu=0.97, sockets=40, first=False))
    strain = measure_generator(history.view(), {}).strain
    assert (strain.watched_s, strain.saturated_s, strain.lag_p99_ms, strain.sockets_most) == (6.0, 4.0, 80.0, 40)
    assert not strain.may_go_first
    (said,) = generator_said(history.view())
    assert "4 of 6 s" in said.en


def test_of_a_generator_at_ease_nothing_is_said(history):
    history.add(load(0, 2), load(2, 4))
    assert codes(generator_said(history.view())) == []
