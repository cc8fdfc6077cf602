"""Workers of this host: one that fails is noticed at once, one that is at work or has ended in order is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.journal import RunFolder
from harness.run.crew import LocalCrew


@pytest.mark.parametrize(("ends_with", "failed"), [(0, False), (64, True)])
def test_a_worker_that_fails_is_noticed(tmp_path, ends_with, failed):
    crew = LocalCrew(RunFolder.create(tmp_path / "run"), workers=2)
    idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    over = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({ends_with})"])
    crew._children = {1: idle, 2: over}
    assert not crew.look() or over.poll() is not None
    over.wait()
    assert crew.look() is failed
    idle.communicate(timeout=20)
