"""Slots are filled once, in the journal, and a phase of which nothing is to be played is known by that."""

from contextlib import closing

import bare
import msgspec
import pytest

from harness.campaign import read_plan
from harness.journal import RunFolder, SegmentWriter, read_history
from harness.records.certificates import Certificate, Options
from harness.records.decided import as_decided
from harness.records.history import Decided, InternalError
from harness.records.plan import Batch, BatchKind, Driver, Phase, PlannedApplication, Slot
from harness.run.steer import fill_slots

STEERED = Phase(phase="P2s", title_ja="", title_en="", driver=Driver.ENGINE, decides=True)
PLAIN = Phase(phase="P2", title_ja="", title_en="", driver=Driver.ENGINE)


@pytest.fixture
def folder(tmp_path):
    """A run folder with a plan of four steered pairs and nothing played yet."""
    run = RunFolder.create(tmp_path / "run")
    batches = [
        Batch(
            batch=f"B{n}",
            phase="P2s",
            kind=BatchKind.BURST,
            applications=tuple(
                PlannedApplication(
                    application=f"A{n}{k}",
                    resident=f"R{k}",
                    card="",
                    certificate=Certificate.TAX,
                    options=Options(),
                    kiosk=f"K{k}",
                    store="S1",
                    gap_ms=100.0 * k,
                )
                for k in range(2)
            ),
            slot=Slot.GAP,
        )
        for n in range(4)
    ]
    header = bare.plan_header(phases=(PLAIN, STEERED), batches=4, applications=8, residents=2, kiosks=("K0", "K1"))
    run.plan.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in (header, *batches)))
    run.manifest.write_bytes(b"{}")
    return run


def fill(folder, writer, phase=STEERED):
    header, batches = read_plan(folder.plan)
    list(batches)
    with closing(SegmentWriter(folder, writer, "run")) as journal:
        return fill_slots(folder, header, phase, journal.append)


def journaled(folder, kind=Decided):
    return [entry.record for entry in read_history(folder) if isinstance(entry.record, kind)]


def test_every_slot_is_decided_once_and_a_resumed_run_keeps_what_was_decided(folder):
    assert fill(folder, "supervisor-1")
    first = journaled(folder)
    assert [d.batch for d in first] == ["B0", "B1", "B2", "B3"]
    assert fill(folder, "supervisor-2")
    assert journaled(folder) == first


def test_the_plan_file_stays_as_it_was(folder):
    before = folder.plan.read_bytes()
    fill(folder, "supervisor-1")
    assert folder.plan.read_bytes() == before
    _, batches = read_plan(folder.plan)
    assert all(as_decided(b, d) == b for b, d in zip(batches, journaled(folder), strict=True))  # nothing was seen


def test_a_phase_without_slots_is_never_left_out_and_one_with_them_only_as_a_whole(folder):
    assert fill(folder, "supervisor-1", PLAIN)
    with closing(SegmentWriter(folder, "supervisor-2", "run")) as journal:
        for n in range(3):
            journal.append(Decided(batch=f"B{n}", at_ns=1, why="enough", skipped=True))
    assert fill(folder, "supervisor-3")
    with closing(SegmentWriter(folder, "supervisor-0", "run")) as journal:  # earlier: the first decision counts
        journal.append(Decided(batch="B3", at_ns=0, why="enough", skipped=True))
    assert not fill(folder, "supervisor-4")


def test_a_crash_of_steering_is_journaled_and_the_phase_played_as_planned(folder, monkeypatch):
    def crash(*_):
        raise ZeroDivisionError("no gap")

    monkeypatch.setattr("harness.run.steer.decide", crash)
    assert fill(folder, "supervisor-1")
    assert journaled(folder) == []
    (error,) = journaled(folder, InternalError)
    assert error.what == "steering of phase P2s: ZeroDivisionError: no gap"
    assert "crash" in (folder.path / "steering.log").read_text()
