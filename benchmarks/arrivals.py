"""Shows when the requests of a run's bursts arrived at the reference issuer, and when its handlers were entered.

    python benchmarks/arrivals.py runs/RUN STATE      # the folder that `honnin issuer serve --state STATE` writes to

One line for each burst: people whose application was accepted; from the first to the last of them, in µs, departures by
the journal, arrivals (head read) and handler entries by the issuer's own log. For a run that was played on the issuer's
host: all three are read from its CLOCK_MONOTONIC. Nothing is sent. Exit code 1 where the log tells of no burst.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.journal import RunFolder, read_history
from harness.records.history import ApplicationEnded, BatchReleased


class Reached(Struct, frozen=True):
    """A line of the issuer's log that tells when an application came, in ns."""

    application: str
    head_ns: int
    handler_ns: int


def reached(state: Path) -> dict[str, Reached]:
    """Return when each application came, by the id that the issuer gave it; its other lines are passed over."""
    lines = (line for file in sorted((state / "debug").iterdir()) for line in file.read_bytes().splitlines())
    wanted = (line for line in lines if b'"head_ns":' in line)
    return {one.application: one for one in (msgspec.json.decode(line, type=Reached) for line in wanted)}


def bursts(run: Path) -> Iterator[list[tuple[int, str]]]:
    """Yield, of each burst, when everybody left (ns) and the id that the issuer gave them."""
    records = [entry.record for entry in read_history(RunFolder.open(run))]
    ids = {r.application: r.request_id for r in records if isinstance(r, ApplicationEnded)}
    for released in (r for r in records if isinstance(r, BatchReleased)):
        rows = zip(released.left_ns, released.applications, strict=True)
        yield [(left_ns, ids.get(application, "")) for left_ns, application in rows]


def spread_us(instants_ns: list[int]) -> float:
    """Return the distance of the first and the last."""
    return (max(instants_ns) - min(instants_ns)) / 1000.0


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("state", type=Path)
    given = parser.parse_args()
    came, told = reached(given.state), 0
    print(f"{'people':>6} {'departures':>12} {'arrivals':>12} {'handlers':>12}   µs from the first to the last")
    for burst in bursts(given.run):
        known = [(left_ns, came[name]) for left_ns, name in burst if name in came]
        if len(known) > 1:
            told += 1
            columns = [left for left, _ in known], [r.head_ns for _, r in known], [r.handler_ns for _, r in known]
            print(f"{len(known):>6} " + " ".join(f"{spread_us(column):>12,.0f}" for column in columns))
    return 0 if told else 1


if __name__ == "__main__":
    sys.exit(main())
