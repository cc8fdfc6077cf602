"""Several workers: bursts meet across them, a lost one is told and its records are kept, an absent one is named."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.journal import RunFolder, read_history, read_segment
from harness.records.history import (
    ApplicationStarted,
    BatchReleased,
    ClockMeasured,
    WorkerCensus,
    WorkerState,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PAIRS = """
name = "pairs"
title_ja = "2者"
title_en = "Pairs"
kiosks = 4
certificates = ["juminhyo"]

[[phase]]
kind = "pairs"
phase = "P2"
title_ja = "2者"
title_en = "Pairs"
pairs = {pairs}
gap_ms = [0.05, 50.0]
atoms_ms = [0.0]
parallel = 1
think_ms = [5, 20]
"""


@pytest.fixture
def pairs(tmp_path):
    """Write a scenario of so many pairs."""

    def write(number):
        file = tmp_path / "pairs.toml"
        file.write_text(PAIRS.format(pairs=number), encoding="utf-8")
        return file

    return write


def records(run, *kinds):
    return [e.record for e in read_history(RunFolder(run)) if isinstance(e.record, kinds)]


def writers(run):
    """Return the writer of each application that was begun."""
    entries = read_history(RunFolder(run))
    return {e.record.application: e.writer for e in entries if isinstance(e.record, ApplicationStarted)}


def test_a_pair_that_two_workers_release_meets_the_defect_and_the_counts_close(site, pairs, play):
    """D02: two applications in one second get one another's document. The two of a pair are on different workers."""
    with site("--defect", "D02") as s:
        for _ in range(3):
            _, verdict, run, _ = play(s, pairs(12), "--workers", "2")
            wrong = [f for f in verdict["findings"] if f["anomaly"] == "MISDELIVERY"]
            by = writers(run)
            across = [f for f in wrong if by.get(f["application"]) != by.get(f["donor_application"])]
            if across:
                break
    assert across
    assert verdict["outcome"] == "FAIL"
    assert all(identity["closes"] for identity in verdict["identities"])
    assert {w.state for w in records(run, WorkerCensus)} == {WorkerState.JOINED, WorkerState.LEFT}
    assert all((c.offset_ns, c.error_ns) == (0, 0) for c in records(run, ClockMeasured))
    released = records(run, BatchReleased)
    assert released and all(len({by[a] for a in r.applications}) == 2 for r in released if len(r.applications) == 2)


def test_a_killed_worker_is_told_and_what_it_acknowledged_is_judged(site, pairs, start, wait, recorded):
    with site() as s:
        run = start("run", pairs(60), "--target", s.target, "--out", s.out, "--workers", "2", "--json")
        (segment, *_) = wait(lambda: recorded(s.out, "engine-P2-w2-*", "application_ended"))
        before = [entry.record for entry in read_segment(segment)]
        os.kill(int(segment.stem.rpartition("-")[2]), signal.SIGKILL)
        assert run.end(180) == 2
        (folder,) = s.out.glob("*/")
        verdict = json.loads((folder / "verdict.json").read_bytes())
        kept = [entry.record for entry in read_segment(segment)]
    codes = {r["code"]: r["en"] for r in verdict["reasons"]}
    assert "worker 2" in codes["worker_lost"] and "died" in codes["worker_lost"]
    assert "worker 2" in codes["interrupted"]
    assert kept[: len(before)] == before
    assert verdict["exposure"]["applications"] == len(writers(folder))


def test_workers_elsewhere_play_a_run_to_its_verdict(site, pairs, start, wait, tmp_path):
    """Each has a folder of its own: nothing but HTTPS and Locust's channel is shared."""
    invitation = tmp_path / "invitation.json"
    options = ("--expect-workers", "2", "--invitation", invitation, "--join-timeout", "120")
    with site() as s:
        run = start("run", pairs(6), "--target", s.target, "--out", s.out, *options)
        wait(invitation.exists)
        workers = [
            start("worker", "--master", "127.0.0.1", "--invitation", invitation, "--work", tmp_path / name, *keep)
            for name, keep in (("here", ["--keep"]), ("there", []))
        ]
        assert run.end(200) == 0
        assert [worker.end(60) for worker in workers] == [0, 0]
        (folder,) = s.out.glob("*/")
    assert not invitation.exists()
    (mine,) = (tmp_path / "here").glob("*/segments/*")
    assert (folder / "segments" / mine.name).read_bytes() == mine.read_bytes()
    assert len(list((folder / "segments").glob("engine-P2-w*"))) == 2
    assert list((tmp_path / "here").glob("*/cards/keys/*"))  # the cards of its own applications
    assert not list((tmp_path / "there").iterdir())  # without --keep no card stays behind


def test_a_worker_that_never_comes_is_named_and_nothing_is_sent(site, pairs, honnin):
    with site() as s:
        options = ("--expect-workers", "2", "--invitation", s.folder / "i.json", "--join-timeout", "2", "--json")
        done = honnin("run", pairs(6), "--target", s.target, "--out", s.out, *options)
    verdict = json.loads(done.stdout)
    absent = [r["en"] for r in verdict["reasons"] if r["code"] == "worker_absent"]
    assert done.returncode == 2
    assert [text[:8] for text in absent] == ["worker 1", "worker 2"]
    assert verdict["exposure"]["applications"] == 0


def test_locusts_own_command_records_the_same_plan(site, pairs, honnin, tmp_path):
    """Recorded by `locust`, judged by `honnin judge`: nothing of the plan is missing and every count closes."""
    locustfile = Path(__file__).parents[2] / "scenarios" / "locustfile.py"
    with site() as s:
        laid = honnin("run", pairs(4), "--target", s.target, "--out", s.out, "--lay-out")
        folder = laid.stdout.strip()
        command = [
            sys.executable,
            "-m",
            "locust",
            "-f",
            str(locustfile),
            "--headless",
            "--only-summary",
            "--run",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"honnin judge {folder}" in done.stderr
    verdict = json.loads(honnin("judge", folder, "--json").stdout)
    codes = {r["code"] for r in verdict["reasons"]}
    assert not codes & {"plan_incomplete", "self_proof", "unread", "segment_open", "identity_open"}
    assert verdict["exposure"]["applications"] == 8


def test_locusts_page_is_for_this_machine_alone():
    ask = (
        "import kiosk_sim.engine.under_locust; from locust.argument_parser import get_parser; "
        "print(get_parser().get_default('web_host'))"
    )
    assert subprocess.check_output([sys.executable, "-c", ask], text=True).strip() == "127.0.0.1"
