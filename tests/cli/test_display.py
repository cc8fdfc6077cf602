"""What somebody at the terminal has to do stands on lines of its own, whatever else is shown."""

import contextlib
import os
import pty

import pytest

from harness.cli.display import Display
from harness.journal import RunFolder
from harness.records.certificates import Certificate, Options
from harness.records.history import ApplicationStarted, BatchReleased
from harness.records.plan import Driver, Phase
from harness.run.conduct import Progress
from harness.run.watch import Watch


def started(application):
    """Return the record of somebody who steps up to the same kiosk."""
    return ApplicationStarted(
        application=application, batch="B1", phase="P3", resident=application, card="c", certificate=Certificate.TAX,
        options=Options(), kiosk="K1", store="S1", at_ns=0,
    )  # fmt: skip


TO_DO = "▶ 登録したら Enter"


@pytest.fixture
def shown(monkeypatch):
    """Return a function that runs `work` with a terminal in place of standard error, and returns what it was sent."""
    outside, inside = pty.openpty()

    def run(work):
        with monkeypatch.context() as patched, os.fdopen(inside, "w", encoding="utf-8") as stderr:
            patched.setattr("sys.stderr", stderr)
            patched.setenv("TERM", "xterm")
            work()
        sent = b""
        with contextlib.suppress(OSError):  # EIO: all is read, and nobody writes any more
            while True:
                sent += os.read(outside, 65536)
        return sent.decode()

    yield run
    os.close(outside)


def test_what_the_operator_has_to_do_stands_above_the_bar_and_not_behind_it(shown):
    def play():
        with Display("ja") as display:
            display.phase(Phase(phase="P5", title_ja="登録", title_en="", driver=Driver.QUIET), 1, 1)
            display.progress(Progress(phase="P5", done=1, of=12, in_flight=0))
            display.ask(TO_DO)

    (line,) = [line for line in shown(play).split("\n") if TO_DO in line]
    assert "1/12" not in line.rsplit("\x1b[2K", 1)[-1]


def test_it_is_shown_where_nothing_else_is(shown):
    def play():
        with Display("ja", quiet=True) as display:
            display.tell("nothing of this")
            display.ask(TO_DO)

    assert shown(play).strip() == TO_DO


def test_a_step_that_cannot_tell_how_far_it_is_is_seen_to_go_on(shown):
    def play():
        with Display("ja") as display:
            display.say("judging")

    assert [line for line in shown(play).split("\n") if "判定" in line and "0/?" in line]


def test_what_was_exercised_so_far_is_told_when_the_next_phase_begins(shown, tmp_path):
    def play():
        watch = Watch(RunFolder.create(tmp_path / "run"), readers=1)
        left = BatchReleased(batch="B1", at_ns=0, applications=("A1", "A2"), left_ns=(0, 2_000_000))
        for record in (started("A1"), started("A2"), left):
            watch.so_far.see(record)
        with Display("en") as display:
            display.follow(watch)
            display.phase(Phase(phase="P5", title_ja="", title_en="", driver=Driver.QUIET), 2, 2)

    (line,) = [line for line in shown(play).split("\n") if "provisional" in line]
    assert "1 bursts · 1 overlapping pairs · sent less than 1 ms apart 0, 10 ms 1" in line
