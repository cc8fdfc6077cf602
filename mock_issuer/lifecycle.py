"""How the issuer's processes begin and end: ready files, orderly ends, and none that outlives its parent."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec

_ENDS = frozenset({signal.SIGTERM, signal.SIGINT})
_ORDERLY_END_S = 15.0  # whoever takes longer after the parent's death is ended by force


def announce(file: Path, content: object) -> None:
    """Write a ready file (0600) that appears complete or not at all."""
    part = file.with_name(file.name + ".part")
    part.touch(mode=0o600)
    part.write_bytes(msgspec.json.encode(content))
    part.replace(file)


def hold_signals() -> None:
    """Keep SIGTERM and SIGINT for `wait_for_end`. Call before any thread starts: threads inherit it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)


def end_with(parent: int) -> None:
    """End this process in an orderly way when the process `parent` is gone.

    A watched pidfd, not PR_SET_PDEATHSIG: that one fires when the parent's *thread* ends.
    """
    threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # gone already
        select.select([os.pidfd_open(parent)], [], [])
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_ORDERLY_END_S)
    os._exit(1)


def wait_for_end(*, every_s: float, meanwhile: Callable[[], None]) -> None:
    """Return after SIGTERM, SIGINT or the parent's end; call `meanwhile` at intervals."""
    while signal.sigtimedwait(_ENDS, every_s) is None:
        try:
            meanwhile()
        except Exception:  # noqa: BLE001 - a boundary: failed housekeeping must not end the service
            traceback.print_exc()
