"""How long test residents take to make, save, load and tell apart, and how much memory making them needs.

Run: python benchmarks/population.py [--size 10000] [--seed 1] [--json]
The aim is 10,000 residents, without keys, in at most 20 s and 300 MB.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from harness.population import distinguish, load, make_population, save

T = TypeVar("T")


def main() -> None:
    """Print seconds of each step and peak resident memory, making first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000, help="residents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    figures = measure(options.seed, options.size)
    if options.json:
        print(json.dumps(figures))
        return
    for name, figure in figures.items():
        print(f"{name:24s} {figure:10,.1f}")


def measure(seed: int, size: int) -> dict[str, float]:
    """Return seconds (`*_s`) and megabytes (`*_mb`) by step; the peak is that of making and saving."""
    figures: dict[str, float] = {"residents": size}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "population"
        figures["make_s"], population = timed(lambda: make_population(seed, size))
        figures["save_s"], _ = timed(lambda: save(population, place))
        figures["peak_mb"] = peak_mb()
        figures["folder_mb"] = sum(file.stat().st_size for file in place.iterdir()) / 1e6
        figures["load_s"], loaded = timed(lambda: load(place))
    figures["distinguish_s"], distinction = timed(lambda: distinguish(loaded))
    figures["inseparable"] = len(distinction.inseparable) + len(distinction.alike_seals)
    return figures


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return how many seconds a call took, and its result."""
    began_s = time.perf_counter()
    result = work()
    return time.perf_counter() - began_s, result


def peak_mb() -> float:
    """Return the peak resident memory of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 2**20 if sys.platform == "darwin" else used / 2**10


if __name__ == "__main__":
    main()
