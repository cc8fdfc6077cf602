"""The census of workers: who is missing, who was lost, whose journal is not here to its end."""

import pytest

from harness.checks.gather import gather
from harness.judge.workers import worker_doubts
from harness.records.history import ClockMeasured, RunResumed, SegmentClosed, WorkerCensus, WorkerState


def census(state, at=1.0, **more):
    told = {"worker": 2, "phase": "P2", "writer": "engine-P2-w2-1", "host": "h", "pid": 1}
    return WorkerCensus(state=state, at_ns=round(at * 1e9), **(told | more))


@pytest.fixture
def doubts(history):
    """Return the codes that a master's records leave in doubt, beside a worker's journal (None: it is not here)."""

    def doubts(*told, journal=3, closed=True):
        records = [("engine-P2-1", number, record) for number, record in enumerate((history.opened, *told))]
        if journal is not None:
            body = [history.opened] * journal + ([SegmentClosed(records=journal, at_ns=9)] if closed else [])
            records += [("engine-P2-w2-1", number, record) for number, record in enumerate(body)]
        return [(reason.code, reason.en) for reason in worker_doubts(gather(records))]

    return doubts


JOINED = census(WorkerState.JOINED)
MEASURED = ClockMeasured(
    worker=2, writer="engine-P2-w2-1", offset_ns=0, error_ns=0, at_ns=1, round_trip_ns=1, samples=60
)
LEFT = census(WorkerState.LEFT, records=4)
LOST = census(WorkerState.LOST, reason="died")


def test_a_worker_that_left_and_whose_journal_is_whole_leaves_no_doubt(doubts):
    assert doubts(JOINED, LEFT) == []


@pytest.mark.parametrize("journal", [{"journal": None}, {"journal": 2}, {"closed": False}])
def test_a_journal_that_is_not_here_to_its_end_is_late(doubts, journal):
    ((code, text),) = doubts(JOINED, LEFT, **journal)
    assert code == "journal_late" and "worker 2" in text and "of 4 records" in text


def test_a_lost_worker_is_told_with_how_much_it_left(doubts):
    ((code, text),) = doubts(JOINED, LOST, closed=False)
    assert code == "worker_lost" and "died" in text and "3 records" in text


def test_a_lost_worker_whose_journal_came_whole_later_leaves_no_doubt_by_itself(doubts):
    assert doubts(JOINED, LOST) == []


def test_a_worker_of_whose_end_nobody_told_is_lost(doubts):
    assert [code for code, _ in doubts(JOINED, closed=False)] == ["worker_lost"]


def test_an_absent_worker_is_named_until_the_run_goes_on_without_it(doubts):
    absent = census(WorkerState.ABSENT, writer="", reason="did not come within 5 s")
    assert doubts(absent, journal=None) == [("worker_absent", "worker 2 did not come within 5 s")]
    assert doubts(absent, RunResumed(at_ns=2_000_000_000), journal=None) == []


@pytest.mark.parametrize(("told", "codes"), [((), ["clock_unknown"]), ((MEASURED,), [])])
def test_who_played_on_a_clock_that_was_never_measured_cannot_be_compared(history, told, codes):
    history.asks("A1", "R1")
    master = [("m", n, r) for n, r in enumerate((history.opened, JOINED, *told, LEFT))]
    body = [history.opened, *history.records]
    worker = [("engine-P2-w2-1", n, r) for n, r in enumerate([*body, SegmentClosed(records=len(body), at_ns=9)])]
    assert [reason.code for reason in worker_doubts(gather([*master, *worker]))] == codes
