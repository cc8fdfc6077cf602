"""Programs of a run are honnin's own, whatever lies in the folder that it was called in."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.lifeline import start


def test_a_file_of_the_users_folder_hides_no_module_from_the_programs_of_a_run(tmp_path, monkeypatch):
    (tmp_path / "operator.py").write_text("raise SystemExit('the wrong operator')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with start("json.tool", "--help", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as program:
        _, said = program.communicate(timeout=60)
    assert (program.returncode, said) == (0, b"")


_STEPS_BACK = """
import os
from pathlib import Path
from harness.lifeline import step_back
group = Path("/proc/self/autogroup")
before = group.read_text() if group.exists() else ""
step_back(7)
after = group.read_text() if group.exists() else ""
print(os.nice(0), after.strip().endswith("nice 7"), before == after)
"""


@pytest.mark.parametrize("own_session", [True, False])
def test_who_steps_back_does_so_with_its_own_session_and_never_with_somebody_elses(own_session):
    grouped = Path("/proc/self/autogroup").exists()
    told = subprocess.check_output(
        [sys.executable, "-c", _STEPS_BACK], start_new_session=own_session, text=True, timeout=60
    )
    assert told.split() == ["7", str(grouped and own_session), str(not (grouped and own_session))]
