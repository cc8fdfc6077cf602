"""Gives memory that Python freed back to the system: what building an index took must not stay with the index."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return freed memory to the system, where its C library can (glibc keeps half of what building took)."""
    if sys.platform.startswith("linux") and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
