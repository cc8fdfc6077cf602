"""Conducts a run: starts each player program in turn, stops when asked to, journals why, settles what is open."""

from __future__ import annotations

import math
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Protocol

import msgspec

from harness.errors import GeneratorFault, HonninError
from harness.journal import RunFolder, SegmentWriter
from harness.lifeline import start
from harness.records.history import Interrupted, ReadersEnded, RecoveryPlayed, RunResumed
from harness.records.plan import Driver, Phase, PlanHeader
from harness.run.arrivals import Arrivals
from harness.run.crew import Crew
from harness.run.nights import changed_builds, next_confirmation, went_right
from harness.run.steer import fill_slots
from harness.run.stop_requests import StopRequests
from harness.run.vigil import Vigil
from harness.run.watch import Watch

_DRAIN_SLACK_S = 30.0  # beyond a phase's own drain time before its player is killed
_LOOK_EVERY_S = 0.1  # how soon Ctrl-C and a filling disk are noticed
_CONFIRMATIONS = 2  # of recovery in one sitting: what failed with one resident and kiosk is tried with others
_LAST_WORDS = 300  # characters of a program's last line that are worth a place in the verdict
_PROGRAMS = {Driver.QUIET: "kiosk_sim.quiet", Driver.ENGINE: "kiosk_sim.engine"}


class Exit(IntEnum):
    """Exit codes of player programs."""

    OK = 0
    GENERATOR_FAULT = 3
    INTERRUPTED = 4
    DISK_FULL = 5
    ADAPTER_FAULT = 6
    WORKER_LOST = 7


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A player's progress line."""

    phase: str = ""
    done: int = 0
    of: int = 0
    in_flight: int = 0
    port: int = 0  # where the program listens for workers; 0: it does not


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

    def count(self, key: str, done: int, of: int) -> None:
        """Say how far a step is that plays nothing."""
        ...


class Conductor:
    """Carries one run folder through its programs. Use from the main thread: children are tied to it."""

    def __init__(
        self,
        folder: RunFolder,
        header: PlanHeader,
        watch: Watch,
        announce: Announce,
        stop: StopRequests,
        crew: Crew | None = None,
        arrivals: Arrivals | None = None,
    ) -> None:
        """Open the supervisor's own segment; raise DiskFull. `crew` serves the engine's phases, if it has one.

        `arrivals` says when they are over before the plan is; without it they never are.
        """
        self._arrivals = arrivals or Arrivals(folder, Vigil(()), asks=False)
        self._crew = crew
        self._port = 0  # that the running program listens at
        self._playing = False  # it has told of an application
        self._folder = folder
        self._header = header
        self._watch = watch
        self._announce = announce
        self._stop_requests = stop
        self._known_requests = 0  # requests to stop that were acted on
        self._last_words = ""  # of the program that ended last
        number = 1 + sum(1 for p in folder.segments() if p.stem.startswith("supervisor-"))
        self._journal = SegmentWriter(folder, f"supervisor-{number}", folder.path.name)
        self._resumed = number > 1
        self.stopped_by = ""

    def conduct(self) -> None:
        """Prove the generator, play every phase, settle, read; a stop is journaled and never hidden.

        Raises GeneratorFault where the self-proof fails: then nothing was sent to the target.
        """
        self._watch.start()
        try:
            if self._resumed:
                self._quietly(lambda: self._journal.append(RunResumed(at_ns=time.monotonic_ns())))
            if self._assembled() and self._proven():
                self._receive()
                self._confirm_recovery()
                self._settle()
        finally:
            if self._crew is not None:
                self._crew.close()
            self._read()
            self._quietly(self._journal.close)

    def _assembled(self) -> bool:
        """Have the crew come, where there is one; return whether the run can begin."""
        if self._crew is None:
            return True
        missing = self._crew.assemble(self._journal.append, lambda: self._stop_requests.count > 0)
        if not self._stopping() and missing:
            self._stop(missing)
        return not self._stopping()

    def _proven(self) -> bool:
        """Prove the generator and see whether the target works; return whether anything may be played."""
        self._announce.say("self-proof")
        code = self._program("kiosk_sim.selfproof")
        if code == Exit.GENERATOR_FAULT:
            self._stop("self-proof failed")
            raise GeneratorFault(
                "the generator's self-proof failed, so nothing was sent to the target: "
                f"{_last_words(self._log('selfproof'), 0)}; see {self._log('selfproof')}"
            )
        if code != Exit.OK:
            self._stop(f"the self-proof {self._why(code)}")
        if self._stopping():
            return False
        self._announce.say("probe")
        code = self._program("kiosk_sim.probe")
        if code != Exit.OK:
            self._stop(f"the target did not answer the first probe: {self._last_words}")
        elif self._resumed and (changed := changed_builds(self._folder)):
            self._stop(changed)
        return not self._stopping()

    def _receive(self) -> None:
        """Play the phases while people may come."""
        try:
            self._quietly(lambda: self._arrivals.begin(self._journal.append))
            self._play_phases()
        finally:
            self._arrivals.end()

    def _play_phases(self) -> None:
        phases = [p for p in self._header.phases if not p.recovery]
        for number, phase in enumerate(phases, 1):
            if self._stopping():
                return
            if not self._anything_of(phase):
                continue
            self._announce.phase(phase, number, len(phases))
            code = self._play_phase(phase)
            if code != Exit.OK:
                self._stop(self._why_stopped(code, phase))

    def _anything_of(self, phase: Phase) -> bool:
        """Fill the slots of a phase; tell whether anything of it is to be played."""
        try:
            return fill_slots(self._folder, self._header, phase, self._journal.append)
        except (HonninError, OSError) as e:
            self._stop(str(e))
            return False

    def _play_phase(self, phase: Phase) -> int:
        """Run a phase's player, with the crew where it has one; return its exit code."""
        program, arguments = _PROGRAMS[phase.driver], ("--phase", phase.phase)
        crew = self._crew if phase.driver is Driver.ENGINE else None
        if crew is None:
            return self._program(program, *arguments, drain_s=phase.drain_s)
        code = self._program(program, *arguments, *crew.arguments(), drain_s=phase.drain_s, crewed=(crew, phase))
        fault = crew.end(phase)
        if fault and code == Exit.OK:
            self._last_words, code = fault, Exit.WORKER_LOST
        elif "exit code" in fault and code == Exit.WORKER_LOST:
            self._last_words = f"{self._last_words}; {fault}"
        return code

    def _why_stopped(self, code: int, phase: Phase) -> str:
        if code == Exit.DISK_FULL:
            return f"disk full: {self._last_words}"
        if code == Exit.INTERRUPTED:
            return self._stop_requests.reason or "stopped by a signal"  # sent to the player by somebody else
        if code == Exit.GENERATOR_FAULT:
            return f"generator fault in phase {phase.phase}: {self._last_words}"
        if code == Exit.ADAPTER_FAULT:
            return f"the adapter failed in every application of phase {phase.phase}: {self._last_words}"
        if code == Exit.WORKER_LOST:
            return self._last_words
        return f"the player of phase {phase.phase} {self._why(code)}"

    def _why(self, code: int) -> str:
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"{how}: {self._last_words}" if self._last_words else how

    def _confirm_recovery(self) -> None:
        """Have normal issues confirm the service, where the plan has such a phase, unless the user is in a hurry."""
        self._stopping()
        if self._known_requests > 1 or not any(p.recovery for p in self._header.phases):
            return
        name, reason, tries = "", "", 0
        while tries < _CONFIRMATIONS and (phase := next_confirmation(self._folder, self._header.phases)) is not None:
            name, tries = phase.phase, tries + 1
            self._announce.phase(phase, tries, _CONFIRMATIONS)
            code = self._play_phase(phase)
            reason = "" if code == Exit.OK else self._why_stopped(code, phase)
            if reason or went_right(self._folder, phase):
                break
        if reason:
            self._stop(reason)
        played = RecoveryPlayed(at_ns=time.monotonic_ns(), phase=name, reason=reason, tries=tries)
        self._quietly(lambda: self._journal.append(played))

    def _settle(self) -> None:
        """Ask after what is open, unless the user is in a hurry."""
        self._stopping()
        if self._known_requests > 1:
            return
        self._announce.say("settle")
        code = self._program("kiosk_sim.settle")
        if code != Exit.OK:
            self._stop(f"settling {self._why(code)}")

    def _read(self) -> None:
        """Wait for the readers; cut short by a Ctrl-C that comes meanwhile. Journal how they kept up."""
        self._announce.say("reading")
        before, watch = self._stop_requests.count, self._watch

        def impatient() -> bool:
            if watch.waiting:
                self._announce.count("reading", watch.read, watch.to_read)
            return self._stop_requests.count > before

        watch.finish(impatient)
        self._stopping()
        kept_up = ReadersEnded(
            at_ns=time.monotonic_ns(),
            processes=watch.readers,
            documents=watch.read,
            unread=watch.waiting,
            most_waiting=watch.most_waiting,
            longest_lag_ms=round(watch.longest_lag_s * 1000),
        )
        self._quietly(lambda: self._journal.append(kept_up))

    def _stopping(self) -> bool:
        """Journal a request to stop, or trouble, if there is any; return whether anything stopped this run."""
        self._known_requests = self._stop_requests.count
        if self._known_requests:
            self._stop(self._stop_requests.reason)
        elif trouble := self._trouble():
            self._stop(trouble)
        return bool(self.stopped_by)

    def _trouble(self) -> str:
        """Return why nothing more should be played, "" if nothing stands against it."""
        return self._watch.trouble or self._arrivals.over()

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

    def _log(self, program: str) -> Path:
        return self._folder.path / f"{program}.log"

    def _program(
        self, module: str, *arguments: str, drain_s: float = 30.0, crewed: tuple[Crew, Phase] | None = None
    ) -> int:
        """Run a program to its end; pass on Ctrl-C and a filling disk as SIGTERM; return its exit code."""
        log = self._log(module.rpartition(".")[2])
        try:
            errors = log.open("ab")
        except OSError as e:
            self._last_words = str(e)
            return Exit.DISK_FULL
        with errors:
            said_before = errors.tell()
            child = start(module, "--run", str(self._folder.path), *arguments, stdout=subprocess.PIPE, stderr=errors)
        listens = threading.Event()
        self._port = 0
        self._playing = False
        reader = threading.Thread(target=self._follow, args=(child, listens), daemon=True)
        reader.start()
        code = self._wait(child, listens, drain_s, crewed)
        reader.join(timeout=5)
        self._last_words = _last_words(log, said_before)
        self._stopping()  # a request that came meanwhile is why the program ended, however it did
        return code

    def _wait(
        self,
        child: subprocess.Popen[bytes],
        listens: threading.Event,
        drain_s: float,
        crewed: tuple[Crew, Phase] | None = None,
    ) -> int:
        """Wait for `child`; at the first request to stop it may drain, at the second or too late it is killed."""
        known, told, kill_at = self._known_requests, False, math.inf
        while True:
            try:
                return child.wait(timeout=_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                pass
            failed = self._look_after(crewed)
            asked = self._stop_requests.count - known
            if kill_at == math.inf and (asked or (not self.stopped_by and self._trouble())):
                self._stopping()
                self._announce.say("draining")
                kill_at = time.monotonic() + drain_s + _DRAIN_SLACK_S
            if (kill_at < math.inf or failed) and listens.is_set() and not told:
                child.send_signal(signal.SIGTERM)
                told = True
            if asked > 1 or time.monotonic() > kill_at:
                child.kill()
                if crewed:
                    crewed[0].kill()

    def _look_after(self, crewed: tuple[Crew, Phase] | None) -> bool:
        """Have the crew come as soon as the program listens; tell whether one failed before it could say so there."""
        if crewed is None:
            return False
        crew, phase = crewed
        if self._port:
            port, self._port = self._port, 0
            crew.begin(phase, port)
        return crew.look() and not self._playing

    def _follow(self, child: subprocess.Popen[bytes], listens: threading.Event) -> None:
        """Hand progress on; with its first line a program says that it listens to signals and ends in order."""
        assert child.stdout is not None
        decoder = msgspec.json.Decoder(Progress)
        with child.stdout:
            for line in child.stdout:
                try:
                    told = decoder.decode(line)
                except msgspec.DecodeError:
                    continue
                if told.port:
                    self._port = told.port
                else:
                    self._playing = True
                    self._announce.progress(told)
                listens.set()


def _last_words(log: Path, after: int) -> str:
    """Return the last line that a program wrote to its log behind byte `after`, "" where it wrote none."""
    with log.open("rb") as said:
        said.seek(after)
        lines = said.read().decode("utf-8", "replace").split("\n")
    return next((line.strip()[:_LAST_WORDS] for line in reversed(lines) if line.strip()), "")
