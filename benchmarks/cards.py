"""How fast mock cards are made: keys per second in one thread, in threads, in processes; registering; signing.

Run: python benchmarks/cards.py [--keys 40] [--workers 2]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from harness.records.resident import Resident
from kiosk_sim.cards import Algorithm, load_cards, make_cards
from kiosk_sim.cards.keys import key_pem, make_key

RESIDENTS = 10_000


def main() -> None:
    """Print one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=40, help="RSA keys per measurement")
    parser.add_argument("--workers", type=int, default=2, help="threads or processes")
    options = parser.parse_args()
    for algorithm, keys in ((Algorithm.RSA_2048, options.keys), (Algorithm.P_384, options.keys * 25)):
        print(f"{algorithm.value}: alone       {alone(algorithm, keys):8.1f} keys/s")
        for kind in (ThreadPoolExecutor, ProcessPoolExecutor):
            name = kind.__name__.removesuffix("PoolExecutor").lower()
            rate = pooled(kind, algorithm, keys, options.workers)
            print(f"{algorithm.value}: {options.workers} x {name:7s} {rate:8.1f} keys/s")
    for algorithm in Algorithm:
        whole_folder(algorithm, options.keys, options.workers)


def make_pem(algorithm: Algorithm) -> bytes:
    """Make one key in the form that is stored, which also crosses a process's border."""
    return key_pem(make_key(algorithm))


def alone(algorithm: Algorithm, keys: int) -> float:
    """Return keys per second of a plain loop."""
    began_s = time.perf_counter()
    for _ in range(keys):
        make_pem(algorithm)
    return keys / (time.perf_counter() - began_s)


def pooled(kind: type[Executor], algorithm: Algorithm, keys: int, workers: int) -> float:
    """Return keys per second of a pool, its start included."""
    began_s = time.perf_counter()
    with kind(max_workers=workers) as pool:
        list(pool.map(make_pem, [algorithm] * keys))
    return keys / (time.perf_counter() - began_s)


def whole_folder(algorithm: Algorithm, keys: int, workers: int) -> None:
    """Time registering 10,000 residents, making some cards, loading the box and signing."""
    people = {f"R{i:05d}": Resident(key=f"R{i:05d}", municipality="架空県見本市") for i in range(1, RESIDENTS + 1)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "cards"
        registered_s = timed(lambda: make_cards(people, folder, algorithm=algorithm))
        some = list(people)[:keys]
        made_s = timed(lambda: make_cards(people, folder, algorithm=algorithm, only=some, processes=workers))
        loaded_s = timed(lambda: load_cards(folder))
        card = load_cards(folder).for_resident(some[0])
        signed_s = timed(lambda: [card.sign(b"nonce", card.pin) for _ in range(500)])
    print(
        f"{algorithm.value}: {RESIDENTS} residents registered in {registered_s:.2f} s, {keys} cards made in "
        f"{made_s:.2f} s, box loaded in {loaded_s:.3f} s, {500 / signed_s:.0f} signatures/s"
    )


def timed(work) -> float:
    """Return the seconds that `work` takes."""
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
