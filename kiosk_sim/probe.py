"""Asks the target, before anything is played, whether it works: `python -m kiosk_sim.probe --run DIR`.

Exit codes: 0 it does, 1 it does not (the reason is on standard error), 5 disk full, 64 usage.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiosk_sim.control import ask_health, write_builds, write_ledger_before
from kiosk_sim.exits import Exit, exit_code
from kiosk_sim.stage import open_stage


def main(arguments: list[str] | None = None) -> int:
    """Probe a run's target; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.probe", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder")
    given = parser.parse_args(arguments)
    return exit_code(lambda: probe(given.run))


def probe(run: Path) -> int:
    """Journal the target's health, builds, and ledger as the run finds it; raise UsageError or DiskFull."""
    stage = open_stage(run, "probe", quiet=True)
    health = ask_health(stage)
    stage.log.write(health)
    if health.alive:
        write_builds(stage)
        write_ledger_before(stage)
    stage.close()
    if not health.alive:
        print(f"{stage.target.name} ({stage.target.url}): {health.reason}", file=sys.stderr)
    return Exit.OK if health.alive else Exit.NOT_ALIVE


if __name__ == "__main__":
    sys.exit(main())
