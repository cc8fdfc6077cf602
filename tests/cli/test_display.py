"""What somebody at the terminal has to do stands on lines of its own, whatever else is shown."""

import os
import pty

import pytest

from harness.cli.display import Display
from harness.records.plan import Driver, Phase
from harness.run.conduct import Progress

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
            os.set_blocking(outside, False)
            return os.read(outside, 65536).decode()

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
