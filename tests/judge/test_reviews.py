"""What a program could not decide, a named person may: on record, behind what is there, and never against the rest."""

import io
import json

import pytest

from harness.cli import main
from harness.journal import RunFolder
from harness.journal.reviews import append_review, read_reviews
from harness.judge import judge_run
from harness.records.findings import Severity
from harness.records.verdict import Outcome
from reports.gather import load_verdict


@pytest.fixture
def reviewed(run, capsys):
    """Judge a run of four of whom each received `owners`; return what `honnin review` says and leaves with."""

    def reviewed(owners, *arguments):
        if not run.path.exists():
            run.play(owners=owners)
            judge_run(run.lay())
        with pytest.raises(SystemExit) as left:
            main(["review", str(run.path), "--lang", "en", "--quiet", *arguments])
        return left.value.code, "".join(capsys.readouterr())

    return reviewed


def verdict_of(run):
    return load_verdict(RunFolder(run.path))[0]


UNREAD = ("unread", "R2", "R3", "R4")
WHO = ("--reviewer", "確認太郎", "--finding", "F0001", "--reason", "smudged")


def test_a_doubt_that_is_cleared_no_longer_stands_against_a_pass_which_names_the_person(reviewed, run):
    code, told = reviewed(UNREAD, "--list")
    assert (code, "F0001" in told, "A0" in told) == (0, True, True)
    code, told = reviewed(UNREAD, *WHO, "--as", "own")
    assert code == 0
    assert told.startswith("Verdict: nothing detected (all planned tests carried out) [PASS] (including 1 finding")
    assert "cleared by eye (確認太郎)" in told
    verdict = verdict_of(run)
    assert verdict.outcome is Outcome.PASS
    assert [(r.reviewer, r.reason) for r in verdict.findings[0].reviews] == [("確認太郎", "smudged")]
    assert "確認太郎" in verdict.findings[0].explanation_ja
    report = run.path / "reports" / "report.en.html"
    assert "確認太郎" in report.read_text(encoding="utf-8")
    assert reviewed(UNREAD, "--list")[1].strip() == "nothing waits for review"


def test_a_doubt_that_is_confirmed_is_grave_until_a_later_judgement_and_both_stay_on_record(reviewed, run):
    assert reviewed(UNREAD, *WHO, "--as", "other")[0] == 1
    assert verdict_of(run).findings[0].severity is Severity.GRAVE
    assert reviewed(UNREAD, *WHO, "--as", "own")[0] == 0
    assert [r.judgement for r in read_reviews(RunFolder(run.path))] == ["other", "own"]


def test_the_applicants_own_but_spoiled_paper_is_a_defect_and_nobodys_misdelivery(reviewed, run):
    code, told = reviewed(UNREAD, *WHO, "--as", "spoiled")
    assert (code, "[FAIL]" in told) == (1, True)
    verdict = verdict_of(run)
    assert [(f.severity, f.donor) for f in verdict.findings] == [(Severity.DEFECT, "")]
    assert {r.code for r in verdict.reasons} == {"found"}  # seen by a person: no longer unread
    assert "illegible" in verdict.findings[0].explanation_en
    assert reviewed(UNREAD, "--list")[1].strip() == "nothing waits for review"


def test_what_was_decided_by_the_checks_cannot_be_judged_by_eye(reviewed, run):
    code, told = reviewed(("R2", "R2", "R3", "R4"), *WHO, "--as", "own")
    assert (code, "only findings for review" in told) == (64, True)
    assert not (run.path / "reviews.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--finding", "F0001", "--as", "own", "--reason", "x"), "--reviewer"),
        (("--reviewer", "a", "--finding", "F0001"), "belong together"),
        (("--reviewer", "a", "--finding", "F9", "--as", "own", "--reason", "x"), "no finding F9"),
        (("--reviewer", "a"), "no terminal"),
    ],
)
def test_an_incomplete_review_is_refused_with_a_next_step(reviewed, arguments, said):
    code, told = reviewed(UNREAD, *arguments)
    assert (code, said in told) == (64, True)


class Terminal(io.StringIO):
    """Somebody at a terminal who types these lines."""

    def isatty(self):
        return True


def test_asked_one_by_one_the_reviewer_may_skip_and_sees_where_to_look(reviewed, run, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal("skip\n"))
    code, told = reviewed(UNREAD, "--reviewer", "確認太郎")
    assert (code, "F0001" in told, "report.en.html#F0001" in told) == (2, True, False)
    monkeypatch.setattr("sys.stdin", Terminal("own\nsmudged\n"))
    code, told = reviewed(UNREAD, "--reviewer", "確認太郎")
    assert (code, "report.en.html#F0001" in told) == (0, True)
    assert [r.reason for r in read_reviews(RunFolder(run.path))] == ["smudged"]


def test_a_review_that_was_altered_afterwards_is_no_pass(reviewed, run):
    reviewed(UNREAD, *WHO, "--as", "own")
    folder = RunFolder(run.path)
    append_review(folder, read_reviews(folder)[0])
    file = run.path / "reviews.jsonl"
    first, second = file.read_text(encoding="utf-8").splitlines()
    file.write_text(json.dumps({**json.loads(first), "reviewer": "別人"}) + "\n" + second + "\n", encoding="utf-8")
    verdict = judge_run(run.path)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "checker_crashed" in {r.code for r in verdict.reasons}
