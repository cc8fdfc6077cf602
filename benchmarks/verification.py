"""Latency at the kiosks with verification on and off: the same arrivals with and without watch and readers.

Rounds of three trials in changing order: off, on, and off again. Each round gives a ratio on/off, and off/off as the
measure of what the machine does by itself; printed are the medians of both with their intervals (the order statistics
that hold a median with 95 %, so that ten rounds are the least). p99 is of the visits of all rounds. Loopback only.

Run: python benchmarks/verification.py [--rounds 10] [--visits 40] [--per-second 4]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from math import comb
from pathlib import Path

from harness.campaign.scenario import Mix, Scenario
from harness.cli.display import Display
from harness.cli.inputs import Inputs, load_request
from harness.cli.run import prepare_run
from harness.embedded import SCALED, issuer, target_toml
from harness.journal import RunFolder, read_history
from harness.population import load, make_population, save
from harness.records.history import ApplicationEnded, ApplicationStarted, Ending
from harness.run.watch import Watch
from kiosk_sim.cards import Algorithm, make_cards

RESIDENTS = 240
WAYS = ("off", "on", "off again")
P99_AIM = 1.25
Latencies = list[float]  # of visits that ended with a document, ms


def main() -> None:
    """Play all rounds; print both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--visits", type=int, default=40, help="in each trial, on average")
    parser.add_argument("--per-second", type=float, default=4.0)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    found: dict[str, list[Latencies]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch)
        save(make_population(1, RESIDENTS), base / "population")
        make_cards(load(base / "population").residents, base / "cards", algorithm=Algorithm.P_384)
        with issuer(base, 2, *SCALED) as ready:
            (base / "target.toml").write_text(target_toml(ready), encoding="utf-8")
            for number in range(given.rounds):
                turn = number % len(WAYS)
                for way in (*WAYS[turn:], *WAYS[:turn]):
                    found[way].append(trial(base, arrivals(given), number, verified=way == "on"))
    tell("on / off", found["on"], found["off"])
    tell("off / off", found["off again"], found["off"])
    print(f"load at the end {os.getloadavg()[0]:.1f}; aim: medians not told apart, p99 at most {P99_AIM} x")


def arrivals(given: argparse.Namespace) -> Scenario:
    """Return the arrivals of one trial."""
    seconds = given.visits / given.per_second
    titles = {"title_ja": "到着", "title_en": "arrivals"}
    phase = Mix(phase="P7", **titles, per_second=given.per_second, seconds=seconds, refused_share=0.0)
    return Scenario(name="verification", **titles, acceptance=False, phase=(phase,))


def trial(base: Path, scenario: Scenario, seed: int, *, verified: bool) -> Latencies:
    """Play the arrivals once."""
    request = load_request(scenario, base / "target.toml", Inputs(out=base / "runs", seed=seed))
    folder, _ = prepare_run(request, Display("en", quiet=True))
    watch = Watch(folder, max(1, (os.cpu_count() or 2) - 1)) if verified else None
    if watch is not None:
        watch.start()
    command = [sys.executable, "-m", "kiosk_sim.engine", "--run", str(folder.path), "--phase", "P7"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    if watch is not None:
        watch.finish(lambda: False)
    return visits(folder)


def visits(folder: RunFolder) -> Latencies:
    """Return how long each visit took that ended with a document."""
    begun: dict[str, int] = {}
    took: Latencies = []
    for entry in read_history(folder):
        if isinstance(entry.record, ApplicationStarted):
            begun[entry.record.application] = entry.record.at_ns
        elif isinstance(entry.record, ApplicationEnded) and entry.record.ending is Ending.DELIVERED:
            took.append((entry.record.at_ns - begun[entry.record.application]) / 1e6)
    return took


def tell(title: str, one: list[Latencies], other: list[Latencies]) -> None:
    """Print the ratio of medians with its interval, and of the 99th percentiles of all visits."""
    ratios = sorted(statistics.median(a) / statistics.median(b) for a, b in zip(one, other, strict=True))
    low, high, level = interval(ratios)
    p99 = _p99(one) / _p99(other)
    middle = statistics.median(x for trial_ in other for x in trial_)
    print(
        f"{title:10s} median {statistics.median(ratios):.3f} x, {low:.3f} to {high:.3f} ({level:.0%} of {len(ratios)} "
        f"rounds); p99 {p99:.2f} x of {_p99(other):.0f} ms; a visit takes {middle:.0f} ms"
    )


def interval(ordered: list[float]) -> tuple[float, float, float]:
    """Return the narrowest pair of order statistics that holds the median with 95 %, and how sure that is.

    Of fewer than six values there is none: then the whole range, with what it is worth.
    """
    count = len(ordered)
    best = (ordered[0], ordered[-1], 1 - 2 * 0.5**count)
    for cut in range(1, count // 2):
        sure = 1 - 2 * sum(comb(count, k) for k in range(cut + 1)) * 0.5**count
        if sure >= 0.95:
            best = (ordered[cut], ordered[-1 - cut], sure)
    return best


def _p99(trials: list[Latencies]) -> float:
    pooled = sorted(x for trial_ in trials for x in trial_)
    return pooled[min(len(pooled) - 1, int(len(pooled) * 0.99))]


if __name__ == "__main__":
    main()
