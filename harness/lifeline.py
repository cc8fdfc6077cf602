"""Starts our programs so that they never outlive their parent, and that a Ctrl-C at the terminal reaches only it.

`python -m harness.lifeline PARENT_PID MODULE ARG...` asks the kernel for SIGKILL at the parent's death, then runs
MODULE as a program. (Linux; elsewhere the programs run without that protection.)
"""

from __future__ import annotations

import ctypes
import errno
import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_AUTOGROUP = Path("/proc/self/autogroup")
_ATTEMPTS = 20  # of one in the whole machine in a tenth of a second, which is what the kernel takes from its users
_PAUSE_S = 0.11


def die_with_parent(parent: int) -> None:
    """Ask for SIGKILL when `parent` dies; end at once if it is dead already."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(137)


def step_back(niceness: int) -> None:
    """Have every other program go first: `niceness` is 1 to 19.

    Where the kernel groups processes by session (sched(7), "The autogroup feature"), a process's own niceness counts
    within its session only, so that the whole session has to step back: only if it is this process's own.
    """
    os.nice(niceness)
    if os.getsid(0) != os.getpid():
        return
    for _ in range(_ATTEMPTS):
        try:
            _AUTOGROUP.write_text(f"{niceness}\n", encoding="ascii")
        except OSError as e:
            if e.errno != errno.EAGAIN:
                return  # this kernel does not group
            time.sleep(_PAUSE_S)
        else:
            return


def start(
    module: str,
    *arguments: str,
    stdin: int | IO[bytes] | None = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `python -P -m module arguments...` in a session of its own: no file of the current folder hides a module.

    Call from the main thread: the kernel ties the child to the thread that made it.
    """
    command = [sys.executable, "-P", "-m", "harness.lifeline", str(os.getpid()), module, *arguments]
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
    )


def main() -> None:
    """Tie this process to its parent and become the named program."""
    die_with_parent(int(sys.argv[1]))
    module = sys.argv[2]
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
