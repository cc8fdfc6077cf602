"""Exit codes of player programs; the supervisor tells them apart."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a player program ended."""

    OK = 0
    NOT_ALIVE = 1  # probe only: the target does not work
    GENERATOR_FAULT = 3
    INTERRUPTED = 4
    DISK_FULL = 5
    USAGE = 64
