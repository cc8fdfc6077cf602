"""Ctrl-C at any time: a bounded end, a verdict of what there is, nothing left open; `resume` goes on from there."""

import contextlib
import json
import signal

import psutil
import pytest

from harness.journal import RunFolder, inspect_segments
from harness.records.verdict import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

BOUND_S = 45.0  # from Ctrl-C to the end of honnin, verdict and report included, on a busy machine


@pytest.fixture
def interrupt(start, honnin, site):
    """Play or resume until a moment, press Ctrl-C, and look at what is left."""

    def call(arguments, out, moment, *, to_group, by=signal.SIGINT, told="interrupted: ctrl-c"):
        with heeded(by):
            playing = start(*arguments, "--lang", "en", "--readers", "1")
        moment(playing)
        playing.send(by, to_group=to_group)
        for held in programs(playing, *HELD):
            held.resume()  # where the moment held it up
        code = playing.end(BOUND_S)
        (run,) = [p.parent for p in out.glob("*/manifest.json")]
        verdict = json.loads((run / "verdict.json").read_bytes())
        assert code == 2, playing.said
        assert verdict["outcome"] == Outcome.INCONCLUSIVE
        assert {"interrupted"} <= {r["code"] for r in verdict["reasons"]}, verdict["reasons"]
        assert all(s.closed for s in inspect_segments(RunFolder(run)))
        report = (run / "reports" / "report.en.html").read_text(encoding="utf-8")
        assert told in report
        return run, verdict

    return call


HELD = ("harness.reading.worker", "kiosk_sim.settle")


@contextlib.contextmanager
def heeded(number):
    """Start programs that are ended by a signal, even where the tests run under nohup."""
    before = signal.signal(number, signal.SIG_DFL if number == signal.SIGHUP else signal.getsignal(number))
    yield
    signal.signal(number, before)


def programs(playing, *modules):
    found = []
    for process in psutil.Process(playing.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [process] if {*modules} & {*process.cmdline()} else []
    return found


def hold(playing, module):
    """Suspend a program of the run; return whether there is any."""
    held = programs(playing, module)
    for process in held:
        process.suspend()
    return bool(held)


def test_a_run_interrupted_at_every_stage_still_reaches_its_verdict(site, interrupt, honnin, wait, recorded):
    def at_self_proof(playing):
        playing.until("self-proof")

    def at_quiet_phase(playing):
        playing.until("P0 Alone")
        wait(lambda: recorded(s.out, "quiet-P0-*", "application_started"))

    def at_engine_phase(playing):
        playing.until("P2 Pairs")
        wait(lambda: recorded(s.out, "engine-P2-*", "delivery"))

    def at_settling(playing):
        """Hold the program up that settles: with nothing open it takes a moment."""
        wait(lambda: hold(playing, "kiosk_sim.settle"))

    def at_reading(playing):
        """Hold the reader up while the last burst is handed out, so that its documents are still to be read."""
        wait(lambda: recorded(s.out, "engine-P3-*", "delivery"))
        hold(playing, "harness.reading.worker")
        playing.until("reading the remaining documents")

    with site() as s:
        run = ["run", s.interruptible, "--target", s.target, "--out", s.out]
        folder, verdict = interrupt(run, s.out, at_self_proof, to_group=False)
        assert not verdict["exposure"]["applications"]
        resume = ["resume", folder]
        interrupt(resume, s.out, at_quiet_phase, to_group=True)
        hung_up = {"by": signal.SIGHUP, "told": "interrupted: the terminal was closed or its connection lost"}
        interrupt(resume, s.out, at_engine_phase, to_group=False, **hung_up)
        interrupt(resume, s.out, at_reading, to_group=True)
        interrupt(resume, s.out, at_settling, to_group=True)
        done = honnin("resume", folder, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(done.stdout)
    assert (verdict["outcome"], verdict["findings"]) == ("PASS", [])
    assert all(i["closes"] for i in verdict["identities"])


SLOW = """
name = "slow"
title_ja = "長考"
title_en = "Slow thinkers"
certificates = ["juminhyo"]

[[phase]]
kind = "solo"
phase = "P0"
title_ja = "単独"
title_en = "Alone"
think_ms = [8000, 8000]
"""


def test_a_second_ctrl_c_cuts_short_and_meanwhile_nobody_else_may_touch_the_run(site, start, honnin, wait, recorded):
    with site() as s:
        slow = s.folder / "slow.toml"
        slow.write_text(SLOW, encoding="utf-8")
        playing = start("run", slow, "--target", s.target, "--out", s.out, "--lang", "en")
        playing.until("P0 Alone")
        wait(lambda: recorded(s.out, "quiet-P0-*", "application_started"))
        (run,) = [p.parent for p in s.out.glob("*/manifest.json")]

        for verb in (["resume", run], ["judge", run], ["report", run], ["purge", run, "--yes"]):
            refused = honnin(*verb)
            assert refused.returncode == 64
            assert f"{run}: is being played or judged by another honnin" in refused.stderr
            assert not (run / "verdict.json").exists()

        playing.send(signal.SIGINT)
        playing.until("Ctrl-C again to cut short")
        playing.send(signal.SIGINT)
        assert playing.end(within_s=30) == 2
    verdict = json.loads((run / "verdict.json").read_bytes())
    assert {"interrupted", "segment_open", "identity_open"} <= {r["code"] for r in verdict["reasons"]}
    assert "settling" not in playing.said
