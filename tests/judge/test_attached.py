"""A run with the server's own log beside it: the log is judged with it, and says which node served whom."""

import pytest

from harness.attached.attach import Known, attach
from harness.attached.mapping import load_mapping
from harness.cli import main
from harness.journal import RunFolder
from harness.judge import judge_run
from harness.records.findings import Anomaly
from harness.records.verdict import Outcome

HEADING = "request_id,card,state,node,at\n"
KNOWN = Known(cards=frozenset({"cR1"}), from_wall_ns=0, to_wall_ns=2 * 10**18)


def rows(*names, node="n1"):
    return "".join(f"qA{n},cR{int(n) + 1},issued,{node},\n" for n in names)


@pytest.fixture
def with_log(run, tmp_path):
    """Lay the run, attach a log of these rows, judge; the applications themselves name no node."""

    def with_log(text):
        path = run.lay()
        (tmp_path / "log.csv").write_text(HEADING + text, encoding="utf-8")
        attach(RunFolder(path), tmp_path / "log.csv", load_mapping(None, ()), KNOWN)
        return judge_run(path)

    return with_log


def identity(verdict):
    return next(i for i in verdict.identities if i.name == "server log")


def test_a_log_that_agrees_stands_beside_the_verdict(run, with_log):
    run.play()
    verdict = with_log(rows("0", "1", "2", "3"))
    assert verdict.outcome is Outcome.PASS
    assert identity(verdict).closes
    (log,) = verdict.server_logs
    assert (log.matched, log.not_logged, log.not_received) == (4, 0, 0)
    assert [(c.source, c.count) for c in log.nodes] == [("n1", 4)]


def test_what_arrived_and_is_not_logged_keeps_the_verdict_open(run, with_log):
    run.play()
    verdict = with_log(rows("0", "1", "2"))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert identity(verdict).remainder == ("A3 was delivered, log.csv lacks it",)
    assert "identity_open" in [r.code for r in verdict.reasons]


def test_a_log_of_another_system_is_recognised(run, with_log):
    run.play()
    verdict = with_log("x1,999,issued,n9,\n")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "another system's" in identity(verdict).remainder[0]


def test_an_issue_to_a_resident_who_did_not_ask_is_a_defect(run, with_log):
    run.play()
    verdict = with_log(rows("0", "1", "2", "3") + "q77,cR1,issued,n1,\n")
    assert verdict.outcome is Outcome.FAIL
    (found,) = verdict.findings
    assert found.anomaly is Anomaly.ORPHAN
    assert "発行サーバの記録では発行済み" in found.explanation_ja
    assert "6 行目: q77" in found.explanation_ja


def test_the_node_is_observed_where_none_was_known(run, with_log):
    run.history.asks = _without_node(run.history.asks)
    run.play()
    verdict = with_log(rows("0", "1", node="n1") + rows("2", "3", node="n2"))
    assert {n.node: n.applications for n in verdict.nodes} == {"n1": 2, "n2": 2}
    assert verdict.exposure.cross_node_pairs > 0


def _without_node(asks):
    return lambda *a, **k: asks(*a, **{**k, "node": ""})


def test_a_damaged_attachment_is_told(run, with_log):
    run.play()
    with_log(rows("0", "1", "2", "3"))
    (file,) = (run.path / "attached").glob("*.jsonl")
    file.write_bytes(file.read_bytes()[:-20])
    verdict = judge_run(run.path)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any(r.code == "journal_damaged" and "attached/001.jsonl" in r.en for r in verdict.reasons)


def test_the_command_attaches_and_judges_anew(run, tmp_path, capsys):
    run.play()
    path = run.lay()
    before = judge_run(path)
    (tmp_path / "log.csv").write_text(HEADING + rows("0", "1", "2", "3"), encoding="cp932")
    with pytest.raises(SystemExit) as left:
        main(["attach-log", str(path), str(tmp_path / "log.csv"), "--lang", "ja", "--quiet"])
    assert left.value.code == 0
    after = judge_run(path)
    assert (before.server_logs, len(after.server_logs)) == ((), 1)
    assert before.inputs_digest != after.inputs_digest
    assert "照合3 発行サーバの記録" in (path / "reports" / "report.html").read_text(encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["attach-log", str(path), str(tmp_path / "log.csv"), "--lang", "ja", "--quiet"])
    assert left.value.code == 64
    assert "既に添えてある" in capsys.readouterr().err
