"""The two actions beside the network: waiting for a file, and running a program that the target file allows."""

from __future__ import annotations

import glob
import os
import subprocess
import time
from pathlib import Path

from harness.records.history import Answer
from harness.records.target import Target
from kiosk_sim.targets.actions import AwaitFile, Failed, FileArrived, Ran, Run

_POLL_S = 0.05  # far below any print's duration
_MAX_OUTPUT = 1_000_000


def await_file(action: AwaitFile, max_bytes: int) -> FileArrived | Failed:
    """Wait until a file matches and has the same size in two looks; return it, or say why not."""
    by = time.monotonic() + action.timeout_ms / 1000.0
    sizes: dict[str, int] = {}
    while True:
        for path in sorted(glob.glob(action.pattern)):  # noqa: PTH207  the pattern is absolute, which Path.glob refuses
            size = _size(path)
            if size is not None and sizes.get(path) == size:
                return _take(path, size, max_bytes)
            sizes[path] = -1 if size is None else size
        if time.monotonic() >= by:
            return Failed(answer=Answer.TIMEOUT, reason=f"no file matched within {action.timeout_ms:g} ms")
        time.sleep(_POLL_S)


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size if Path(path).is_file() else None
    except OSError:
        return None


def _take(path: str, size: int, max_bytes: int) -> FileArrived | Failed:
    if size > max_bytes:
        return Failed(answer=Answer.TOO_LARGE, reason=f"the file has {size} bytes; the limit is {max_bytes}")
    try:
        return FileArrived(path=path, body=Path(path).read_bytes())
    except OSError as e:
        return Failed(answer=Answer.RESET, reason=f"the file could not be read: {e.strerror}")


def run_program(action: Run, target: Target) -> Ran | Failed:
    """Run an allowed program without a shell and with an empty standard input; bounded in time and output."""
    allowed = target.extra.get("commands", "").split(os.pathsep)
    if not action.argv or action.argv[0] not in allowed:
        return Failed(
            answer=Answer.UNREACHABLE,
            reason="the program is not allowed; list its absolute path in extra.commands of the target file",
        )
    try:
        done = subprocess.run(
            action.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=action.timeout_ms / 1000.0,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Failed(answer=Answer.TIMEOUT, reason=f"the program ran longer than {action.timeout_ms:g} ms; ended")
    except OSError as e:
        return Failed(answer=Answer.UNREACHABLE, reason=f"the program could not be started: {e.strerror}")
    return Ran(exit_code=done.returncode, output=done.stdout[:_MAX_OUTPUT])
