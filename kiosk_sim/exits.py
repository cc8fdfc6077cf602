"""Exit codes of player programs; the supervisor tells them apart."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum

from harness.errors import DiskFull, GeneratorFault, RunDamaged, UsageError
from kiosk_sim.playlog import PlayLog


class Exit(IntEnum):
    """How a player program ended."""

    OK = 0
    NOT_ALIVE = 1  # probe only: the target does not work
    GENERATOR_FAULT = 3
    INTERRUPTED = 4
    DISK_FULL = 5
    ADAPTER_FAULT = 6  # in every application: what follows would fail alike
    WORKER_LOST = 7  # or did not come: of a player on several workers
    NOT_UNDONE = 8  # a fault from outside is left behind in the target
    USAGE = 64


def exit_code(program: Callable[[], int]) -> int:
    """Run `program`; return its exit code, or that of the error it raised, which is told on standard error."""
    try:
        return program()
    except (UsageError, RunDamaged) as e:
        print(e, file=sys.stderr)
        return Exit.USAGE
    except DiskFull as e:
        print(e, file=sys.stderr)
        return Exit.DISK_FULL
    except GeneratorFault as e:
        print(e, file=sys.stderr)
        return Exit.GENERATOR_FAULT


def code_of_play(log: PlayLog, complete: bool) -> int:
    """Return the exit code of a phase without faults of the player; the adapter's is told on standard error."""
    if not complete:
        return Exit.INTERRUPTED
    if log.adapter_fault:
        print(log.adapter_fault.removeprefix("the adapter failed: "), file=sys.stderr)
        return Exit.ADAPTER_FAULT
    return Exit.OK
