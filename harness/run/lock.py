"""One supervisor a run folder: two at once would play applications twice."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import UsageError
from harness.journal import RunFolder


@contextmanager
def lock(folder: RunFolder) -> Iterator[None]:
    """Hold the run folder; raise UsageError where another process holds it. A dead holder holds nothing."""
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
        raise UsageError(f"{folder.path}: is being played by another honnin; wait for its end") from None
