"""Two workers against one process: journaled sends a second, processor time, and how far apart a burst leaves.

Interleaved rounds on the same stub target: two processes of it, so that it is not the limit where processors are left.
Where all processors are busy, two workers cannot be faster than one process; the lines say how many the generator had.
On loopback.

Run: python benchmarks/workers.py [--kiosks 60] [--visits 40] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from kiosks import BODY, SENDS_A_VISIT, application, bursts, cpu_s, lay_out, stub
from msgspec.structs import replace

from harness.journal import RunFolder, read_history
from harness.lifeline import start
from harness.records.history import BatchReleased, Ending, SendOutcome
from harness.records.plan import Batch, BatchKind, Step
from harness.run.crew import LocalCrew
from kiosk_sim.targets.actions import End, Send

SIZES = {10: 10, 50: 6, 100: 5}  # of bursts: how many
CREWS = (1, 2)


class TwoStubs:
    """A visit of equal sends, each kiosk to one of two stubs; loaded by the engine as `workers:TwoStubs`."""

    def __init__(self, target):
        pass

    def issue(self, order):
        for number in range(SENDS_A_VISIT):
            first = number == 0
            yield Send(method="POST", path="/", body=BODY, step=Step.APPLY, synchronise=first, node=order.node)
        return End(ending=Ending.DELIVERED)

    update = ledger = builds = probe = issue


class Played(NamedTuple):
    """What one round achieved."""

    sends_per_s: float
    cpu_s: float  # of the generator's processes
    seconds: float
    spreads_us: tuple[float, ...]


def main() -> None:
    """Print one line per measurement, then the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=60)
    parser.add_argument("--visits", type=int, default=40, help="per kiosk")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with ExitStack() as stack:
        urls = [stack.enter_context(stub()) for _ in range(2)]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        closed(urls, folder, given)
        released(urls, folder)


def closed(urls: list[str], folder: Path, given: argparse.Namespace) -> None:
    """Compare throughput, without any pause at the kiosks."""
    people = [application(n, f"K{n % given.kiosks:03d}") for n in range(given.kiosks * given.visits)]
    batch = Batch(batch="B1", phase="P", kind=BatchKind.CLOSED, applications=tuple(people))
    rounds: dict[int, list[Played]] = {workers: [] for workers in CREWS}
    for number in range(given.rounds):
        for workers in CREWS:
            played = play(urls, folder / f"c{number}-{workers}", [batch], workers)
            rounds[workers].append(played)
            busy = played.cpu_s / played.seconds
            print(
                f"{workers} worker(s): {played.sends_per_s:7.0f} sends/s, {busy:.2f} processors busy in the generator"
            )
    rates = {workers: statistics.median(p.sends_per_s for p in ones) for workers, ones in rounds.items()}
    costs = {workers: statistics.median(p.cpu_s for p in ones) for workers, ones in rounds.items()}
    print(f"2 against 1, medians: {rates[2] / rates[1]:.2f} x sends/s for {costs[2] / costs[1]:.2f} x processor time")


def released(urls: list[str], folder: Path) -> None:
    """Compare how far apart the departures of bursts are."""
    for size, count in SIZES.items():
        for workers in CREWS:
            spreads = play(urls, folder / f"b{size}-{workers}", bursts(size, count), workers).spreads_us
            told = f"{statistics.median(spreads):7.0f} us median, {max(spreads):.0f} worst"
            print(f"burst of {size:3d} from {workers} worker(s): departures within {told}")


def play(urls: list[str], path: Path, batches: list[Batch], workers: int) -> Played:
    """Play batches with one process, or with a master and so many workers of this machine."""
    nodes = "".join(f'[[nodes]]\nid = "n{n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
    spread = [_spread(b, len(urls)) for b in batches]
    folder, phase = lay_out(urls[0], path, spread, adapter="workers:TwoStubs", extra=nodes)
    before, began = cpu_s(), time.perf_counter()
    arguments = ("--run", str(path), "--phase", "P")
    if workers == 1:
        code = start("kiosk_sim.engine", *arguments, stdout=subprocess.DEVNULL).wait()
    else:
        crew = LocalCrew(folder, workers)
        master = start("kiosk_sim.engine", *arguments, *crew.arguments(), stdout=subprocess.PIPE)
        crew.begin(phase, json.loads(master.stdout.readline())["port"])
        for _ in master.stdout:  # progress, until its end
            pass
        code = master.wait()
        assert not crew.end(phase)
    assert code == 0
    return _achieved(folder, cpu_s() - before, time.perf_counter() - began)


def _spread(batch: Batch, stubs: int) -> Batch:
    people = (replace(a, node=f"n{int(a.kiosk[1:]) // 2 % stubs}") for a in batch.applications)
    return replace(batch, applications=tuple(people))


def _achieved(folder: RunFolder, cpu_s: float, seconds: float) -> Played:
    records = [entry.record for entry in read_history(folder)]
    sends = [r for r in records if isinstance(r, SendOutcome)]
    took_s = (max(s.at_ns for s in sends) - min(s.left_ns for s in sends)) / 1e9
    spreads = [(max(r.left_ns) - min(r.left_ns)) / 1e3 for r in records if isinstance(r, BatchReleased)]
    return Played(len(sends) / took_s, cpu_s, seconds, tuple(spreads))


if __name__ == "__main__":
    main()
