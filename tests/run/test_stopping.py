"""Requests to stop are counted while programs run, and obeyed on insistence once nothing is in flight."""

import os
import signal
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.journal import RunFolder
from harness.run.lock import lock
from harness.run.stop_requests import StopRequests


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_requests_are_counted_and_interrupt_nothing(number):
    with StopRequests() as stop:
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
        assert stop.count == 2


def test_at_the_end_the_second_request_interrupts_whatever_was_asked_before():
    with StopRequests() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        stop.raise_on_insistence()
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_handlers_are_given_back():
    before = signal.getsignal(signal.SIGTERM)
    with StopRequests():
        pass
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_folder_is_played_by_one_at_a_time_and_free_again_afterwards(tmp_path):
    folder = RunFolder(tmp_path)
    with lock(folder), pytest.raises(UsageError, match="is being played or judged by another honnin"), lock(folder):
        pass
    with lock(folder):
        pass


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells who holds a lock")
def test_who_holds_a_folder_is_told_and_what_to_do(tmp_path):
    folder = RunFolder(tmp_path)
    with lock(folder), pytest.raises(UsageError) as told, lock(folder):
        pass
    own = Path("/proc/self/cmdline").read_text().split("\0")[0]
    assert f"process {os.getpid()}: {own}" in str(told.value)
    assert "wait for its end, or end it with Ctrl-C there" in str(told.value)


def test_where_the_system_does_not_tell_who_holds_a_folder_it_still_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr("harness.run.lock._LOCKS", tmp_path / "no such file")
    folder = RunFolder(tmp_path)
    with lock(folder), pytest.raises(UsageError, match="by another honnin; wait"), lock(folder):
        pass


def test_an_error_while_a_folder_is_held_is_not_taken_for_another_holder(tmp_path):
    with pytest.raises(BlockingIOError), lock(RunFolder(tmp_path)):
        raise BlockingIOError
