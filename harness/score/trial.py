"""One trial: the command that people use plays a scenario, and is told to end once it has shown enough."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.errors import HonninError
from harness.journal import RunFolder
from harness.lifeline import start
from harness.records.verdict import Verdict
from harness.score.lookout import Lookout, Sought

_LOOK_EVERY_S = 0.3
_LONGEST_S = 1800.0  # of a run with its judging; ten times what a campaign takes
_ENDS_S = 60.0  # after which a run that was told to end is killed
_LAST_WORDS = 500  # characters


class Trial(Struct, frozen=True, kw_only=True):
    """What came of a run."""

    folder: RunFolder
    verdict: Verdict
    stopped: bool  # before its plan was played


def play(
    scenario: str, target_file: Path, seed: int, out: Path, sought: Sought, confirmed: tuple[str, ...] = ()
) -> Trial:
    """Play a scenario to its verdict, stopping early once `sought` is seen; call from the main thread.

    What was seen early is provisional: where the verdict does not confirm it, the run is resumed and played to its
    end. `out` must be empty; `confirmed` are hosts beyond loopback that may be tested. Raises HonninError where no
    verdict comes.
    """
    arguments = ["run", scenario, "--target", str(target_file), "--out", str(out), "--seed", str(seed)]
    arguments += [word for host in confirmed for word in ("--i-may-test", host)]
    lookout = Lookout(out, sought)
    try:
        verdict = _verdict(arguments, out, lookout)
        folder = lookout.folder()
    finally:
        lookout.close()
    if folder is None:
        raise HonninError(f"{out}: the run left no folder; look at {out}/honnin.log")
    if _cut_short(verdict) and not sought(verdict.findings):
        verdict = _verdict(["resume", str(folder.path)], out, None)
    return Trial(folder=folder, verdict=verdict, stopped=_cut_short(verdict))


def _cut_short(verdict: Verdict) -> bool:
    return any(reason.code == "interrupted" for reason in verdict.reasons)


def _verdict(arguments: list[str], out: Path, lookout: Lookout | None) -> Verdict:
    """Run honnin to its verdict; end it once the lookout has seen enough. Raises HonninError with its last words."""
    said, log = out / "verdict.txt", out / "honnin.log"
    out.mkdir(parents=True, exist_ok=True)
    told, until = False, time.monotonic() + _LONGEST_S
    with said.open("wb") as stdout, log.open("ab") as stderr:
        child = start("harness.cli", *arguments, "--json", "--quiet", "--lang", "en", stdout=stdout, stderr=stderr)
        with _ended_with_us(child):
            while child.poll() is None and time.monotonic() < until:
                time.sleep(_LOOK_EVERY_S)
                if lookout is not None and not told and lookout.seen():
                    told = True
                    child.terminate()
    try:
        return msgspec.json.decode(said.read_bytes(), type=Verdict)
    except msgspec.DecodeError:
        tail = log.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:].strip()
        raise HonninError(f"honnin {arguments[0]} ended with exit code {child.returncode}: {tail}") from None


@contextmanager
def _ended_with_us(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a run that still goes on when the block is left, by force if it must be."""
    try:
        yield
    finally:
        if child.poll() is None:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=_ENDS_S)
            child.kill()
            child.wait()
