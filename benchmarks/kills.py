"""Kills supervisor, engine, reader or issuer at random times and checks what must hold all the same.

    python benchmarks/kills.py --rounds 50

After every kill: each record that was in the journal before it is still there, and so is every delivered document;
the verdict is never PASS unless everything was done before the kill; the death of the target is INCONCLUSIVE (or
FAIL, never PASS); no program outlives its supervisor, and a killed supervisor's run can be gone on with.
Prints one line a round and exits with 1 if any of it failed. Loopback only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import psutil

from harness.embedded import SCALED, issuer, target_toml
from harness.journal import DocumentStore, RunFolder, inspect_segments, read_history
from harness.population import load, make_population, save
from harness.records.history import ApplicationStarted, Delivery
from kiosk_sim.cards import Algorithm, make_cards

VICTIMS = {
    "supervisor": "harness.cli",
    "engine": "kiosk_sim.engine",
    "reader": "harness.reading.worker",
    "issuer": "mock_issuer",
}
LONGEST_S = 180.0  # of a run, on a busy machine
LATEST_S = 14.0  # of a kill; a run of smoke takes about as long
ORPHANS_S = 5.0  # a killed supervisor's programs are gone by then
SETTLE_S = 3.0  # an application that died with its engine is never settled: no use in asking for long


class Kill(NamedTuple):
    """What was killed, and what was on the disk just before."""

    victims: int  # processes; none where nothing of the kind was running any more
    at_ns: int
    records: dict[str, int]  # by segment
    had_verdict: bool


def make_people(base: Path) -> None:
    """Make the residents and cards that all rounds share."""
    save(make_population(7, 60), base / "population")
    make_cards(load(base / "population").residents, base / "cards", algorithm=Algorithm.P_384)


def one_round(
    people: Path, folder: Path, victim: str, after_s: float, scenario: str | Path = "smoke"
) -> tuple[Kill, str]:
    """Play one run, kill one program in it after so many seconds; return the kill and what went wrong, or ""."""
    folder.mkdir(parents=True)
    for name in ("population", "cards"):
        (folder / name).symlink_to(people / name)
    out = folder / "runs"
    with issuer(folder, 2, *SCALED) as ready, (folder / "run.log").open("wb") as log:
        target = target_toml(ready).replace("document_s = 20.0", f"document_s = 20.0\nsettle_s = {SETTLE_S}")
        (folder / "target.toml").write_text(target, encoding="utf-8")
        arguments = ["run", scenario, "--target", folder / "target.toml", "--out", out, "--quiet"]
        run = subprocess.Popen(_honnin(*arguments), stdout=log, stderr=log)
        killed = _kill(run, victim, out, after_s)
        try:
            code = run.wait(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            run.kill()
            return killed, f"did not end within {LONGEST_S} s"
        return killed, _wrong(out, code, victim, killed)


def _honnin(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "harness.cli", *map(str, arguments)]


def _kill(run: subprocess.Popen[bytes], victim: str, out: Path, after_s: float) -> Kill:
    """Wait, look at what is on the disk, kill; a program that is not there yet is waited for."""
    root = psutil.Process() if victim == "issuer" else psutil.Process(run.pid)
    time.sleep(after_s)
    while not (found := _running(VICTIMS[victim], root)) and run.poll() is None:
        time.sleep(0.02)
    records, had_verdict = _acknowledged(out), any(out.glob("*/verdict.json"))
    at_ns = time.monotonic_ns()
    victims = 0
    for process in found if victim == "issuer" else found[:1]:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended in this moment
            process.kill()
            victims += 1
    return Kill(victims, at_ns, records, had_verdict)


def _running(module: str, among: psutil.Process) -> list[psutil.Process]:
    """Return the descendants of `among` (itself included) that run `module` and have not ended."""
    found = []
    for process in [among, *among.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):  # it ended meanwhile, or nobody has asked yet how another one ended
            if module in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _acknowledged(out: Path) -> dict[str, int]:
    """Return whole lines per segment as they are on the disk now."""
    return {p.stem: p.read_bytes().count(b"\n") for p in out.glob("*/segments/*.journal")}


def _wrong(out: Path, code: int, victim: str, killed: Kill) -> str:
    """Return what does not hold after a kill, "" if all does."""
    runs = [p.parent for p in out.glob("*/manifest.json")]
    if not runs:
        return ""  # killed before there was a run
    folder = RunFolder(runs[0])
    if orphans := _outliving(folder):
        return f"outlived the supervisor: {orphans}"
    if lost := _lost(folder, killed):
        return lost
    if victim == "supervisor" and killed.victims:
        return _after_supervisor(folder, killed)
    return _verdict_is_right(folder, code, victim, killed)


def _outliving(folder: RunFolder) -> str:
    by = time.monotonic() + ORPHANS_S
    while names := [" ".join(p.info["cmdline"][-4:]) for p in psutil.process_iter(["cmdline"]) if _plays(p, folder)]:
        if time.monotonic() > by:
            return ", ".join(names)
        time.sleep(0.05)
    return ""


def _plays(process: psutil.Process, folder: RunFolder) -> bool:
    return any(str(folder.path) in part for part in process.info["cmdline"] or ())


def _lost(folder: RunFolder, killed: Kill) -> str:
    """Compare with what was there before the kill; RunDamaged escapes, and is a failure too."""
    counts: Counter[str] = Counter()
    store = DocumentStore(folder)
    for entry in read_history(folder):
        counts[entry.writer] += 1
        if isinstance(entry.record, Delivery):
            store.get(entry.record.digest)
    short = [name for name, count in killed.records.items() if counts[name] < count]
    return f"acknowledged records were lost: {', '.join(short)}" if short else ""


def _after_supervisor(folder: RunFolder, killed: Kill) -> str:
    """Judge what a killed supervisor left, then go on with it."""
    was_done = all(segment.closed for segment in inspect_segments(folder))
    for verb in ("judge", "resume"):
        done = subprocess.run(_honnin(verb, folder.path), check=False, capture_output=True, text=True)
        if done.returncode not in ({0, 1, 2} if was_done or killed.had_verdict else {1, 2}):
            return f"`honnin {verb}` ended with {done.returncode}: {done.stderr[-300:]}"
    return ""


def _verdict_is_right(folder: RunFolder, code: int, victim: str, killed: Kill) -> str:
    if code == 3 and not any(isinstance(e.record, ApplicationStarted) for e in read_history(folder)):
        return ""  # the engine of the self-proof was the victim: nothing was sent to the target
    if code not in {0, 1, 2}:
        return f"exit code {code}"
    outcome = json.loads(folder.verdict.read_bytes())["outcome"]
    if code != {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 2}[outcome]:
        return f"exit code {code} for {outcome}"
    if code == 0 and killed.victims and not killed.had_verdict and not _needless(folder, victim, killed):
        return "PASS after a kill"
    return ""


def _needless(folder: RunFolder, victim: str, killed: Kill) -> bool:
    """Tell whether the victim had nothing left to do: a reader with all read, an issuer after the last question."""
    if victim == "reader":
        return True  # what it was reading would be unread, and then this were no PASS
    last_ns = max(getattr(e.record, "at_ns", 0) for e in read_history(folder) if not e.writer.startswith("supervisor"))
    return victim == "issuer" and killed.at_ns > last_ns


def main() -> int:
    """Run the rounds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    arguments = options.parse_args()
    rng = random.Random(arguments.seed)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="kills-") as scratch:
        base = Path(scratch)
        make_people(base)
        for number in range(arguments.rounds):
            victim, after_s = list(VICTIMS)[number % len(VICTIMS)], rng.uniform(0.3, LATEST_S)
            killed, problem = one_round(base, base / f"round-{number}", victim, after_s)
            failed += bool(problem)
            what = "" if killed.victims else " (nothing left to kill)"
            print(f"{number + 1:3d} {victim:<10} after {after_s:4.1f} s: {problem or 'held'}{what}", flush=True)
    print(f"{arguments.rounds - failed} of {arguments.rounds} held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
