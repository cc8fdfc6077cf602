"""Whole baselines: taken, judged, brought into a run that plays across New Year, and refused where they are wrong."""

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from statistics import median

import pytest

from harness.journal import RunFolder, read_history
from harness.records.history import Delivery

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]

JST = timezone(timedelta(hours=9))
NO_PROFILE = ('profile = "reference"', 'profile = "none"')
TWO_KINDS = 'certificates = ["juminhyo", "inkan"]\n'
NIGHT = """
name = "night"
title_ja = "夜"
title_en = "Night"
kiosks = 8
certificates = ["juminhyo", "inkan"]

[[phase]]
kind = "pairs"
phase = "P2"
title_ja = "2者"
title_en = "Pairs"
pairs = 40
gap_ms = [0.05, 900.0]
parallel = 2
think_ms = [100, 200]
"""
# Loaded by every Python that starts: the harness's wall clock and the issuer's calendar run ahead together.
AHEAD = """
import os, time
from datetime import timedelta
seconds = float(os.environ.get("HONNIN_TEST_AHEAD_S", "0"))
if seconds:
    import mock_issuer.clock as clock
    wall_ns, now = time.time_ns, clock.now
    time.time_ns = lambda: wall_ns() + int(seconds * 1e9)
    clock.now = lambda: now() + timedelta(seconds=seconds)
"""
MOST_PLAYS = 4  # how soon a play begins to issue depends on the machine: a play in one year only is followed by another
NEW_YEAR = ("令和8年12月31日", "令和9年1月1日")


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """Set the clocks of everything started from now on: `clock(datetime)`."""
    (tmp_path / "ahead").mkdir()
    (tmp_path / "ahead" / "sitecustomize.py").write_text(AHEAD, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'ahead'}:{Path.cwd()}")

    def to(at):
        monkeypatch.setenv("HONNIN_TEST_AHEAD_S", str((at - datetime.now(UTC)).total_seconds()))

    return to


def call(*arguments):
    command = [sys.executable, "-m", "harness.cli", *map(str, arguments), "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def limited(site):
    """Let the target issue two certificates only: few applications, and soon done."""
    site.target.write_text(TWO_KINDS + site.target.read_text(encoding="utf-8"), encoding="utf-8")
    return site


def delivered_s(run, began_ns):
    """Return when documents were delivered, in seconds from then, in order."""
    deliveries = (e.record for e in read_history(RunFolder(run)) if isinstance(e.record, Delivery))
    return sorted((delivery.at_ns - began_ns) / 1e9 for delivery in deliveries)


def take(site, *more):
    code, verdict, said = call("baseline", site.target, "--out", site.out, "--options-each", 1, *more)
    return code, verdict, site.out / verdict["run"] if verdict else None, said


def scope(verdict, name="B"):
    return next(entry for entry in verdict["scope"] if entry["property"] == name)


def test_a_run_across_new_year_has_no_deviation_from_a_baseline_of_days_before(site, clock, judge_as_if, tmp_path):
    (tmp_path / "night.toml").write_text(NIGHT, encoding="utf-8")
    clock(datetime(2026, 12, 28, 15, 0, tzinfo=JST))
    began_ns = time.monotonic_ns()
    with site() as s:
        code, verdict, baseline, said = take(limited(s), "--residents", 10)
    assert (code, verdict["outcome"], verdict["findings"]) == (0, "PASS", []), (verdict["reasons"], said)
    assert scope(verdict)["exercised_count"] >= 15
    midnight_s = 1.3 * delivered_s(baseline, began_ns)[0] + 4
    for _ in range(MOST_PLAYS):
        began_ns = time.monotonic_ns()
        clock(datetime(2027, 1, 1, tzinfo=JST) - timedelta(seconds=midnight_s))
        with site() as s:
            given = ("--target", limited(s).target, "--out", s.out, "--baseline", baseline)
            code, verdict, _ = call("run", tmp_path / "night.toml", *given)
        run = s.out / verdict["run"]
        printed = b"".join(p.read_bytes() for p in (run / "readings").glob("*.jsonl")).decode()
        if all(day in printed for day in NEW_YEAR):
            break
        midnight_s = median(delivered_s(run, began_ns))
    assert all(day in printed for day in NEW_YEAR), "no play went on across midnight"
    assert (code, verdict["outcome"], verdict["findings"]) == (0, "PASS", []), verdict["reasons"]
    assert scope(verdict)["exercised_count"] > 15
    before = (run / "verdict.json").read_bytes()
    assert call("judge", run)[0] == code
    assert (run / "verdict.json").read_bytes() == before
    _, bare = judge_as_if(run, *NO_PROFILE)
    assert [f for f in bare["findings"] if f["anomaly"] == "DEVIATION"] == []
    assert scope(bare)["exercised_count"] > 15
    code, bare = judge_as_if(baseline, *NO_PROFILE)
    assert (code, bare["outcome"], bare["findings"]) == (0, "PASS", []), bare["reasons"]


def test_a_baseline_taken_while_a_defect_is_on_fails_with_and_without_a_profile_and_cannot_be_used(site, judge_as_if):
    with site("--defect", "D06") as s:
        *taken, baseline, _ = take(limited(s), "--residents", 10)
        refused, none, said = call("run", s.quick, "--target", s.target, "--out", s.out, "--baseline", baseline)
    assert (refused, none) == (64, None)
    assert "FAIL" in said and "take a new baseline" in said
    for code, verdict in (taken, judge_as_if(baseline, *NO_PROFILE)):
        assert (code, verdict["outcome"]) == (1, "FAIL"), verdict["reasons"]
        wrong = [f for f in verdict["findings"] if f["severity"] == "grave"]
        assert "MISDELIVERY" in {f["anomaly"] for f in wrong}
        assert all(f["donor"] and f["donor"] != f["victim"] for f in wrong)


def test_an_interrupted_baseline_is_resumed_and_nothing_is_issued_a_third_time(site, start):
    with site() as s:
        limited(s)
        playing = start("baseline", s.target, "--out", s.out, "--options-each", 1, "--residents", 10)
        playing.until("B0")
        playing.until("in flight")
        playing.until("in flight")
        playing.send(signal.SIGINT)
        assert playing.end(120) == 2
        run = next(p.parent for p in s.out.glob("*/manifest.json"))
        code, verdict, said = call("resume", run)
    assert (code, verdict["outcome"], verdict["findings"]) == (0, "PASS", []), (verdict["reasons"], said)
    entries = [json.loads(line) for line in (run / "baseline" / "entries.jsonl").read_text("utf-8").splitlines()]
    assert {len(entry["digests"]) for entry in entries} == {2}
