"""`honnin resume` of a run that is finished: nothing is played, its verdict is told."""

import hashlib

import bare
import msgspec
import pytest
from msgspec.structs import replace

from harness.campaign import write_plan
from harness.cli import main, resume
from harness.journal import RunFolder
from harness.records.verdict import Outcome, Reason, Verdict

PASSED = bare.verdict(Outcome.PASS)


@pytest.fixture
def run(tmp_path):
    folder = RunFolder.create(tmp_path / "run")
    folder.target.write_text('name = "t"\nurl = "http://127.0.0.1:1"\n', encoding="utf-8")
    write_plan(folder.plan, bare.plan_header(), [])
    original = tmp_path / "target.toml"
    original.write_bytes(folder.target.read_bytes())
    digests = {
        f"{name}_digest": hashlib.sha256(getattr(folder, name).read_bytes()).hexdigest() for name in ("plan", "target")
    }
    manifest = bare.manifest(target_folder=str(tmp_path), target_file=original.name, **digests)
    folder.manifest.write_bytes(msgspec.json.encode(manifest))
    return folder


@pytest.fixture
def resumed(run, monkeypatch, capsys):
    """Return a function that resumes the run with a verdict as it stands; playing gives a FAIL here."""
    monkeypatch.setattr(resume, "conduct", lambda *_: replace(PASSED, outcome=Outcome.FAIL))

    def call(verdict):
        if verdict is not None:
            run.verdict.write_bytes(msgspec.json.encode(verdict))
        with pytest.raises(SystemExit) as ended:
            main(["resume", str(run.path), "--lang", "en", "--json"])
        said = capsys.readouterr()
        return ended.value.code, msgspec.json.decode(said.out, type=Verdict).outcome, said.err

    return call


def reasons(*codes):
    return tuple(Reason(code=code, ja="", en="") for code in codes)


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.PASS, 0), (Outcome.INCONCLUSIVE, 2)])
def test_a_finished_run_is_not_played_and_not_judged_again(run, resumed, outcome, code):
    verdict = replace(PASSED, outcome=outcome, reasons=reasons("for_review"))
    assert resumed(verdict) == (code, outcome, f"this run is finished: {resume_text()}: {run.path}\n")
    assert msgspec.json.decode(run.verdict.read_bytes(), type=Verdict) == verdict


def resume_text():
    return "nothing is played, its verdict stands (honnin judge judges it again)"


@pytest.mark.parametrize(
    "code", ["plan_incomplete", "interrupted", "unresolved", "unread", "target_unreachable", "recovery_unconfirmed"]
)
def test_a_run_with_something_left_goes_on(resumed, code):
    _, outcome, said = resumed(replace(PASSED, outcome=Outcome.FAIL, reasons=reasons("found", code)))
    assert outcome is Outcome.FAIL
    assert "finished" not in said


def test_a_run_without_a_verdict_goes_on(resumed):
    assert resumed(None)[1] is Outcome.FAIL


@pytest.mark.parametrize("file", ["target.toml", "run/target.toml", "run/plan.jsonl"])
def test_a_run_whose_settings_or_plan_have_changed_does_not_go_on(run, tmp_path, capsys, file):
    changed = tmp_path / file
    changed.write_bytes(changed.read_bytes().replace(b"\n", b" \n"))
    with pytest.raises(SystemExit) as ended:
        main(["resume", str(run.path), "--lang", "en"])
    assert ended.value.code == 64
    assert "has changed since this run began, so its nights would not add up" in capsys.readouterr().err
