"""What goes on after an interruption: nothing that a lost worker may have begun is begun again."""

from __future__ import annotations

import pytest

from harness.journal import RunFolder, SegmentWriter
from harness.records.certificates import Certificate, Options
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    ClockMeasured,
    Ending,
    Leased,
    SettledAs,
    Settlement,
)
from harness.records.plan import Batch, BatchKind
from kiosk_sim.played import read_played


def leased(name, writer):
    return Leased(
        application=name,
        worker=1,
        writer=writer,
        resident=f"R{name}",
        card="1",
        certificate=Certificate.JUMINHYO,
        kiosk=f"K{name}",
        at_ns=1,
    )


def started(name):
    return ApplicationStarted(
        application=name,
        batch="B1",
        phase="P1",
        resident=f"R{name}",
        card="1",
        certificate=Certificate.JUMINHYO,
        options=Options(),
        kiosk=f"K{name}",
        store="S",
        at_ns=5,
    )


@pytest.fixture
def folder(tmp_path):
    """A run whose master handed A1, A2 and A3 to a worker, which began A1 and A2 and told the end of A1."""
    folder = RunFolder.create(tmp_path / "run")
    with SegmentWriter(folder, "engine-P1-1", "run") as master:
        for name in ("A1", "A2", "A3"):
            master.append(leased(name, "engine-P1-w1-1"))
    worker = SegmentWriter(folder, "engine-P1-w1-1", "run")
    worker.append(started("A1"))
    worker.append(ApplicationEnded(application="A1", ending=Ending.DELIVERED, at_ns=6))
    worker.append(started("A2"))
    return folder, worker


def test_what_was_handed_to_a_lost_worker_is_not_played_again_and_stays_open(folder):
    played = read_played(folder[0])
    assert played.applications == {"A1", "A2", "A3"}
    assert {o.application: o.resident for o in played.open} == {"A2": "RA2", "A3": "RA3"}


def test_what_a_worker_surely_never_began_is_free_once_its_journal_is_here_to_its_end(folder):
    folder[1].append(ApplicationEnded(application="A2", ending=Ending.DELIVERED, at_ns=7))
    folder[1].close()
    played = read_played(folder[0])
    assert played.applications == {"A1", "A2"}
    assert played.open == ()


def test_of_what_is_over_the_ids_are_kept_so_that_nobody_else_is_taken_for_them(folder):
    worker = folder[1]
    worker.append(ApplicationEnded(application="A2", ending=Ending.UNRESOLVED, at_ns=7, request_id="q2"))
    worker.append(started("A4"))
    worker.append(ApplicationEnded(application="A4", ending=Ending.REFUSED, at_ns=8, request_id="q4"))
    played = read_played(folder[0])
    assert (played.request_ids, played.taken_ids) == ({"A2": "q2"}, {"q4"})
    assert {o.application: o.request_id for o in played.open} == {"A2": "q2", "A3": ""}


def test_of_a_batch_that_ended_nothing_is_left_whoever_told_of_it_first(folder):
    worker = folder[1]
    with SegmentWriter(folder[0], "engine-P1-2", "run") as master:
        master.append(BatchEnded(batch="B1", at_ns=9))
    worker.append(ApplicationEnded(application="A2", ending=Ending.FAILED, at_ns=7))
    worker.close()
    played = read_played(folder[0])
    assert played.left_of(Batch(batch="B1", phase="P1", kind=BatchKind.BURST, applications=())) is None
    assert played.open == ()
    assert played.applications == frozenset()
    assert played.asked["1", "juminhyo"] == 2


@pytest.mark.parametrize("settled", [SettledAs.ISSUED, SettledAs.UNKNOWN])
def test_what_was_settled_is_closed_whichever_segment_is_read_first(folder, settled):
    with SegmentWriter(folder[0], "a-settle", "run") as early:
        early.append(Settlement(application="A2", settled=settled, source="ledger", at_ns=9))
    still_open = {o.application for o in read_played(folder[0]).open}
    assert still_open == ({"A3"} if settled is SettledAs.ISSUED else {"A2", "A3"})


def test_of_a_clock_elsewhere_nothing_counts_as_long_ago(folder):
    with SegmentWriter(folder[0], "engine-P1-2", "run") as master:
        master.append(
            ClockMeasured(
                worker=1, writer="engine-P1-w1-1", offset_ns=9, error_ns=1, at_ns=1, round_trip_ns=2, samples=60
            )
        )
    (since_ns,) = (o.since_ns for o in read_played(folder[0]).open if o.application == "A2")
    assert since_ns > 5
