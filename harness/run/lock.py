"""One supervisor a run folder: two at once would play applications twice, or judge what is still being recorded."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import UsageError
from harness.journal import RunFolder

_LOCKS = Path("/proc/locks")  # Linux; elsewhere the holder is not named
_COMMAND_SHOWN = 200


@contextmanager
def lock(folder: RunFolder) -> Iterator[None]:
    """Hold the run folder; raise UsageError naming the process that holds it. A dead holder holds nothing."""
    file = os.open(folder.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _take(file, folder)
        yield
    finally:
        os.close(file)


def _take(file: int, folder: RunFolder) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(
            f"{folder.path}: is being played or judged by another honnin{_holder(file)}; "
            "wait for its end, or end it with Ctrl-C there, then ask again"
        ) from None


def _holder(file: int) -> str:
    """Return who holds the lock of an open file, as far as the system tells."""
    try:
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return ""
    inode = str(os.fstat(file).st_ino)
    # number, FLOCK, ADVISORY, WRITE, process, major:minor:inode, from, to
    held = [fields for line in lines if len(fields := line.split()) == 8 and fields[5].rpartition(":")[2] == inode]
    processes = [fields[4] for fields in held if fields[1] == "FLOCK" and fields[4].isdecimal()]
    return f" ({_command(processes[0])})" if processes else ""


def _command(process: str) -> str:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
    except OSError:
        return f"process {process}"
    return f"process {process}: {' '.join(words)[:_COMMAND_SHOWN]}"
