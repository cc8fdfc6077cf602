"""A run folder on disk becomes a verdict: complete ones pass, the same bytes come again, damage never passes.

The register oracle is stood in for by one that reads the owner's key from the page: documents and their reading
are tested elsewhere.
"""

import shutil

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from harness.cli import judge as judge_verb
from harness.errors import ConfigError, HonninError
from harness.judge import judge_run
from harness.judge import run as judging
from harness.records.findings import Anomaly
from harness.records.history import Interrupted, PhaseEnded, SendIntent
from harness.records.manifest import CardStanding
from harness.records.verdict import Outcome, Verdict


def test_a_complete_clean_run_passes_and_is_written_whole(run):
    run.play()
    path = run.lay()
    verdict = judge_run(path)
    assert verdict.outcome is Outcome.PASS, verdict.reasons
    assert msgspec.json.decode((path / "verdict.json").read_bytes(), type=Verdict) == verdict
    assert (path / "findings.jsonl").read_bytes() == b""
    assert {(c.certificate, c.kind): (c.injected, c.found) for c in verdict.controls} == {
        ("juminhyo", "document"): (4, 4),
        ("juminhyo", "page"): (4, 4),
    }
    assert verdict.next_steps and verdict.statement_ja and verdict.bound_per_burst


def test_how_many_documents_are_judged_is_told(run):
    run.play()
    told = []
    judge_run(run.lay(), lambda done, of: told.append((done, of)))
    assert told[-1] == (4, 4)


def test_judging_again_gives_the_same_bytes_wherever_the_folder_lies(run, tmp_path):
    run.play(owners=("R1", "R1", "R3", "R4"))
    path = run.lay()
    judge_run(path)
    shutil.copytree(path, tmp_path / "elsewhere")
    judge_run(tmp_path / "elsewhere")
    judge_run(path)
    for name in ("verdict.json", "findings.jsonl"):
        assert (path / name).read_bytes() == (tmp_path / "elsewhere" / name).read_bytes()


def test_a_look_at_a_run_that_goes_on_shows_what_the_verdict_will_and_writes_nothing(run):
    run.play(owners=("R2", "R2", "R3", "R4"))
    path = run.lay()
    before = sorted(path.rglob("*"))
    seen = judging.findings_so_far(path)
    assert sorted(path.rglob("*")) == before
    assert Anomaly.MISDELIVERY in {f.anomaly for f in seen}
    assert seen == judge_run(path).findings


def test_a_misdelivery_fails_and_its_finding_is_written(run):
    run.play(owners=("R2", "R2", "R3", "R4"))
    path = run.lay()
    verdict = judge_run(path)
    assert verdict.outcome is Outcome.FAIL
    found = [f for f in verdict.findings if f.anomaly is Anomaly.MISDELIVERY]
    assert [(f.finding, f.victim, f.donor, f.donor_application) for f in found] == [("F0001", "R1", "R2", "A1")]
    assert len((path / "findings.jsonl").read_text().splitlines()) == len(verdict.findings)
    assert verdict.bound_per_burst is None
    assert verdict.next_steps[0].code == "grave"


def test_a_document_for_a_revoked_card_fails(run):
    run.play()
    verdict = judge_run(run.lay(cards=[CardStanding(serial="cR1", resident="R1", state="revoked")]))
    assert (verdict.outcome, {f.anomaly for f in verdict.findings}) == (Outcome.FAIL, {Anomaly.AUTH_GAP})


def test_a_crash_of_the_oracle_is_inconclusive_never_silence(run):
    run.play(owners=("crash", "R2", "R3", "R4"))
    verdict = judge_run(run.lay())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"checker_crashed", "identity_open"} <= {r.code for r in verdict.reasons}
    assert "a checker's own mistake" in " ".join(r.en for r in verdict.reasons)


@pytest.fixture
def broken(monkeypatch):
    """Let a part of the judge crash whenever it is called."""

    def broken(place):
        def crash(*_, **__):
            raise KeyError(place)

        monkeypatch.setattr(f"harness.judge.{place}", crash)

    return broken


@pytest.mark.parametrize(
    "place",
    [
        "run.trace_donors",
        "run.check_ownership",
        "run.check_pages",
        "run.check_exactly_once",
        "run.check_numbers",
        "run.check_isolation",
        "run.check_pictures",
        "run.account_applications",
        "run.account_deliveries",
        "run.control",
        "run.count_turned_away",
        "run.features_of",
        "run.final_classes",
        "run.follow_up_errors",
        "run.left_changed",
        "run.measure_exposure",
        "run.measure_generator",
        "run.measure_scope",
        "run.measure_trials",
        "run.node_builds",
        "run.pair_trials",
        "run.readers_lag",
        "run.recovery_of",
        "run.regularities",
        "run.set_aside",
        "run.sittings_of",
        "baseline.BaselineSide.build",
        "baseline.BaselineSide.findings",
        "baseline.BaselineSide.made",
        "fresh.check_freshness",
        "fresh.measure_reflection",
        "server_log.LogSide.findings",
        "server_log.LogSide.look",
    ],
)
def test_a_crash_of_any_check_is_inconclusive_and_told(run, broken, place):
    broken(place)
    run.play()
    verdict = judge_run(run.lay())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert place in " ".join(r.en for r in verdict.reasons if r.code == "checker_crashed")


def test_beside_a_crashed_check_the_others_still_find(run, broken):
    broken("run.check_numbers")
    run.play(owners=("R2", "R2", "R3", "R4"))
    verdict = judge_run(run.lay())
    assert Anomaly.MISDELIVERY in {f.anomaly for f in verdict.findings}
    assert verdict.outcome is Outcome.FAIL


def test_a_stopped_run_is_inconclusive(run, history, made):
    run.play()
    history.add(Interrupted(at_ns=made.ns(3), reason="ctrl-c"))
    verdict = judge_run(run.lay())
    assert (verdict.outcome, [r.code for r in verdict.reasons]) == (Outcome.INCONCLUSIVE, ["interrupted"])


@pytest.mark.parametrize("last", [1, 2, 5, 20])
def test_a_journal_cut_anywhere_is_never_a_pass(run, history, last):
    run.play()
    assert judge_run(run.lay(records=history.whole()[:-last])).outcome is Outcome.INCONCLUSIVE


def test_one_changed_byte_anywhere_in_the_folder_is_never_a_pass(run):
    run.play()
    path = run.lay()
    assert judge_run(path).outcome is Outcome.PASS
    files = [f for f in sorted(path.rglob("*")) if f.is_file() and f.name not in {"verdict.json", "findings.jsonl"}]
    for file in files:
        whole = file.read_bytes()
        if not whole:
            continue
        for place in (0, len(whole) // 2, len(whole) - 2):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            try:
                outcome = judge_run(path).outcome
            except HonninError:
                outcome = None
            if file.parent.name != "readings" and file.name not in {
                "cards.jsonl",
                "manifest.json",
            }:  # names of readers, runs
                assert outcome is not Outcome.PASS, f"{file.name} at {place}"
        file.write_bytes(whole)
    assert judge_run(path).outcome is Outcome.PASS


@pytest.mark.parametrize("part", ["segments", "documents", "readings"])
def test_a_missing_part_is_never_a_pass(run, part):
    run.play()
    path = run.lay()
    for file in (path / part).iterdir():
        file.unlink()
    assert judge_run(path).outcome is Outcome.INCONCLUSIVE


def test_a_failed_judging_leaves_no_older_verdict_behind(run):
    run.play()
    path = run.lay()
    judge_run(path)
    (path / "target.toml").write_text("name = 3")
    with pytest.raises(ConfigError):
        judge_run(path)
    assert not (path / "verdict.json").exists()


def test_a_target_that_declares_ownership_out_of_scope_is_refused(run):
    run.play()
    path = run.lay()
    text = '[[out_of_scope]]\nproperty = "O"\nreason = "x"\ndeclared_by = "y"\n'
    (path / "target.toml").write_text((path / "target.toml").read_text() + text)
    with pytest.raises(ConfigError, match="cannot be declared out"):
        judge_run(path)


def test_a_phase_that_did_not_complete_is_inconclusive(run, history):
    run.play()
    whole = [replace(r, complete=False) if isinstance(r, PhaseEnded) else r for r in history.whole()]
    assert "plan_incomplete" in {r.code for r in judge_run(run.lay(records=whole)).reasons}


def test_a_record_of_an_unknown_version_is_inconclusive(run, history):
    run.play()
    whole = history.whole()
    whole[0] = replace(whole[0], version=99)
    verdict = judge_run(run.lay(records=whole))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("version" in r.en for r in verdict.reasons)


def test_a_send_that_was_never_answered_is_inconclusive(run, history):
    run.play()
    sends = [n for n, r in enumerate(history.records) if isinstance(r, SendIntent)]
    del history.records[sends[0] + 1]
    assert "identity_open" in {r.code for r in judge_run(run.lay()).reasons}


@pytest.mark.parametrize(("owners", "code"), [(("R1", "R2", "R3", "R4"), 0), (("R2", "R2", "R3", "R4"), 1)])
def test_the_command_judges_again_and_exits_with_the_verdict(run, owners, code):
    run.play(owners=owners)
    path = run.lay()
    result = CliRunner().invoke(
        judge_verb.command, [str(path), "--json", "--quiet", "--lang", "en"], standalone_mode=False
    )
    assert result.exception is None, result.output
    assert result.return_value == code
    assert msgspec.json.decode(result.stdout, type=Verdict) == judge_run(path)


def test_a_change_of_the_register_that_makes_no_sense_is_inconclusive(run, history):
    run.play()
    history.updates("U1", "R1", "colour", "red", 1, 2)
    verdict = judge_run(run.lay())
    (why,) = verdict.reasons
    assert (verdict.outcome, why.code) == (Outcome.INCONCLUSIVE, "checker_crashed")
    assert "no field 'colour'" in why.en
    assert [(one.field, one.before) for one in verdict.left_changed] == [("colour", None)]
