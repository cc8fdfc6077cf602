"""The ledger shows every run of a place; what is deleted, cut, altered or lost is told, and stays told."""

import hashlib
import json
import shutil

import bare
import msgspec
import pytest
from click.testing import CliRunner

from harness.assurance.tries import told_tries
from harness.cli.ledger import command
from harness.journal import RunFolder
from harness.journal.ledger import LEDGER_FILE, enter, enter_purge, enter_verdict, read_ledger, standing_of
from harness.records.ledger import STANDING_FILE
from harness.records.verdict import NodeBuild, Outcome

FORBIDDEN = ("合格", "安全")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def play(place):
    """Play a run: `play("a")`, `play("b", Outcome.FAIL)`; None: it ended before a verdict."""

    def play(name, outcome=Outcome.PASS, *, target="t", digest="d", kind="run"):
        folder = RunFolder.create(place / name)
        manifest = bare.manifest(run=name, target=target, target_digest=digest, kind=kind)
        folder.manifest.write_bytes(msgspec.json.encode(manifest))
        standing = enter(folder, manifest)
        if outcome is not None:
            judge(folder, outcome)
        return standing

    return play


def judge(folder, outcome, inputs="i"):
    node = NodeBuild(node="n1", build="2.1", source="measured", applications=3)
    verdict = bare.verdict(outcome, run=folder.path.name, nodes=(node,), inputs_digest=inputs)
    folder.verdict.write_bytes(msgspec.json.encode(verdict))
    enter_verdict(folder, verdict)


def shown(place, *more):
    result = CliRunner().invoke(command, ["--out", str(place), "--lang", "ja", *more], standalone_mode=False)
    return result.return_value, result.output


def test_a_run_knows_how_many_there_were_before_it_and_how_they_ended(play):
    for name, outcome in (("a", Outcome.FAIL), ("b", Outcome.INCONCLUSIVE), ("c", Outcome.PASS), ("d", None)):
        play(name, outcome)
    standing = play("e")
    earlier = standing.earlier
    assert (earlier.detected, earlier.inconclusive, earlier.passed, earlier.unjudged, earlier.all) == (1, 1, 1, 1, 4)
    told = told_tries(standing, Outcome.PASS)
    assert told.code == "tries"
    assert told.ja.startswith("この対象への実施 5 回目、うち検出 1 回")
    assert told_tries(standing, Outcome.FAIL).ja.startswith("この対象への実施 5 回目、うち検出 2 回")
    assert not any(word in told.ja for word in FORBIDDEN)


def test_only_runs_against_the_same_target_count_by_name_or_by_digest(play):
    play("a")
    play("b", target="other", digest="x")
    play("c", target="renamed", digest="d")
    play("d", target="t", digest="edited")
    play("e", kind="baseline")
    assert play("f").earlier.all == 3


def test_entering_twice_adds_nothing_and_another_verdict_is_added(play, place):
    play("a", Outcome.INCONCLUSIVE)
    folder = RunFolder(place / "a")
    lines = (place / LEDGER_FILE).read_bytes()
    judge(folder, Outcome.INCONCLUSIVE)
    assert (place / LEDGER_FILE).read_bytes() == lines
    judge(folder, Outcome.PASS, inputs="reviewed")
    assert (place / LEDGER_FILE).read_bytes().startswith(lines)
    assert play("b").earlier.passed == 1


def test_a_deleted_run_stays_in_the_ledger_and_is_told(play, place):
    play("a", Outcome.FAIL)
    play("b", Outcome.FAIL)
    shutil.rmtree(place / "a")
    shutil.rmtree(place / "b")
    enter_purge(RunFolder(place / "b"), "b")
    standing = play("c")
    assert (standing.earlier.detected, standing.earlier.deleted) == (2, 2)
    told = told_tries(standing, Outcome.PASS)
    assert "(これより前の 2 回: 検出 2。うち実施記録が今はないもの 2)" in told.ja, "what there is none of is left out"
    assert "(the 2 before: 2 FAIL; the records of 2 are gone)" in told.en
    code, text = shown(place)
    assert code == 0
    assert "実施フォルダーがない(削除または移動)" in text
    assert "honnin purge で削除済み" in text
    assert "実施 3 回、うち検出 2 回" in text


def test_an_altered_line_breaks_the_chain_for_good(play, place):
    play("a", Outcome.FAIL)
    play("b")
    path = place / LEDGER_FILE
    path.write_bytes(path.read_bytes().replace(b'"FAIL"', b'"PASS"'))
    standing = play("between")
    assert standing.broken == (4,)
    told = told_tries(standing, Outcome.PASS)
    assert told.code == "tries_doubtful"
    assert "書き換えられているか壊れている" in told.ja
    assert play("c").broken == standing.broken
    assert shown(place)[0] == 2


def test_a_line_taken_out_or_unreadable_breaks_the_chain(play, place):
    for name in "abc":
        play(name)
    path = place / LEDGER_FILE
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:3], *lines[4:]]) + b"\n")
    assert read_ledger(place).broken == (4, 5, 6)
    path.write_bytes(b"\n".join([*lines[:3], b"{", *lines[4:]]))
    ledger = read_ledger(place)
    assert ledger.broken == (4, 5)
    play("d")
    assert read_ledger(place).broken == (4, 5)


def test_lines_cut_off_at_the_end_are_missed_by_the_run_folders(play, place):
    for name in "ab":
        play(name, Outcome.FAIL)
    path = place / LEDGER_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    standing = play("c")
    assert (standing.broken, standing.unlisted) == ((), ("b",))
    assert "台帳から消えている実施が 1 件ある(b)" in told_tries(standing, Outcome.PASS).ja


def test_a_verdict_altered_in_the_last_line_is_contradicted_by_its_folder(play, place):
    play("a")
    play("b", Outcome.FAIL)
    assert shown(place)[0] == 0
    path = place / LEDGER_FILE
    path.write_bytes(path.read_bytes().replace(b'"FAIL"', b'"PASS"'))
    assert read_ledger(place).broken == ()
    code, text = shown(place)
    assert (code, read_ledger(place).contradicted()) == (2, ("b",))
    assert "台帳の判定と実施フォルダーの判定が異なる実施が 1 件ある(b)" in text
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert shown(place)[0] == 2  # the line is gone, and the folder's verdict is in no line
    judge(RunFolder(place / "b"), Outcome.FAIL)
    assert shown(place)[0] == 0


def test_the_end_of_a_ledger_cut_off_with_its_folder_shows_only_to_a_witness_of_its_digest(play, place):
    play("a")
    body = (place / LEDGER_FILE).read_bytes()
    play("b", Outcome.FAIL)
    last = read_ledger(place).last
    _, text = shown(place)
    assert f"末尾 5 行目の要約値 {last}(この行を封じる行はまだない" in text
    play("c")
    assert shown(place, "--holds", last.upper())[0] == 0
    for name in "bc":
        shutil.rmtree(place / name)
    (place / LEDGER_FILE).write_bytes(body)
    assert shown(place)[0] == 0
    code, text = shown(place, "--holds", last)
    assert code == 2
    assert "控えの要約値の行がこの台帳にない" in text


def test_a_lost_ledger_is_never_made_up_for(play, place):
    for name in "ab":
        play(name, Outcome.FAIL)
    (place / LEDGER_FILE).unlink()
    standing = play("c")
    assert (standing.found, standing.lost, standing.unlisted) == (2, 2, ("a", "b"))
    assert "以前の試験台帳が失われている" in told_tries(standing, Outcome.PASS).ja
    assert play("d").lost == 2  # and it is told by every later run
    assert shown(place)[0] == 2


def test_runs_that_are_older_than_the_ledger_are_told(play, place):
    play("a")
    (place / LEDGER_FILE).unlink()
    (place / "a" / STANDING_FILE).unlink()
    standing = play("b")
    assert (standing.found, standing.lost) == (1, 0)
    assert "台帳を作る前からの実施記録が 1 件" in told_tries(standing, Outcome.PASS).ja
    assert shown(place)[0] == 0


def test_a_run_that_was_never_entered_says_so_and_leaves_no_verdict_in_a_ledger(play, place):
    play("a")
    lines = (place / LEDGER_FILE).read_bytes()
    stranger = RunFolder.create(place / "copied")
    judge(stranger, Outcome.PASS)
    assert (place / LEDGER_FILE).read_bytes() == lines
    assert standing_of(stranger) is None
    assert told_tries(None, Outcome.PASS).code == "no_ledger"


def test_every_line_holds_the_digest_of_the_one_before(play, place):
    for name in "ab":
        play(name)
    before = ""
    for number, line in enumerate((place / LEDGER_FILE).read_bytes().splitlines(), 1):
        entry = json.loads(line)
        assert (entry["number"], entry["before"]) == (number, before)
        before = hashlib.sha256(line).hexdigest()


def test_the_command_lists_runs_with_verdict_build_and_digests_as_text_and_json(play, place):
    play("a", Outcome.FAIL)
    play("b", None, target="other", digest="x")
    _, text = shown(place)
    assert "不具合を検出" in text
    assert "n1 2.1" in text
    assert "判定なし" in text
    _, body = shown(place, "--json", "--target", "t")
    (row,) = json.loads(body)["rows"]
    assert (row["run"], row["outcome"], row["folder"]) == ("a", "FAIL", "there")
