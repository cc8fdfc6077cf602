"""Plays a run's plan inside Locust's own command and under its own page; see scenarios/locustfile.py.

The run folder was laid out by `honnin run --lay-out`, and is recorded as `honnin run` records it: self-proof, probe,
quiet phases and the asking after what is open are the same programs. Nothing is judged here.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gevent
from gevent.event import Event
from locust import LoadTestShape, User, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.event import EventHook
from locust.exception import StopUser
from locust.runners import LocalRunner

from harness.errors import GeneratorFault, HonninError
from harness.journal import RunFolder
from harness.journal.plan_file import read_header, read_phase
from harness.lifeline import start
from harness.records.plan import Driver, Phase
from kiosk_sim.dealing import kiosks_in
from kiosk_sim.engine.fleet import Fleet, report
from kiosk_sim.engine.phase_play import PhasePlay
from kiosk_sim.engine.sockets import raise_file_limit
from kiosk_sim.engine.solo import SoloPlay
from kiosk_sim.exits import Exit, exit_code

_STAFFING_S = 60.0  # Locust asks its shape about once a second how many users there should be
_CLOSING_S = 60.0  # beyond the drain time, for journals to be closed before Locust's process ends


class _Stand:
    """The kiosks of the phase that is being played; Locust's users come here again for each phase."""

    def __init__(self) -> None:
        self.fleet: Fleet | None = None
        self.over = False
        self._changed = Event()

    def open(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self._changed.set()
        self._changed.clear()

    def close(self) -> None:
        self.over = True
        self._changed.set()

    def next_after(self, fleet: Fleet | None) -> Fleet:
        """Return the kiosks of the next phase; raise StopUser after the last."""
        while self.fleet is None or self.fleet is fleet:
            if self.over:
                raise StopUser
            self._changed.wait(1.0)
        return self.fleet


class _Conductor:
    """Plays a whole plan, phase after phase."""

    def __init__(self, run: Path, stand: _Stand) -> None:
        """Read the plan; raise ConfigError, UsageError."""
        self.folder = RunFolder.open(run)
        self.phases = read_header(self.folder.plan).phases
        self.drain_s = max((p.drain_s for p in self.phases), default=0.0)
        self.users = max((self._kiosks(p) for p in self.phases if p.driver is Driver.ENGINE), default=1)
        self._stand = stand
        self._playing: PhasePlay | None = None
        self._stopping = False
        self.code = 0

    def _kiosks(self, phase: Phase) -> int:
        _, batches = read_phase(self.folder.plan, phase.phase)
        return len(kiosks_in(a for b in batches for a in b.applications))

    def play(self) -> None:
        """Play everything that is left of the plan, then say what comes next."""
        try:
            self.code = self._program("selfproof") or self._program("probe") or self._phases()
            self._program("settle")
        except HonninError as e:
            print(e, file=sys.stderr)
            self.code = Exit.GENERATOR_FAULT
        finally:
            self._stand.close()
        print(f"recorded; the verdict: honnin judge {self.folder.path}", file=sys.stderr)

    def _phases(self) -> int:
        for phase in self.phases:
            code = Exit.INTERRUPTED if self._stopping else self._phase(phase)
            if code:
                return code
        return 0

    def _phase(self, phase: Phase) -> int:
        if phase.driver is Driver.QUIET:
            return self._program("quiet", "--phase", phase.phase)
        return exit_code(lambda: self._engine_phase(phase.phase))

    def _engine_phase(self, name: str) -> int:
        self._playing = _UnderLocust(self.folder.path, name, self._stand)
        try:
            return self._playing.play()
        finally:
            self._playing = None

    def _program(self, name: str, *arguments: str) -> int:
        with (self.folder.path / f"{name}.log").open("ab") as log:
            child = start(
                f"kiosk_sim.{name}", "--run", str(self.folder.path), *arguments, stdout=subprocess.DEVNULL, stderr=log
            )
        code = child.wait()
        if code:
            print(f"{name} ended with exit code {code}; see {self.folder.path}/{name}.log", file=sys.stderr)
        return code

    def stop(self) -> None:
        """No new arrivals; what is in flight drains."""
        self._stopping = True
        if self._playing is not None:
            self._playing.stop()


class _UnderLocust(SoloPlay):
    """A phase served by users that Locust's own command has started."""

    def __init__(self, run: Path, name: str, stand: _Stand) -> None:
        super().__init__(run, name)
        self._stand = stand

    def _stop_on_signals(self) -> None:
        """Signals are Locust's here; it tells us by its events."""

    def _staff(self) -> None:
        self._stand.open(self._fleet)
        if not self._fleet.staffed.wait(_STAFFING_S):
            raise GeneratorFault(f"Locust did not start {len(self._fleet.kiosks)} users within {_STAFFING_S:g} s")

    def _dismiss(self) -> int:
        self._fleet.dismiss()
        return 0


_stand = _Stand()


class Kiosk(User):
    """A kiosk of whichever phase is being played."""

    _served: Fleet | None = None

    @task
    def serve(self) -> None:
        """Serve one phase's customers at one kiosk, if there is one left for this user."""
        self._served = fleet = _stand.next_after(self._served)
        try:
            kiosk = fleet.claim()
        except StopUser:
            return  # more users than kiosks in this phase
        while (ticket := fleet.next(kiosk)) is not None:
            ended = fleet.serve(ticket)
            if ended is not None:
                report(self.environment, ticket.planned, ended)


class WholePlan(LoadTestShape):
    """One user for each kiosk until the plan has been played."""

    users = 1

    def tick(self) -> tuple[int, float] | None:
        """Return users and spawn rate; None ends the test."""
        return None if _stand.over else (self.users, float(self.users))


def _add_options(parser: LocustArgumentParser) -> None:
    what = "run folder, made by honnin run --lay-out"
    parser.add_argument("--run", type=Path, required=True, include_in_web_ui=False, help=what)
    parser.set_defaults(web_host="127.0.0.1")  # Locust's page has no login


def _prepare(environment: Environment, **_: object) -> None:
    if not isinstance(environment.runner, LocalRunner):
        sys.exit("several workers: use `honnin run --workers N` or `--expect-workers N`, which take in their journals")
    raise_file_limit()
    assert environment.parsed_options is not None
    try:
        conductor = _Conductor(environment.parsed_options.run, _stand)
    except HonninError as e:
        sys.exit(str(e))
    WholePlan.users = conductor.users
    environment.stop_timeout = conductor.drain_s
    _listen(environment, conductor)


def _listen(environment: Environment, conductor: _Conductor) -> None:
    playing: list[gevent.Greenlet] = []

    def begin(**_: object) -> None:
        if not playing:
            playing.append(gevent.spawn(conductor.play))

    def stop(**_: object) -> None:
        conductor.stop()

    def close(**_: object) -> None:
        conductor.stop()
        gevent.joinall(playing, timeout=conductor.drain_s + _CLOSING_S)
        environment.process_exit_code = conductor.code

    _listen_for(environment.events.test_start, begin)
    _listen_for(environment.events.test_stopping, stop)
    _listen_for(environment.events.quitting, close)


def _listen_for(hook: EventHook, listener: Callable[..., None]) -> None:
    hook.add_listener(listener)  # type: ignore[no-untyped-call]  # locust leaves its event hooks untyped


_listen_for(events.init_command_line_parser, _add_options)
_listen_for(events.init, _prepare)
