"""Runs a command and undoes it whatever becomes of honnin: `python -m kiosk_sim.faults.watchdog`, one for each fault.

It stands in a session of its own and is nobody's child in the eyes of the kernel's parent-death signal. Its orders come
on standard input (kiosk_sim.faults.orders.Arm): it undoes at the next line, at the pipe's end, or at the deadline, and
never before what it started has ended: an undoing that is overtaken by the fault would leave it in place.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from kiosk_sim.faults.orders import Arm, Begun, Undone, line

_ATTEMPTS = 3
_PAUSE_S = 1.0  # between two attempts at undoing


def main() -> int:
    """Start, wait for a reason to undo, undo, tell; the exit code is 0 where it is undone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # no SIG_IGN: the command would inherit it
    arm = msgspec.json.decode(_first_line(), type=Arm)
    begun_ns, deadline_s = time.monotonic_ns(), time.monotonic() + arm.within_s
    failed = run_command(arm.start, min(arm.command_s, arm.within_s))
    with contextlib.suppress(OSError):  # the player is gone already: the pipe's end will tell
        os.write(1, line(Begun(at_ns=begun_ns, failed=failed)))
    by = _await_reason(deadline_s)
    reason = _undo(arm)
    undone = Undone(fault=arm.fault, by=by, undone=not reason, at_ns=time.monotonic_ns(), reason=reason)
    _tell(undone, Path(arm.told))
    return 0 if undone.undone else 1


def _first_line() -> bytes:
    """Read no further than to its end: what follows is the word to undo."""
    said = b""
    while not said.endswith(b"\n") and (byte := os.read(0, 1)):
        said += byte
    return said


def _await_reason(deadline_s: float) -> str:
    while (left_s := deadline_s - time.monotonic()) > 0:
        readable, _, _ = select.select([0], [], [], left_s)
        if readable:
            return "player" if os.read(0, 4096) else "the player is gone"
    return "deadline"


def _undo(arm: Arm) -> str:
    """Run the undoing until it succeeds, a few times; return why it did not."""
    reason = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_S)
        reason = run_command(arm.undo, arm.command_s)
        if not reason:
            return ""
    return reason


def run_command(argv: tuple[str, ...], within_s: float) -> str:
    """Run a command of the target file, without a shell; return what went wrong, "" if nothing did."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=within_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{argv[0]} did not end within {within_s:g} s"
    except OSError as e:
        return f"{argv[0]} could not be started: {e.strerror}"
    return f"{argv[0]} ended with exit code {done.returncode}" if done.returncode else ""


def _tell(undone: Undone, file: Path) -> None:
    """Append to the file first: whoever asked may be gone, and the folder too."""
    with contextlib.suppress(OSError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, line(undone))
        os.close(descriptor)
    with contextlib.suppress(OSError):
        os.write(1, line(undone))


if __name__ == "__main__":
    sys.exit(main())
