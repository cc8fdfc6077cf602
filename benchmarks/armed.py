"""Armed mTLS kiosks: so many cards, each on a TLS connection of its own with its own certificate, released together.

Every card's request is one TLS record of which the last byte is held back; first to last arrival is told by the clock
of the server's kernel, and the server checks whose certificate each request came under. Loopback only.

Run: python benchmarks/armed.py [--cards 400] [--bursts 3]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import msgspec
from burst_rivals import BODY
from bursts import batch, certificate, people, receiving
from kiosks import lay_out
from msgspec.structs import replace

from harness.journal import RunFolder, read_history
from harness.population import make_population
from harness.records.history import BatchReleased, BurstWithdrawn, Ending, Held
from harness.records.manifest import Manifest
from harness.records.plan import Batch, BatchKind, Step
from kiosk_sim.cards import Algorithm, load_cards, make_cards
from kiosk_sim.targets.actions import End, Send

ARM_S = 120.0  # 400 handshakes take this machine some seconds, and many times that when it is busy


class ArmedAdapter:
    """One request to warm up, one to be released, which names the card it comes from."""

    def __init__(self, target):
        pass

    def issue(self, order):
        yield Send(method="POST", path="/warm", body=BODY, step=Step.OPEN)
        yield Send(method="POST", path=f"/{order.store}/{order.card}", body=BODY, step=Step.APPLY, synchronise=True)
        return End(ending=Ending.DELIVERED)

    update = ledger = builds = probe = issue


def main() -> int:
    """Print one line per burst; exit code 1 where a request came under another card's certificate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=400)
    parser.add_argument("--bursts", type=int, default=3)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch)
        residents = make_population(1, given.cards).residents
        make_cards(residents, base / "cards", algorithm=Algorithm.P_384, only=residents)
        box = load_cards(base / "cards")
        serials = [box.for_resident(key).serial for key in residents]
        with receiving(certificate(base), base / "cards" / "ca-bundle.pem") as receiver:
            records = play(base, receiver, [burst(serials, number) for number in range(given.bursts)])
            arrivals = receiver.arrivals()
    return tell(given.cards, records, arrivals)


def burst(serials: list[str], number: int) -> Batch:
    """Return a burst of all cards."""
    numbers = iter(range(number * len(serials), (number + 1) * len(serials)))
    placed = people(numbers, len(serials), "K", f"burst{number}")
    carded = (replace(one, card=serial) for one, serial in zip(placed, serials, strict=True))
    return replace(batch(f"B{number}", BatchKind.BURST, tuple(carded)), arm_timeout_ms=ARM_S * 1000.0)


def play(base: Path, receiver, bursts: list[Batch]) -> list:
    """Play the bursts with the engine; return the journal's records."""
    tls = f'[limits]\nconnect_s = {ARM_S}\n[tls]\nca = "{receiver.ca}"\n'
    folder, _ = lay_out(receiver.url, base / "run", bursts, adapter="armed:ArmedAdapter", extra=tls, client="card")
    manifest = msgspec.json.decode(folder.manifest.read_bytes(), type=Manifest)
    folder.manifest.write_bytes(msgspec.json.encode(replace(manifest, cards_folder=str(base / "cards"))))
    command = [sys.executable, "-m", "kiosk_sim.engine", "--run", str(folder.path), "--phase", "P"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return [entry.record for entry in read_history(RunFolder.open(folder.path))]


def tell(cards: int, records: list, arrivals: dict[str, list[int]]) -> int:
    """Print what came of each burst; return the exit code."""
    withdrawn = Counter(r.batch for r in records if isinstance(r, BurstWithdrawn))
    spreads = []
    for released in (r for r in records if isinstance(r, BatchReleased)):
        came = [
            ns for path, times in arrivals.items() if path.startswith(f"/burst{released.batch[1:]}/") for ns in times
        ]
        armed = sum(held is Held.RECORD for held in released.held)
        left_ms = (max(released.left_ns) - min(released.left_ns)) / 1e6
        spreads.append((max(came) - min(came)) / 1e6)
        print(
            f"{released.batch}: {armed} of {cards} armed, {len(released.absent)} absent, "
            f"{withdrawn[released.batch]} attempts void; left within {left_ms:.1f} ms, "
            f"{len(came)} arrived within {spreads[-1]:.1f} ms"
        )
    foreign = [path for path in arrivals if path.partition(" ")[0].rpartition("/")[2] != path.partition(" ")[2]]
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"arrived within {statistics.median(spreads):.1f} ms, median; engine's peak memory {peak_mb} MB")
    print(f"{len(foreign)} requests came under another card's certificate")
    return 1 if foreign else 0


if __name__ == "__main__":
    sys.exit(main())
