"""Conducts a run: starts each player program in turn, stops when asked to, journals why, settles what is open."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol, Self

import msgspec

from harness.errors import GeneratorFault, HonninError
from harness.journal import RunFolder, SegmentWriter
from harness.lifeline import start
from harness.records.history import Interrupted, RunResumed
from harness.records.plan import Driver, Phase, PlanHeader
from harness.run.watch import Watch

_DRAIN_SLACK_S = 30.0  # beyond a phase's own drain time before its player is killed
_PROGRAMS = {Driver.QUIET: "kiosk_sim.quiet", Driver.ENGINE: "kiosk_sim.engine"}


class Exit(IntEnum):
    """Exit codes of player programs."""

    OK = 0
    GENERATOR_FAULT = 3
    INTERRUPTED = 4
    DISK_FULL = 5


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A player's progress line."""

    phase: str = ""
    done: int = 0
    of: int = 0
    in_flight: int = 0


class StopRequests:
    """Counts Ctrl-C and SIGTERM instead of raising somewhere: programs are always waited for."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.count = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        """Take over SIGINT and SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(self, *exception: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _asked(self, number: int, frame: object) -> None:
        self.count += 1


class Announce(Protocol):
    """Where progress goes."""

    def phase(self, phase: Phase, number: int, of: int) -> None:
        """Say that a phase begins."""
        ...

    def progress(self, line: Progress) -> None:
        """Say how far the phase is."""
        ...

    def say(self, key: str, detail: str = "") -> None:
        """Say something else, by a key of texts."""
        ...


class Conductor:
    """Carries one run folder through its programs. Use from the main thread: children are tied to it."""

    def __init__(
        self, folder: RunFolder, header: PlanHeader, watch: Watch, announce: Announce, stop: StopRequests
    ) -> None:
        """Open the supervisor's own segment."""
        self._folder = folder
        self._header = header
        self._watch = watch
        self._announce = announce
        self._stop_requests = stop
        number = 1 + sum(1 for p in folder.segments() if p.stem.startswith("supervisor-"))
        self._journal = SegmentWriter(folder, f"supervisor-{number}", folder.path.name)
        self._resumed = number > 1
        self.stopped_by = ""

    def conduct(self) -> None:
        """Prove the generator, play every phase, settle; a stop is journaled and never hidden.

        Raises GeneratorFault where the self-proof fails: then nothing was sent to the target.
        """
        if self._resumed:
            self._journal.append(RunResumed(at_ns=time.monotonic_ns()))
        self._prove()
        if not self.stopped_by:
            self._play_phases()
            self._settle()
        if self._stop_requests.count:
            self._stop("ctrl-c")
        self._quietly(self._journal.close)

    def _prove(self) -> None:
        self._announce.say("self-proof")
        code = self._program("kiosk_sim.selfproof")
        if code == Exit.GENERATOR_FAULT:
            self._stop("self-proof failed")
            raise GeneratorFault(
                f"the generator's self-proof failed, so nothing was sent to the target; see {self._log('selfproof')}"
            )
        if code != Exit.OK:
            self._stop(f"self-proof ended with exit code {code}; see {self._log('selfproof')}")
            return
        self._announce.say("probe")
        if self._program("kiosk_sim.probe") != Exit.OK:
            self._stop(f"the target did not answer the first probe; see {self._log('probe')}")

    def _play_phases(self) -> None:
        for number, phase in enumerate(self._header.phases, 1):
            if self.stopped_by:
                return
            self._announce.phase(phase, number, len(self._header.phases))
            code = self._program(_PROGRAMS[phase.driver], "--phase", phase.phase, drain_s=phase.drain_s)
            if code != Exit.OK:
                self._stop(self._why(code, phase))

    def _why(self, code: int, phase: Phase) -> str:
        if self._watch.disk_low or code == Exit.DISK_FULL:
            return "disk full"
        if code == Exit.INTERRUPTED:
            return "ctrl-c"
        if code == Exit.GENERATOR_FAULT:
            return f"generator fault in phase {phase.phase}"
        return f"player of phase {phase.phase} died with exit code {code}"

    def _settle(self) -> None:
        self._announce.say("settle")
        code = self._program("kiosk_sim.settle")
        if code != Exit.OK:
            self._stop(f"settling ended with exit code {code}; see {self._log('settle')}")

    def _stop(self, reason: str) -> None:
        if self.stopped_by:
            return
        self.stopped_by = reason
        self._announce.say("stopped", reason)
        self._quietly(lambda: self._journal.append(Interrupted(at_ns=time.monotonic_ns(), reason=reason)))

    def _quietly(self, act: Callable[[], None]) -> None:
        """Go on after a full disk: the segment then stays open, and the judge sees that."""
        try:
            act()
        except (HonninError, OSError) as e:
            self.stopped_by = self.stopped_by or str(e)

    def _log(self, program: str) -> str:
        return str(self._folder.path / f"{program}.log")

    def _program(self, module: str, *arguments: str, drain_s: float = 30.0) -> int:
        """Run a program to its end; pass on Ctrl-C and a filling disk as SIGTERM; return its exit code."""
        name = module.rpartition(".")[2]
        with open(self._log(name), "ab") as log:  # noqa: PTH123
            child = start(module, "--run", str(self._folder.path), *arguments, stdout=subprocess.PIPE, stderr=log)
        reader = threading.Thread(target=self._follow, args=(child,), daemon=True)
        reader.start()
        code = self._wait(child, drain_s)
        reader.join(timeout=5)
        return code

    def _wait(self, child: subprocess.Popen[bytes], drain_s: float) -> int:
        """Wait for `child`; at the first request to stop it may drain, at the second or too late it is killed."""
        before, kill_at = self._stop_requests.count, float("inf")
        low_before = self._watch.disk_low
        while True:
            try:
                return child.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                pass
            asked = self._stop_requests.count
            if (asked > before or self._watch.disk_low > low_before) and kill_at == float("inf"):
                self._stop("ctrl-c" if asked > before else "disk full")
                child.send_signal(signal.SIGTERM)
                kill_at = time.monotonic() + drain_s + _DRAIN_SLACK_S
            if asked > before + 1 or time.monotonic() > kill_at:
                child.kill()

    def _follow(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        decoder = msgspec.json.Decoder(Progress)
        with child.stdout:
            for line in child.stdout:
                try:
                    self._announce.progress(decoder.decode(line))
                except msgspec.DecodeError:
                    continue
