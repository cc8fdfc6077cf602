"""As many sockets as the system lets us have: each kiosk holds one."""

from __future__ import annotations

import contextlib
import resource


def raise_file_limit() -> None:
    """Raise this process's limit of open files to the most that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
