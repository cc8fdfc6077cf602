"""The supervisor of a worker on another machine: joins a run, plays what it is told, hands everything over.

Never imports locust; the player is a program of its own, as in `honnin run`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import harness
from harness.errors import HonninError, UsageError
from harness.handover.carrier import Carrier
from harness.handover.client import HandoverClient
from harness.handover.invitation import Invitation
from harness.handover.messages import WIRE_VERSION, Errand, Join, Joined, PhaseDone, Proven
from harness.journal import RunFolder, read_history
from harness.lifeline import start
from harness.records.history import SelfProof

_LOOK_S = 0.1
_DRAIN_SLACK_S = 60.0  # beyond drain time and the silence after which a player gives its master up
_LAST_WORDS = 300
_SAY = Callable[[str, str], None]


class RemoteWorker:
    """One worker of one run, from joining to the end of the run."""

    def __init__(
        self, master: str, invitation: Invitation, work: Path, patience_s: float, say: _SAY, *, keep: bool = False
    ) -> None:
        """`master` is the address that this machine reaches the run at, `work` where its folder is made.

        With `keep` the folder stays when everything in it has been handed over.
        """
        self._keep = keep
        self._master = master
        self._work = work
        self._say = say
        self._client = HandoverClient(master, invitation, patience_s)
        self._handed_over: set[Path] = set()
        self._ready = False

    def run(self, check: Callable[[RunFolder], None], stop: Callable[[], bool]) -> int:
        """Take part until the run ends; return 0, or 2 where something was not handed over.

        `check` refuses a target by raising. Raises UsageError, Unreachable.
        """
        join = Join(
            version=WIRE_VERSION,
            honnin=harness.__version__,
            host=os.uname().nodename,
            pid=os.getpid(),
            once=secrets.token_hex(16),
        )
        joined = self._client.join(join)
        self._say("joined", f"{joined.run} · {joined.worker} ({joined.place + 1}/{joined.workers})")
        folder = RunFolder.create(self._work / f"{joined.run}-w{joined.worker}")
        try:
            self._unpack(folder)
            self._consent(folder, check)
            self._be_ready(folder)
            return self._follow(folder, joined, stop)
        finally:
            self._clear(folder)

    def _consent(self, folder: RunFolder, check: Callable[[RunFolder], None]) -> None:
        """Give the place back where `check` refuses: whoever started this worker may start it again, otherwise."""
        try:
            check(folder)
        except HonninError:
            shutil.rmtree(folder.path)
            with contextlib.suppress(HonninError):
                self._client.leave()
            raise

    def _clear(self, folder: RunFolder) -> None:
        """Leave no card behind, however it ended, and nothing at all of what the run folder has now."""
        if self._keep:
            return
        nothing_lost = self._ready and self._handed_over.issuperset((*folder.segments(), *folder.packs()))
        for path in [folder.path] if nothing_lost else [folder.path / "cards", folder.path / "target"]:
            shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Close the connection to the master."""
        self._client.close()

    def _unpack(self, folder: RunFolder) -> None:
        """Fetch what this worker needs into a folder of its own (0700)."""
        for parcel in self._client.parcels():
            path = folder.path / parcel.name
            if not path.resolve().is_relative_to(folder.path.resolve()):
                raise UsageError(f"the master sent a file for a place outside this worker's folder: {parcel.name}")
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(self._client.fetch(parcel))

    def _be_ready(self, folder: RunFolder) -> None:
        proof = self._prove(folder)
        self._client.proven(proof)
        if not proof.passed:
            raise UsageError(f"the generator's self-proof failed on this machine; see {folder.path}/selfproof.log")
        self._ready = True

    def _prove(self, folder: RunFolder) -> Proven:
        self._say("self-proof", "")
        with (folder.path / "selfproof.log").open("ab") as log:
            start("kiosk_sim.selfproof", "--run", str(folder.path), stdout=subprocess.DEVNULL, stderr=log).wait()
        proofs = [e.record for e in read_history(folder) if isinstance(e.record, SelfProof)]
        for path in (*folder.segments(), *folder.packs()):
            path.rename(folder.path / path.name)  # what is handed over is what was played
        if not proofs:
            return Proven(passed=False, checks=())
        return Proven(passed=proofs[-1].passed, checks=proofs[-1].checks)

    def _follow(self, folder: RunFolder, joined: Joined, stop: Callable[[], bool]) -> int:
        """Do one errand after the other until the run is over, or this worker is told to stop."""
        number, code = 0, 0
        while not stop():
            errand = self._client.errand_after(number)
            number = errand.number
            if errand.what == "play":
                self._say("phase", errand.phase)
                code = max(code, self._play(folder, joined, errand, stop))
            elif errand.what == "end":
                self._say("end", "")
                return code
        return code

    def _play(self, folder: RunFolder, joined: Joined, errand: Errand, stop: Callable[[], bool]) -> int:
        carrier = Carrier(folder, self._client, self._handed_over)
        carrier.start()
        log = folder.path / "worker.log"
        exit_code = self._player(folder, joined, errand, log, stop)
        try:
            files = carrier.finish()
        except HonninError as e:
            self._say("kept", f"{folder.path}: {e}")
            return 2
        said = _last_line(log) if exit_code else ""
        self._client.done(PhaseDone(phase=errand.phase, exit_code=exit_code, said=said, files=files))
        self._say("handed-over", f"{errand.phase}: {len(files)}")
        return 0

    def _player(self, folder: RunFolder, joined: Joined, errand: Errand, log: Path, stop: Callable[[], bool]) -> int:
        """Run the player of a phase to its end; at a request to stop it may drain."""
        options = {
            "run": folder.path,
            "phase": errand.phase,
            "worker": joined.worker,
            "place": joined.place,
            "workers": joined.workers,
            "master": f"{self._master}:{errand.port}",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        with log.open("ab") as errors:
            child = start("kiosk_sim.engine.worker", *arguments, stdout=subprocess.DEVNULL, stderr=errors)
        told_at = 0.0
        while child.poll() is None:
            time.sleep(_LOOK_S)
            if stop() and not told_at:
                told_at = time.monotonic()
                child.terminate()
            if told_at and time.monotonic() > told_at + errand.drain_s + _DRAIN_SLACK_S:
                child.kill()
        return child.returncode


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line[:_LAST_WORDS] for line in reversed(lines) if line.strip()), "")
