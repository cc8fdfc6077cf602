"""Kills supervisor, engine, reader or issuer at random times and checks what must hold all the same.

    python benchmarks/kills.py --rounds 50

After every kill: each record that was in the journal before it is still there; the verdict is never PASS unless
verdict.json was complete on disk before; the death of the target is INCONCLUSIVE (or FAIL, never PASS).
Prints one line a round and exits with 1 if any of it failed. Loopback only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from harness.cli.demo import issuer, target_toml
from harness.journal import RunFolder, read_segment
from harness.population import load, make_population, save
from kiosk_sim.cards import Algorithm, make_cards

VICTIMS = {
    "supervisor": "harness.cli",
    "engine": "kiosk_sim.engine",
    "reader": "harness.reading.worker",
    "issuer": "mock_issuer",
}
LONGEST_S = 90.0


def processes(module: str, among: psutil.Process) -> list[psutil.Process]:
    """Return the descendants of `among` (itself included) that run `module`."""
    found = []
    for process in [among, *among.children(recursive=True)]:
        try:
            if module in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def acknowledged(out: Path) -> dict[Path, int]:
    """Return whole lines per segment as they are on disk now."""
    return {p: p.read_bytes().count(b"\n") for p in out.glob("*/segments/*.journal")}


def one_round(base: Path, number: int, victim: str, rng: random.Random) -> str:
    """Play one run, kill one process in it, judge what is left; return what went wrong, "" if nothing."""
    folder = base / f"round-{number}"
    folder.mkdir()
    for name in ("population", "cards"):
        (folder / name).symlink_to(base / name)
    out = folder / "runs"
    with issuer(folder, 2) as ready:
        (folder / "target.toml").write_text(target_toml(ready), encoding="utf-8")
        command = [sys.executable, "-m", "harness.cli", "run", "smoke", "--target", str(folder / "target.toml")]
        with (folder / "run.log").open("wb") as log:
            run = subprocess.Popen([*command, "--out", str(out), "--quiet"], stdout=log, stderr=log)
        before, had_verdict = kill(run, victim, out, rng.uniform(0.3, 14.0))
        try:
            code = run.wait(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            run.kill()
            return f"did not end within {LONGEST_S} s"
    return wrong(out, code, victim, before, had_verdict)


def kill(run: subprocess.Popen[bytes], victim: str, out: Path, after_s: float) -> tuple[dict[Path, int], bool]:
    """Wait, look at what is acknowledged, kill; an engine or reader is waited for if it is not there yet."""
    root = psutil.Process() if victim == "issuer" else psutil.Process(run.pid)
    time.sleep(after_s)
    until = time.monotonic() + 10
    while not (found := processes(VICTIMS[victim], root)) and time.monotonic() < until and run.poll() is None:
        time.sleep(0.02)
    before = acknowledged(out)
    had_verdict = any(out.glob("*/verdict.json"))
    for process in found[:1] if victim != "issuer" else found:
        os.kill(process.pid, signal.SIGKILL)
    return before, had_verdict


def wrong(out: Path, code: int, victim: str, before: dict[Path, int], had_verdict: bool) -> str:
    """Return what does not hold after a kill, "" if all does."""
    for path, count in before.items():
        if len(list(read_segment(path))) < count:
            return f"{path.name}: acknowledged records were lost"
    runs = list(out.glob("*/manifest.json"))
    if not runs:
        return ""  # killed before there was a run
    folder = RunFolder(runs[0].parent)
    if victim == "supervisor" and not had_verdict:
        time.sleep(2.5)
        command = [sys.executable, "-m", "harness.cli", "judge", str(folder.path)]
        code = subprocess.run(command, check=False, capture_output=True).returncode
    if code == 0 and not had_verdict and victim != "reader":
        closed = json.loads(folder.verdict.read_bytes())["outcome"]
        return "" if all_was_done(folder) else f"{closed} after a kill"
    if code in {0, 1, 2}:
        return ""
    return f"exit code {code}"


def all_was_done(folder: RunFolder) -> bool:
    """Tell whether every writer ended in order: then the kill met a process that had nothing left to do."""
    return all(b'"segment_closed"' in p.read_bytes() for p in folder.segments())


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
        save(make_population(7, 60), base / "population")
        make_cards(load(base / "population").residents, base / "cards", algorithm=Algorithm.P_384)
        for number in range(arguments.rounds):
            victim = list(VICTIMS)[number % len(VICTIMS)]
            problem = one_round(base, number, victim, rng)
            failed += bool(problem)
            print(f"{number + 1:3d} {victim:<10} {problem or 'ok'}", flush=True)
    print(f"{arguments.rounds - failed} of {arguments.rounds} held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
