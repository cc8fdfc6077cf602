"""The table of all runs: what counts, what is marked, and what the sentence for reports says."""

import json
import runpy
from pathlib import Path

import pytest

from harness.cli import main
from harness.score.rows import ERROR, Row, append_row, code_version, is_done, read_rows
from harness.score.summary import board, flawless
from harness.score.telling import table
from harness.score.zoo import Kind

NOW, BEFORE = "1+new", "1+old"
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def row(subject, seed=1, *, seconds=None, kind=Kind.DEFECT, **more):
    seen = {"seconds": seconds, "bursts": 3} if seconds is not None else {}
    told = {"outcome": "FAIL" if seen else "PASS", "detected": bool(seen), "right": bool(seen), "code": NOW}
    return Row(**{**told, **seen, "subject": subject, "kind": kind, "scenario": "go-live", "seed": seed, **more})


def line(rows, subject):
    (found,) = [x for x in board(rows, NOW).lines if x.subject == subject]
    return found


def test_another_scenario_of_the_same_name_is_another_version(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text("rounds = 1")
    before = code_version(str(own))
    own.write_text("rounds = 2")
    assert before != code_version(str(own)) != code_version() == code_version("go-live")


def test_medians_are_of_the_runs_that_found_it_and_misses_stay_visible():
    found = line([row("D02", 1, seconds=10.0), row("D02", 2, seconds=30.0), row("D02", 3)], "D02")
    assert (found.right, found.runs, found.seconds) == (2, 3, 20.0)


def test_something_else_found_is_no_detection():
    found = line([row("D27", detected=True, outcome="FAIL", anomalies={"STALE": 2})], "D27")
    assert (found.right, found.other) == (0, 1)
    assert not flawless(board([row("D27", detected=True)], NOW))


def test_the_last_run_of_a_seed_counts_and_another_versions_is_marked():
    rows = [row("D02", seconds=5.0, code=BEFORE), row("D03", seconds=5.0, code=BEFORE), row("D02")]
    assert (line(rows, "D02").right, line(rows, "D02").older) == (0, 0)
    assert line(rows, "D03").older == 1
    text = "\n".join(table(board(rows, NOW), "en"))
    assert "D03*" in text
    assert "D02*" not in text


def test_the_figure_counts_models_that_this_version_played_and_no_others():
    rows = [row("D02", seconds=1.0), row("D03"), row("D04", seconds=2.0, code=BEFORE), row("clean", kind=Kind.CONTROL)]
    (figure,) = board(rows, NOW).sensitivity
    assert (figure.models, figure.found) == (2, 1)
    assert "detected 1 of 2 known defect models" in figure.statement_en
    assert "2 種中 1 種" in figure.statement_ja
    assert board(rows[2:], NOW).sensitivity == ()
    assert "not measured" in "\n".join(table(board(rows[2:], NOW), "en"))


@pytest.mark.parametrize(("lang", "why"), [("en", "a server that dies"), ("ja", "サーバが停止")])
def test_what_a_campaign_cannot_bring_about_is_told_with_what_would_find_it(lang, why):
    missed, found = row("D29"), row("D30", seconds=3.0, scenario="faults")
    told = [x for x in table(board([missed, found], NOW), lang) if why in x]
    assert len(told) == 1
    assert told[0].startswith("D29 (go-live)")
    assert "faults" in told[0]


def test_another_scenario_has_a_figure_of_its_own():
    figures = board([row("D02", seconds=1.0), row("D02", scenario="smoke")], NOW).sensitivity
    assert [(f.scenario, f.found) for f in figures] == [("go-live", 1), ("smoke", 0)]


def test_sometimes_found_is_told_apart_from_always_found():
    (figure,) = board([row("D02", 1, seconds=1.0), row("D02", 2)], NOW).sensitivity
    assert (figure.found, figure.always) == (1, 0)


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        ([row("D02", seconds=1.0, false_alarms=0), row("clean", kind=Kind.CONTROL, false_alarms=0)], True),
        ([row("D02", seconds=1.0, false_alarms=1)], False),
        ([row("clean", kind=Kind.CONTROL, detected=True, false_alarms=2)], False),
        ([row("D02", outcome=ERROR)], False),
        ([row("D29")], True),  # go-live kills no server,
        ([row("D29", scenario="faults")], False),  # faults does
        ([], False),
    ],
)
def test_the_score_is_flawless_only_without_misses_false_alarms_and_broken_runs(rows, right):
    assert flawless(board(rows, NOW)) is right


def test_what_this_version_has_played_is_not_played_again_and_what_broke_is():
    rows = [row("D02"), row("D03", outcome=ERROR), row("D04", code=BEFORE)]
    done = [s for s in ("D02", "D03", "D04") if is_done(rows, NOW, s, "go-live", 1)]
    assert done == ["D02"]


def test_the_rival_is_compared_by_what_both_have_played_and_never_by_what_only_one_has(tmp_path, capsys, monkeypatch):
    played = {"us": [row("D02", seconds=5.0), row("D01", seconds=50.0), row("D09", seconds=1.0)], "rival": []}
    played["rival"] = [row("D02", seconds=1.0, scenario="naive rival"), row("D01", scenario="naive rival")]
    for name, rows in played.items():
        for one in rows:
            append_row(tmp_path / name, one)
    monkeypatch.setattr("sys.argv", ["beside_rival.py", str(tmp_path / "us"), str(tmp_path / "rival")])
    runpy.run_path(str(BENCHMARKS / "beside_rival.py"), run_name="__main__")
    told = capsys.readouterr().out
    assert "| D02 | 1/1 | 5 | 1/1 | 1 | 0.2 |" in told
    assert "| D01 | 1/1 | 50 | 0/1 | - | - |" in told
    assert "D09" not in told
    assert "Of 2 defects honnin found 2 (2 in every run), median 27.5 s." in told
    assert "Of 2 defects the rival found 1 (1 in every run), median 1.0 s." in told
    assert "Of the 1 that the rival found, honnin found 1, median 0.2 times as soon" in told


def test_rows_are_kept_one_a_line_and_shown_again(tmp_path, capsys):
    file = tmp_path / "score.jsonl"
    for one in (row("D02", seconds=12.5, false_alarms=0), row("clean", kind=Kind.CONTROL, false_alarms=0)):
        append_row(file, one)
    assert [r.subject for r in read_rows(file)] == ["D02", "clean"]
    with pytest.raises(SystemExit) as exit_:
        main(["score", "--show", "--json", "--out", str(tmp_path)])
    assert exit_.value.code == 0
    shown = json.loads(capsys.readouterr().out)
    assert {x["subject"]: x["older"] for x in shown["lines"]} == {"D02": 1, "clean": 1}
    assert json.loads((tmp_path / "score.json").read_text()) == shown
    assert (tmp_path / "score.png").read_bytes().startswith(b"\x89PNG")
