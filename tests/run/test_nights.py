"""A sitting: people come until its window ends, then recovery is confirmed and what is open settled; all journaled."""

import time
from contextlib import closing
from datetime import datetime, timedelta, timezone

import bare
import msgspec
import pytest
from msgspec.structs import replace

from harness.campaign.window import Reserve
from harness.journal import RunFolder, SegmentWriter, read_history
from harness.journal.plan_file import write_plan
from harness.records.certificates import Certificate, Options
from harness.records.history import (
    ApplicationEnded,
    Ending,
    Interrupted,
    NodeSeen,
    PhaseStarted,
    RecoveryPlayed,
    WindowSet,
)
from harness.records.plan import Batch, BatchKind, Driver, Phase, PlannedApplication
from harness.run.arrivals import Arrivals, Window
from harness.run.conduct import Conductor, Exit
from harness.run.nights import changed_builds, next_confirmation
from harness.run.stop_requests import StopRequests
from harness.run.vigil import Vigil

PHASES = (
    Phase(phase="P0", title_ja="", title_en="", driver=Driver.QUIET),
    Phase(phase="P3", title_ja="", title_en="", driver=Driver.ENGINE),
    Phase(phase="P9", title_ja="", title_en="", driver=Driver.QUIET, recovery=True),
    Phase(phase="P9-2", title_ja="", title_en="", driver=Driver.QUIET, recovery=True),
)
HEADER = bare.plan_header(phases=PHASES)


class Quiet:
    """A display, and a watch that sees nothing."""

    trouble, waiting, readers, read, to_read, most_waiting, longest_lag_s = "", 0, 1, 0, 0, 0, 0.0

    def __getattr__(self, name):
        return lambda *_: None


@pytest.fixture
def folder(tmp_path):
    run = RunFolder.create(tmp_path / "run")
    run.plan.write_bytes(msgspec.json.encode(HEADER) + b"\n")
    run.manifest.write_bytes(b"{}")
    return run


@pytest.fixture
def sit(folder, monkeypatch):
    """Conduct a sitting whose programs are functions of the test; return what was run and who conducted."""

    def call(arrivals=None, during=lambda program: Exit.OK):
        ran, stop = [], StopRequests()

        def program(_, module, *arguments, **__):
            ran.append(" ".join([module.removeprefix("kiosk_sim."), *arguments]))
            if "--phase" in arguments:
                with closing(SegmentWriter(folder, f"player-{time.monotonic_ns()}", "run")) as journal:
                    journal.append(PhaseStarted(phase=arguments[-1], at_ns=1))
            return during(ran[-1], stop)

        monkeypatch.setattr(Conductor, "_program", program)
        conductor = Conductor(folder, HEADER, Quiet(), Quiet(), stop, arrivals=arrivals)
        conductor.conduct()
        return ran, conductor

    return call


def over(folder, seconds):
    """Arrivals whose window keeps 65 s back and lets nobody come any more in so many seconds."""
    end_ns = time.monotonic_ns() + round(seconds * 1e9)
    ends = datetime(2026, 11, 23, 5, 30, tzinfo=timezone(timedelta(hours=9)))
    window = Window(ends=ends, reserve=Reserve(drain_s=30, recovery_s=5, settle_s=30), arrivals_end_ns=end_ns)
    return Arrivals(folder, Vigil(()), asks=False, window=window)


def fine(program, stop):
    return Exit.OK


def journaled(folder, kind):
    return [entry.record for entry in read_history(folder) if isinstance(entry.record, kind)]


ALL = ["selfproof", "probe", "quiet --phase P0", "engine --phase P3"]


def test_one_confirmation_follows_the_last_arrival_and_settling_comes_last(folder, sit):
    ran, conductor = sit(over(folder, 3600), fine)
    assert ran == [*ALL, "quiet --phase P9", "settle"]
    assert conductor.stopped_by == ""
    (window,) = journaled(folder, WindowSet)
    assert window.reserve_s == 65
    assert [r.phase for r in journaled(folder, RecoveryPlayed)] == ["P9"]


def test_when_the_window_ends_nobody_comes_any_more_and_recovery_is_confirmed_all_the_same(folder, sit):
    ran, conductor = sit(over(folder, 0), fine)
    assert ran == ["selfproof", "probe", "quiet --phase P9", "settle"]
    assert conductor.stopped_by.startswith("the window ends at 05:30: arrivals ended 65 s before")
    assert [i.reason for i in journaled(folder, Interrupted)] == [conductor.stopped_by]


def test_the_next_sitting_has_a_confirmation_of_its_own_until_none_is_left(folder, sit):
    assert [sit(None, fine)[0][-2] for _ in range(2)] == ["quiet --phase P9", "quiet --phase P9-2"]
    assert sit(None, fine)[0] == [*ALL, "settle"]
    assert [r.phase for r in journaled(folder, RecoveryPlayed)] == ["P9", "P9-2", ""]


def test_what_was_not_issued_is_tried_once_more_with_the_next_confirmation(folder, sit):
    run = [
        Batch(batch=f"B{n}", phase=phase, kind=BatchKind.SEQUENCE, applications=(asking(f"A{n}"),))
        for n, phase in enumerate(("P9", "P9-2", "P9-3"), 1)
    ]
    third = Phase(phase="P9-3", title_ja="", title_en="", driver=Driver.QUIET, recovery=True)
    write_plan(folder.plan, replace(HEADER, phases=(*PHASES, third)), run)

    def issued(program, stop):
        if program == "quiet --phase P9-2":
            with closing(SegmentWriter(folder, "player", "run")) as journal:
                journal.append(ApplicationEnded(application="A2", ending=Ending.DELIVERED, at_ns=1))
        return Exit.OK

    assert sit(None, issued)[0][-3:] == ["quiet --phase P9", "quiet --phase P9-2", "settle"]
    assert sit(None, issued)[0][-2:] == ["engine --phase P3", "settle"]
    assert [(r.phase, r.tries) for r in journaled(folder, RecoveryPlayed)] == [("P9-2", 2), ("", 0)]


def asking(application):
    return PlannedApplication(
        application=application,
        resident="R1",
        card="c1",
        certificate=Certificate.JUMINHYO,
        options=Options(),
        kiosk="K001",
        store="S001",
    )


def test_after_one_ctrl_c_recovery_is_confirmed_and_after_two_it_is_not(folder, sit):
    def once(program, stop):
        stop.count, stop.reason = 1, "ctrl-c"
        return Exit.INTERRUPTED

    def twice(program, stop):
        stop.count, stop.reason = 2 * ("quiet" in program), "ctrl-c"
        return Exit.INTERRUPTED if stop.count else Exit.OK

    assert sit(None, lambda p, s: once(p, s) if "engine" in p else Exit.OK)[0][-2:] == ["quiet --phase P9", "settle"]
    assert sit(None, twice)[0] == ["selfproof", "probe", "quiet --phase P0"]


def test_a_confirmation_that_breaks_off_is_journaled_with_its_reason(folder, sit):
    sit(None, lambda program, stop: 1 if "P9" in program else Exit.OK)
    (played,) = journaled(folder, RecoveryPlayed)
    assert (played.phase, played.reason) == ("P9", "the player of phase P9 ended with exit code 1")


def test_a_run_goes_on_only_on_the_builds_it_began_with(folder, sit):
    with closing(SegmentWriter(folder, "probe-1", "run")) as journal:
        journal.append(NodeSeen(node="n1", build="1.0", source="measured", at_ns=1))
    sit(None, fine)
    assert changed_builds(folder) == ""

    def updated(program, stop):
        if program == "probe":
            with closing(SegmentWriter(folder, "probe-2", "run")) as journal:
                journal.append(NodeSeen(node="n1", build="1.1", source="measured", at_ns=1))
        return Exit.OK

    ran, conductor = sit(None, updated)
    assert ran == ["selfproof", "probe"]
    assert conductor.stopped_by == "the target's build has changed since this run began: n1 (1.0 → 1.1)"


def test_a_plan_without_confirmations_has_none_to_play(folder):
    assert next_confirmation(folder, PHASES[:2]) is None
