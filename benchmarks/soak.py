"""A soak: arrivals for so many minutes against the reference issuer, with memory and processor time of every program.

One ordinary `honnin run`, watched from outside. Prints, by part: the processor time of an application; how long after
the last document the verdict was there; and for each process its memory after warming up and when the last kiosk
closed, with its growth by application (what judging needs afterwards: judging.py). The issuer's typesetters fill their
caches with their first 500 documents, so that a short soak tells nothing of its memory. Exit code 1 where the run did
not PASS or a program's memory is not flat. Loopback only.

Run: python benchmarks/soak.py [--minutes 60] [--per-second 2]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil

from harness.embedded import SCALED, issuer, target_toml
from harness.journal import RunFolder, read_history
from harness.population import load, make_population, save
from harness.records.history import ApplicationEnded, Delivery
from harness.records.verdict import Outcome, Verdict
from kiosk_sim.cards import Algorithm, make_cards

RESIDENTS = 240
SUPERVISOR, JUDGING = "supervisor", "judging and reports"
PARTS = {
    "harness.reading.worker": "readers",
    "kiosk_sim.engine": "kiosks",
    "kiosk_sim": "quiet programs",
    "mock_issuer": "issuer",
    "harness.cli": SUPERVISOR,
    "multiprocessing": JUDGING,
}
EVERY_S = 0.5
WARM = 0.4  # of a process's life: what is loaded, cached and pooled is there by then
SHORTEST_NS = 30_000_000_000  # of a life that tells anything of growth
MOST_GROWTH = 0.1  # from there to the end, of its memory; allocators' noise is about half of it
CACHES_FULL = {"issuer": 3_000}  # applications of a soak from which on a part is warm after that share of it
SCENARIO = """\
name = "soak"
title_ja = "連続運転"
title_en = "soak"
acceptance = false
kiosks = 40

[[phase]]
kind = "mix"
phase = "P7"
title_ja = "通常の申請"
title_en = "arrivals"
per_second = {per_second}
seconds = {seconds}
"""


class Sample(NamedTuple):
    """What a process had used at an instant."""

    at_ns: int
    rss_mb: float
    cpu_s: float


class Watched:
    """All processes of a run and of the issuer, looked at from time to time."""

    def __init__(self) -> None:
        self.samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
        self.played_ns = 0  # when kiosks were last seen
        self.judging_from_s = 0.0  # processor time that the supervisor had used by then

    def look(self) -> None:
        """Take a sample of every process below this one."""
        at_ns, playing = time.monotonic_ns(), False
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if not (command := process.cmdline()):
                    continue  # it has ended, and was counted while it lived
                part = _part(command)
                used = process.cpu_times()
                cpu_s = used.user + used.system
                self.samples[part, process.pid].append(Sample(at_ns, process.memory_info().rss / 1e6, cpu_s))
                playing = playing or part == "kiosks"
        if playing:
            self.played_ns = at_ns
            self.judging_from_s = self._cpu_s(SUPERVISOR)

    def cpu_s(self) -> dict[str, float]:
        """Return processor time by part."""
        used = {part: self._cpu_s(part) for part, _ in self.samples}
        used[JUDGING] = used.get(JUDGING, 0.0) + used[SUPERVISOR] - self.judging_from_s
        used[SUPERVISOR] = self.judging_from_s
        return used

    def _cpu_s(self, wanted: str) -> float:
        return sum(samples[-1].cpu_s for (part, _), samples in self.samples.items() if part == wanted)


def _part(command: list[str]) -> str:
    said = " ".join(command)
    return next((part for module, part in PARTS.items() if module in said), "other")


def main() -> int:
    """Play, watch, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--per-second", type=float, default=2.0)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch)
        save(make_population(1, RESIDENTS), base / "population")
        make_cards(load(base / "population").residents, base / "cards", algorithm=Algorithm.P_384)
        text = SCENARIO.format(per_second=given.per_second, seconds=given.minutes * 60)
        (base / "soak.toml").write_text(text, encoding="utf-8")
        with issuer(base, 2, *SCALED) as ready:
            (base / "target.toml").write_text(target_toml(ready), encoding="utf-8")
            watched, verdict_ns = play(base)
        return tell(RunFolder.open(next((base / "runs").glob("*/"))), watched, verdict_ns)


def play(base: Path) -> tuple[Watched, int]:
    """Run the scenario; return what was seen of its processes, and when the verdict was there (monotonic ns)."""
    command = [sys.executable, "-m", "harness.cli", "run", str(base / "soak.toml"), "--target"]
    command += [str(base / "target.toml"), "--out", str(base / "runs"), "--quiet"]
    watched, verdict_ns = Watched(), 0
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while run.poll() is None:
        watched.look()
        if not verdict_ns and next((base / "runs").glob("*/verdict.json"), None):
            verdict_ns = time.monotonic_ns()
        time.sleep(EVERY_S)
    return watched, verdict_ns or time.monotonic_ns()


def tell(folder: RunFolder, watched: Watched, verdict_ns: int) -> int:
    """Print everything; return the exit code."""
    records = [entry.record for entry in read_history(folder)]
    applications = sum(isinstance(r, ApplicationEnded) for r in records)
    printed_ns = max((r.at_ns for r in records if isinstance(r, Delivery)), default=0)
    verdict = msgspec.json.decode((folder.path / "verdict.json").read_bytes(), type=Verdict)
    print(f"{verdict.outcome}, {applications} applications; load {os.getloadavg()[0]:.1f}")
    for part, cpu_s in sorted(watched.cpu_s().items()):
        print(f"  {part:20s} {cpu_s / applications * 1000:7.1f} ms CPU an application ({cpu_s:.1f} s)")
    print(f"from the last document to the verdict: {(verdict_ns - printed_ns) / 1e9:.1f} s")
    flat = []
    for (part, _), samples in sorted(watched.samples.items()):
        flat.append(_growth(part, [s for s in samples if s.at_ns <= watched.played_ns], applications))
    for reason in verdict.reasons:
        print(f"  {reason.code}: {reason.en}")
    return 0 if all(flat) and verdict.outcome is Outcome.PASS else 1


def _growth(part: str, samples: list[Sample], applications: int) -> bool:
    """Tell of one process how its memory grew, where it lived long enough; return whether it is flat."""
    if len(samples) < 2 or samples[-1].at_ns - samples[0].at_ns < SHORTEST_NS:
        return True
    warm = samples[int(len(samples) * WARM) :]
    third = max(1, len(warm) // 3)
    early, late = (statistics.median(s.rss_mb for s in some) for some in (warm[:third], warm[-third:]))
    kb = (late - early) * 1000 / (applications * (1 - WARM) * 2 / 3)
    flat = late <= early * (1 + MOST_GROWTH)
    warming = not flat and applications < CACHES_FULL.get(part, 0)
    told = "" if flat else "  still filling its caches" if warming else "  NOT FLAT"
    print(f"  {part:20s} {early:7.1f} MB warm, {late:7.1f} MB at the end: {kb:+.2f} KB an application{told}")
    return flat or warming


if __name__ == "__main__":
    sys.exit(main())
