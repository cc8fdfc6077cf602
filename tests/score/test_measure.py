"""When a run against a defect ends, and what its row says: seen when, and what the issuer's log confirms."""

import json
import signal
import subprocess
import sys
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import bare
import msgspec
import pytest

from harness.cli import main, score
from harness.config import load_toml
from harness.embedded import Wrong, target_toml
from harness.errors import HonninError
from harness.journal import RunFolder, SegmentWriter
from harness.records.certificates import Certificate, Options
from harness.records.findings import Anomaly, Finding, Property, Severity
from harness.records.history import ApplicationEnded, ApplicationStarted, BatchReleased, Delivery, Ending
from harness.records.target import Target
from harness.records.verdict import Outcome, Reason
from harness.score import lookout
from harness.score import trial as trials
from harness.score.measure import row_of, sought
from harness.score.trial import Trial
from harness.score.zoo import Kind, Subject
from mock_issuer.settings import State

S_NS = 1_000_000_000
D02 = Subject(name="D02", kind=Kind.DEFECT, shows=(Anomaly.MISDELIVERY,))
STOPPED = (Reason(code="interrupted", ja="", en=""),)
CLEAN = Subject(name="clean", kind=Kind.CONTROL)


def finding(number, anomaly=Anomaly.MISDELIVERY, severity=Severity.GRAVE, prop=Property.OWNERSHIP):
    return Finding(
        finding=f"F{number}",
        property=prop,
        anomaly=anomaly,
        severity=severity,
        application=f"A{number}",
        delivery=f"D{number}",
        digest=f"{number:064d}",
        victim=f"R{number}",
    )


def verdict(*findings, reasons=()):
    return bare.verdict(Outcome.FAIL, reasons=reasons, findings=findings)


@pytest.fixture
def folder(tmp_path):
    """A run of four people, a burst released before each of them; one document each, 10 s apart."""
    made = RunFolder.create(tmp_path / "run")
    with SegmentWriter(made, "quiet-1", "run") as journal:
        for n in range(1, 5):
            at_ns = n * 10 * S_NS
            who = {"application": f"A{n}", "kiosk": "K1", "at_ns": at_ns}
            paper = {"certificate": Certificate.JUMINHYO, "options": Options()}
            released = BatchReleased(batch=f"B{n}", at_ns=at_ns, applications=(), left_ns=())
            journal.append(
                ApplicationStarted(**who, **paper, batch="B", phase="P", resident=f"R{n}", card="1", store="")
            )
            journal.append(released)
            journal.append(Delivery(**{**who, "at_ns": at_ns + S_NS}, delivery=f"D{n}", digest=f"{n:064d}", bytes=1))
            ended = at_ns + 2 * S_NS
            journal.append(ApplicationEnded(application=f"A{n}", ending=Ending.DELIVERED, at_ns=ended))
    return made


def measured(folder, subject, *findings, wrong=()):
    trial = Trial(folder=folder, verdict=verdict(*findings), stopped=False)
    return row_of(trial, subject, "go-live", 1, "1", wrong, 0.0, "")


def test_the_first_right_finding_is_timed_from_the_first_application_by_its_documents_arrival(folder):
    row = measured(folder, D02, finding(4), finding(3), finding(2, Anomaly.STALE, Severity.DEFECT, Property.FRESHNESS))
    assert (row.right, row.seconds, row.bursts) == (True, 21.0, 3)
    assert (row.played_s, row.bursts_played) == (32.0, 4)
    assert row.anomalies == {"MISDELIVERY": 2, "STALE": 1}


def test_questions_to_a_person_are_no_detection(folder):
    row = measured(folder, D02, finding(2, Anomaly.UNREAD, Severity.REVIEW))
    assert (row.detected, row.right, row.seconds) == (False, False, None)


def test_the_issuers_log_tells_misses_and_false_alarms(folder):
    wrong = (Wrong(kind="another's", victim="R2", digest=f"{2:064d}"), Wrong(kind="another's", victim="R9", digest="9"))
    row = measured(folder, D02, finding(2), finding(3), wrong=wrong)
    assert (row.wrong, row.missed, row.false_alarms) == (2, 1, 1)


def test_a_missed_document_that_reached_no_kiosk_is_told_from_one_that_somebody_holds(folder):
    gone = Wrong(kind="another's", victim="R4", digest=f"{1:064d}")  # R1 got it, R4 had left
    held = Wrong(kind="content", victim="R3", digest=f"{3:064d}")
    row = measured(folder, D02, finding(2), wrong=(gone, held))
    assert (row.missed, row.never_arrived) == (2, 1)


def test_whom_a_probe_found_to_be_handed_a_strangers_document_is_not_missed(folder):
    idor = Subject(name="D32", kind=Kind.DEFECT, shows=(Anomaly.IDOR,))
    probe = msgspec.structs.replace(finding(2, Anomaly.IDOR, prop=Property.ISOLATION), digest="", delivery="")
    wrong = (Wrong(kind="another's", victim="R2", digest="2"), Wrong(kind="another's", victim="R9", digest="9"))
    assert measured(folder, idor, probe, wrong=wrong).missed == 1


def test_without_a_log_nobody_knows_and_a_control_needs_none(folder):
    external = Subject(name="blind", kind=Kind.EXTERNAL)
    row = measured(folder, external, finding(2), wrong=None)
    assert (row.right, row.wrong, row.missed, row.false_alarms) == (True, None, None, None)
    row = measured(folder, CLEAN, finding(2, Anomaly.LOST, Severity.DEFECT, Property.EXACTLY_ONCE))
    assert (row.right, row.false_alarms) == (False, 1)


def test_a_control_is_played_to_its_end_whatever_is_found():
    assert not sought(CLEAN)([finding(1)])
    assert sought(D02)([finding(1)])
    assert not sought(D02)([finding(1, Anomaly.LOST)])


def test_the_answer_to_a_probe_ends_a_run_and_what_is_only_lost_so_far_does_not():
    anything = Subject(name="A", kind=Kind.EXTERNAL)
    without = {"delivery": "", "digest": ""}
    idor = msgspec.structs.replace(finding(1, Anomaly.IDOR, prop=Property.ISOLATION), **without)
    lost = msgspec.structs.replace(finding(1, Anomaly.LOST, prop=Property.EXACTLY_ONCE), **without)
    assert sought(anything)([idor])
    assert not sought(anything)([lost])


# A program that behaves as `honnin run` does: makes a run folder, ends a phase, goes on until told to end, and prints
# the verdict that lies beside it; `resume` prints the second one. The look prints findings.
HONNIN = """
import json, pathlib, shutil, signal, sys, time
here = pathlib.Path(__file__).parent
if sys.argv[1] == "resume":
    print((here / "resumed.json").read_text())
    sys.exit(0)
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(1))
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
shutil.copytree(here / "made", out / "the-run")
(out / "the-run" / "manifest.json").write_text("{}")
until = time.monotonic() + 30
while not told and time.monotonic() < until:
    time.sleep(0.02)
print((here / "verdict.json").read_text() if told else "")
"""


@pytest.fixture
def honnin(tmp_path, monkeypatch, folder):
    """Let scripts stand for honnin and for a look; return what writes their verdicts and findings."""
    from harness.records.history import PhaseEnded

    made = RunFolder.create(tmp_path / "made")
    with SegmentWriter(made, "quiet-1", "run") as journal:
        journal.append(PhaseEnded(phase="P0", at_ns=1, complete=True))
    (tmp_path / "honnin.py").write_text(textwrap.dedent(HONNIN))
    (tmp_path / "look.py").write_text(f"print(open({str(tmp_path / 'seen.json')!r}).read())")
    start = trials.start

    def instead(module, *arguments, **more):
        script = {"harness.cli": "honnin.py", "harness.score.peek": "look.py"}[module]
        return start(
            "runpy_file", str(tmp_path / script), *arguments, environment={"PYTHONPATH": str(tmp_path)}, **more
        )

    (tmp_path / "runpy_file.py").write_text(
        "import runpy, sys\nsys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    monkeypatch.setattr(trials, "start", instead)
    monkeypatch.setattr(lookout, "start", instead)

    def write(**files):
        for name, content in files.items():
            (tmp_path / f"{name}.json").write_bytes(msgspec.json.encode(content))

    return write


def test_a_run_ends_once_a_look_after_a_phase_has_shown_what_is_sought(honnin, tmp_path):
    honnin(seen=[finding(1)], verdict=verdict(finding(1), reasons=STOPPED))
    trial = trials.play("go-live", tmp_path / "t.toml", 1, tmp_path / "out", sought(D02))
    assert trial.stopped
    assert [f.anomaly for f in trial.verdict.findings] == [Anomaly.MISDELIVERY]


def test_what_the_verdict_does_not_confirm_is_played_on(honnin, tmp_path):
    honnin(seen=[finding(1)], verdict=verdict(reasons=STOPPED), resumed=verdict(finding(2)))
    trial = trials.play("go-live", tmp_path / "t.toml", 1, tmp_path / "out", sought(D02))
    assert not trial.stopped
    assert [f.victim for f in trial.verdict.findings] == ["R2"]


def test_an_external_issuer_is_scored_under_its_label_and_not_played_again(honnin, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(score, "code_version", lambda _: "1")  # whoever edits the sources meanwhile
    honnin(seen=[finding(1)], verdict=verdict(finding(1), reasons=STOPPED))
    (tmp_path / "t.toml").write_text('name = "t"\nurl = "http://127.0.0.1:9"\n')
    arguments = ["score", "--target", str(tmp_path / "t.toml"), "--label", "A", "--seeds", "1", "--lang", "en"]
    for told in ("A #1 go-live", ""):
        with pytest.raises(SystemExit) as exit_:
            main([*arguments, "--out", str(tmp_path / "score"), "--json"])
        shown = capsys.readouterr()
        assert (exit_.value.code, told in shown.err, bool(shown.err)) == (0, True, bool(told))
    (line,) = json.loads(shown.out)["lines"]
    assert (line["subject"], line["kind"], line["right"], line["runs"]) == ("A", "external", 1, 1)
    assert line["wrong"] is line["false_alarms"] is None


@pytest.fixture
def nodes_told():
    """A server that tells two nodes as the reference issuer does; return its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'[{"node": "n1"}, {"node": "n2"}]' if self.path == "/v1/nodes" else b"{}"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_of_an_issuer_of_the_reference_interface_its_address_is_enough(honnin, nodes_told, tmp_path, capsys):
    honnin(seen=[finding(1)], verdict=verdict(finding(1), reasons=STOPPED))
    given = ["--population", str(tmp_path / "people"), "--cards", str(tmp_path / "cards"), "--label", "A"]
    with pytest.raises(SystemExit) as exit_:
        main(["score", "--issuer", nodes_told, *given, "--seeds", "1", "--out", str(tmp_path / "score"), "--json"])
    assert exit_.value.code == 0
    assert [x["subject"] for x in json.loads(capsys.readouterr().out)["lines"]] == ["A"]
    target = load_toml(tmp_path / "score" / "target-A.toml", Target)
    assert (target.url, [node.id for node in target.nodes]) == (nodes_told, ["n1", "n2"])
    assert (target.population, target.cards) == (str(tmp_path / "people"), str(tmp_path / "cards"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "--issuer URL needs --population and --cards"),
        (("--population", "p", "--cards", "c", "--label", "A"), "does not tell its nodes as the reference issuer does"),
    ],
)
def test_an_issuer_that_cannot_be_scored_is_told_before_anything_is_played(tmp_path, capsys, given, told):
    with pytest.raises(SystemExit) as exit_:
        main(["score", "--issuer", "http://127.0.0.1:9", *given, "--out", str(tmp_path / "score"), "--lang", "en"])
    assert exit_.value.code == 64
    assert told in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["score", "--issuer", "http://127.0.0.1:9", *given, "--out", str(tmp_path / "score"), "--lang", "ja"])
    assert "指定する" in capsys.readouterr().err


def test_an_issuer_beyond_loopback_is_asked_nothing_before_it_is_allowed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("harness.cli.score.somebodys_toml", lambda *_: pytest.fail("the issuer was asked"))
    given = ["--population", "p", "--cards", "c", "--label", "A", "--out", str(tmp_path / "score")]
    with pytest.raises(SystemExit) as exit_:
        main(["score", "--issuer", "http://192.0.2.1:8080", *given, "--lang", "en"])
    assert exit_.value.code == 64
    assert "--i-may-test 192.0.2.1" in capsys.readouterr().err


def test_the_target_file_of_a_defect_that_needs_it_lets_the_nodes_present_process_be_killed(tmp_path):
    ready = {"url": "http://127.0.0.1:9", "nodes": [{"node": "n1"}]}
    (tmp_path / "t.toml").write_text(target_toml(ready, killed_in=tmp_path / "state"))
    (command,) = load_toml(tmp_path / "t.toml", Target).faults.command
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as node:
        pid = State(tmp_path / "state").pid_of("n1")
        pid.parent.mkdir(parents=True)
        pid.write_text(str(node.pid))
        assert subprocess.run(command.start, check=False).returncode == 0
        assert node.wait(timeout=20) == -signal.SIGKILL


def test_a_target_file_that_cannot_be_read_is_told_before_anything_is_played(tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["score", "--target", "none.toml", "--label", "A", "--out", str(tmp_path / "score"), "--lang", "en"])
    assert (exit_.value.code, capsys.readouterr().err) == (64, "honnin: none.toml: no such file; check the path\n")


def test_a_run_without_a_verdict_is_told_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(trials, "_LOOK_EVERY_S", 0.02)
    with pytest.raises(HonninError, match="no such file"):
        trials.play("go-live", tmp_path / "none.toml", 1, tmp_path / "out", sought(D02))
