"""The links between parts of the target that lead through honnin: up before a run begins, and some time after it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.config import load_toml
from harness.errors import UsageError
from harness.journal import RunFolder
from harness.records.faults import Link
from harness.records.target import Target

_READY_S = 30.0  # start of a small Python program, on a busy machine
# They end by themselves, some time after the run; until then nobody may take them for forgotten children.
_staying: list[subprocess.Popen[bytes]] = []


@contextmanager
def links(folder: RunFolder) -> Iterator[None]:
    """Have every link of a run's target file pass; raise UsageError naming the one that cannot.

    Each is a program in a session of its own: it goes on passing, unimpaired, for `links_stay_s` after this ends,
    however it ends.
    """
    allowed = load_toml(folder.target, Target).faults
    started: list[subprocess.Popen[bytes]] = []
    try:
        for link in allowed.link:
            started.append(_start(folder, link, allowed.links_stay_s))
            _await(folder, link, started[-1])
        yield
    finally:
        for child in started:
            assert child.stdin is not None
            child.stdin.close()
        _staying.extend(started)


def _start(folder: RunFolder, link: Link, stays_s: float) -> subprocess.Popen[bytes]:
    ready = _ready(folder, link)
    ready.parent.mkdir(mode=0o700, exist_ok=True)
    ready.unlink(missing_ok=True)
    options = ("--listen", link.listen, "--to", link.to, "--ready-file", str(ready), "--stays-s", str(stays_s))
    with _log(folder, link).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "kiosk_sim.faults.link", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )


def _await(folder: RunFolder, link: Link, child: subprocess.Popen[bytes]) -> None:
    by = time.monotonic() + _READY_S
    while not _ready(folder, link).exists():
        if child.poll() is not None or time.monotonic() > by:
            said = _log(folder, link).read_text(errors="replace").strip().splitlines()
            why = said[-1] if said else f"it did not start within {_READY_S:g} s"
            raise UsageError(
                f"link {link.name} of the target file: {why}; end what uses this address, or choose another. "
                "(The link of an earlier run stays for `links_stay_s`.)"
            )
        time.sleep(0.02)


def _ready(folder: RunFolder, link: Link) -> Path:
    return folder.path / "faults" / f"link-{link.name}.json"


def _log(folder: RunFolder, link: Link) -> Path:
    return folder.path / f"link-{link.name}.log"
