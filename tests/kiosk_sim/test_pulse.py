"""What `stop_when` asks for is asked all the while and journaled: the target's probe, and the user's command."""

import signal
import sys

import pytest

from harness.journal import inspect_segments
from harness.records.history import Pulse, SendIntent
from kiosk_sim.pulse import _call


def stop_when(*command):
    return f"[stop_when]\nprobe_ms = 900\nevery_s = 0.5\nhealth_command = {list(command)}\n"


@pytest.mark.slow
def test_probe_and_command_are_asked_again_and_again_until_told_to_end(serve, issuer, run_against, until):
    run = run_against(serve(issuer).url, stop_when(sys.executable, "-c", "raise SystemExit(3)"))
    child = run.start("pulse")
    until(lambda: len(run.records(Pulse)) >= 4)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=20)
    assert child.returncode == 0
    probes, calls = ([p for p in run.records(Pulse) if bool(p.command) is called] for called in (False, True))
    assert all(p.probe_ms > 0 and not p.failed for p in probes)
    assert all(p.failed.endswith("ended with exit code 3") for p in calls)
    assert len(probes) == len(calls) >= 2
    assert all(not send.application for send in run.records(SendIntent))
    assert all(segment.closed for segment in inspect_segments(run.folder))


@pytest.mark.slow
def test_a_target_that_is_gone_fails_the_probe(serve, issuer, run_against, until):
    server = serve(issuer)
    run = run_against(server.url, stop_when())
    server.close()
    child = run.start("pulse")
    until(lambda: bool(run.records(Pulse)))
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=20)
    assert run.records(Pulse)[0].failed.startswith("the probe failed: ")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", ""),
        ("raise SystemExit(3)", " ended with exit code 3"),
        ("import sys; sys.exit('the disk of node 2 is full')", " ended with exit code 1: the disk of node 2 is full"),
    ],
)
def test_a_health_command_fails_by_its_exit_code_and_its_last_words_are_kept(tmp_path, code, told):
    assert _call((sys.executable, "-c", code), tmp_path).partition(sys.executable.rpartition("/")[2])[2] == told


def test_a_health_command_that_is_not_there_has_failed(tmp_path):
    told = "the health command no-such-command cannot be called: No such file or directory"
    assert _call(("./no-such-command",), tmp_path) == told


def test_a_health_command_that_does_not_end_has_failed(tmp_path, monkeypatch):
    monkeypatch.setattr("kiosk_sim.pulse._COMMAND_S", 0.2)
    assert "took longer than" in _call((sys.executable, "-c", "import time; time.sleep(60)"), tmp_path)
