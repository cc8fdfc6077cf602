"""`honnin report`: the real command on an imaginary run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from harness.cli import main
from harness.cli.display import Display
from harness.cli.finish import finish
from harness.journal import RunFolder
from harness.records.verdict import Outcome, Verdict
from harness.score.rows import Row
from harness.score.summary import board
from harness.score.zoo import Kind
from reports import report_path, write_report

RunFolderMaker = Callable[..., Path]


def run_command(*arguments: str) -> int:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["report", *arguments])
    code = ended.value.code
    assert isinstance(code, int)
    return code


def test_it_writes_the_page_and_says_where(
    run_folder: RunFolderMaker, imaginary: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_folder(imaginary.verdict())
    assert run_command(str(folder), "--lang", "ja") == 0
    path = folder / "reports" / "report.html"
    assert capsys.readouterr().out.strip() == str(path)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert path.stat().st_mode & 0o077 == 0, "for its owner only"


def test_both_languages_stand_side_by_side(
    run_folder: RunFolderMaker, imaginary: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_folder(imaginary.verdict())
    assert run_command(str(folder), "--lang", "ja") == 0
    capsys.readouterr()
    assert run_command(str(folder), "--lang", "en", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"report": str(folder / "reports" / "report.en.html")}
    assert sorted(p.name for p in (folder / "reports").iterdir()) == ["report.en.html", "report.html"]


def test_the_sensitivity_of_the_same_scenario_stands_beside_the_result_and_no_other(
    run_folder: RunFolderMaker, imaginary: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = imaginary.verdict()
    folder, score = run_folder(verdict), tmp_path / "score.json"
    judged = {"outcome": "PASS", "detected": False, "right": False}
    row = Row(code="1", subject="D02", kind=Kind.DEFECT, scenario="other", seed=1, **judged)
    score.write_bytes(msgspec.json.encode(board([row], "1")))
    assert run_command(str(folder), "--lang", "en", "--score", str(score)) == 64
    assert f"--scenario {verdict.scenario}" in capsys.readouterr().err
    score.write_bytes(msgspec.json.encode(board([msgspec.structs.replace(row, scenario=verdict.scenario)], "1")))
    assert run_command(str(folder), "--lang", "en", "--score", str(score)) == 0
    assert "detected 0 of 1 known defect models" in report_path(RunFolder(folder), "en").read_text(encoding="utf-8")


def test_an_unjudged_run_is_a_mistake_of_use_that_names_the_next_command(
    run_folder: RunFolderMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(str(run_folder(None))) == 64
    assert "honnin judge" in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_a_mistake_of_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(str(tmp_path)) == 64
    assert "manifest.json" in capsys.readouterr().err


def test_judging_again_leaves_no_report_of_an_older_verdict(
    run_folder: RunFolderMaker, imaginary: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(run_folder(imaginary.verdict()))
    english = write_report(folder.path, "en")
    assert "<title>defect detected" in english.read_text(encoding="utf-8")

    def judge_again(path: Path, *told: object) -> Verdict:
        verdict: Verdict = imaginary.verdict(Outcome.INCONCLUSIVE)
        folder.verdict.write_bytes(msgspec.json.encode(verdict))
        return verdict

    monkeypatch.setattr("harness.cli.finish.judge_run", judge_again)
    finish(folder, Display("ja", quiet=True))
    assert "<title>inconclusive" in english.read_text(encoding="utf-8")
    assert "<title>判定保留" in report_path(folder, "ja").read_text(encoding="utf-8")
