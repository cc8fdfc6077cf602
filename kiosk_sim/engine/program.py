"""The engine player: plays one phase with Locust users as kiosks, own sockets and a coordinator.

With `--workers` it is the master of so many workers (kiosk_sim.engine.worker), which serve the customers. Exit codes: 0
played, 3 generator fault, 4 interrupted, 5 disk full, 7 a worker was lost, 64 the run folder cannot be played.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk_sim.engine.master import MasterPlay
from kiosk_sim.engine.sockets import raise_file_limit
from kiosk_sim.engine.solo import SoloPlay
from kiosk_sim.exits import exit_code


def main(arguments: list[str] | None = None) -> int:
    """Play one phase of a run folder; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.engine", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder")
    parser.add_argument("--phase", required=True, help="phase of its plan, e.g. P2")
    parser.add_argument("--workers", type=int, nargs="+", metavar="NUMBER", help="be the master of these workers")
    parser.add_argument("--bind", default="127.0.0.1:0", metavar="HOST:PORT", help="where the master listens")
    parser.add_argument(
        "--elsewhere", action="store_true", help="the workers are no children of this host's supervisor"
    )
    given = parser.parse_args(arguments)
    raise_file_limit()
    if given.workers:
        return exit_code(
            lambda: MasterPlay(given.run, given.phase, given.workers, given.bind, not given.elsewhere).play()
        )
    return exit_code(lambda: SoloPlay(given.run, given.phase).play())
