"""Programs of a run are honnin's own, whatever lies in the folder that it was called in."""

import subprocess

from harness.lifeline import start


def test_a_file_of_the_users_folder_hides_no_module_from_the_programs_of_a_run(tmp_path, monkeypatch):
    (tmp_path / "operator.py").write_text("raise SystemExit('the wrong operator')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with start("json.tool", "--help", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as program:
        _, said = program.communicate(timeout=60)
    assert (program.returncode, said) == (0, b"")
