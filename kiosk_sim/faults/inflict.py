"""Inflicts planned faults that the target file allows, and undoes them; intent, effect and undoing are journaled."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Struct

from harness.journal import RunFolder
from harness.records.faults import AllowedFaults, Command, PlannedFault
from harness.records.history import FaultEnded, FaultStarted, HistoryRecord
from kiosk_sim.faults.orders import (
    Arm,
    Begun,
    Cleared,
    Impair,
    Impaired,
    LinkPlace,
    Undone,
    line,
    link_file,
    undone_file,
)
from kiosk_sim.faults.watchdog import run_command

M = TypeVar("M", bound=Struct)
_ANSWER_S = 10.0  # for a link's word, or a watchdog's start


class Inflictor:
    """Inflicts the faults of one player, each bounded."""

    def __init__(self, folder: RunFolder, allowed: AllowedFaults, write: Callable[[HistoryRecord], None]) -> None:
        """`write` journals."""
        self._folder = folder
        self._allowed = allowed
        self._write = write

    def inflict(self, planned: PlannedFault, batch: str, lasting: Callable[[float], None]) -> FaultEnded:
        """Have a fault begin, call `lasting` with its seconds, undo it; raise DiskFull.

        What cannot be inflicted is told by the result, and undone all the same.
        """
        command = next((c for c in self._allowed.command if c.name == planned.on), None)
        if planned.how is None and command is not None:
            ended = self._by_command(planned, command, batch, lasting)
        elif planned.how is not None and any(link.name == planned.on for link in self._allowed.link):
            ended = self._by_link(planned, batch, lasting)
        else:
            ended = _ended(planned, inflicted=False, reason=f"the target file does not allow {planned.on}")
        self._write(ended)
        return ended

    def _by_link(self, planned: PlannedFault, batch: str, lasting: Callable[[float], None]) -> FaultEnded:
        lasts_s = planned.lasts_ms / 1000.0
        self._begin(planned, batch, lasts_s)
        try:
            place = msgspec.json.decode(link_file(self._folder, planned.on).read_bytes(), type=LinkPlace)
            with socket.create_connection(("127.0.0.1", place.port), _ANSWER_S) as orders:
                answers = orders.makefile("rb")
                orders.sendall(line(Impair(token=place.token, planned=planned)))
                impaired = _read(answers.readline(), Impaired)
                if impaired.refused:
                    return _ended(planned, inflicted=False, reason=f"the link refused: {impaired.refused}")
                lasting(lasts_s)
                orders.sendall(b"\n")
                cleared = _read(answers.readline(), Cleared)
        except (OSError, msgspec.DecodeError) as e:
            return _ended(planned, inflicted=False, reason=f"the link {planned.on} cannot be reached: {e}")
        met = f"{cleared.connections} connections, {cleared.ended} of them ended, {cleared.bytes} bytes"
        return _ended(planned, inflicted=True, from_ns=impaired.at_ns, detail=met)

    def _by_command(
        self, planned: PlannedFault, command: Command, batch: str, lasting: Callable[[float], None]
    ) -> FaultEnded:
        self._begin(planned, batch, command.longest_s, command)
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "kiosk_sim.faults.watchdog"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
        ) as watchdog:
            try:
                return self._watched(planned, command, lasting, watchdog)
            except (OSError, msgspec.DecodeError) as e:
                failed = run_command(command.undo, command.command_s)
                reason = f"its watchdog failed ({e}), the player undid it" + (f": {failed}" if failed else "")
                return _ended(planned, inflicted=False, undone=not failed, reason=reason)

    def _watched(
        self,
        planned: PlannedFault,
        command: Command,
        lasting: Callable[[float], None],
        watchdog: subprocess.Popen[bytes],
    ) -> FaultEnded:
        """Have the watchdog, and nobody else, start the fault and undo it."""
        assert watchdog.stdin is not None
        assert watchdog.stdout is not None
        arm = Arm(
            fault=planned.fault,
            start=command.start,
            undo=command.undo,
            within_s=command.longest_s,
            command_s=command.command_s,
            told=str(undone_file(self._folder)),
        )
        watchdog.stdin.write(line(arm))
        begun = _read(watchdog.stdout.readline(), Begun)
        if not begun.failed:
            lasting(min(planned.lasts_ms / 1000.0, command.longest_s))
        watchdog.stdin.write(b"\n")
        undone = _read(watchdog.stdout.readline(), Undone)
        by = "" if undone.by == "player" else f"undone by the watchdog: {undone.by}"
        reason = "; ".join(filter(None, (begun.failed, by, undone.reason)))
        return _ended(planned, inflicted=not begun.failed, undone=undone.undone, reason=reason, from_ns=begun.at_ns)

    def _begin(self, planned: PlannedFault, batch: str, within_s: float, command: Command | None = None) -> None:
        undone_file(self._folder).parent.mkdir(mode=0o700, exist_ok=True)
        now_ns = time.monotonic_ns()
        self._write(
            FaultStarted(
                planned=planned,
                batch=batch,
                at_ns=now_ns,
                by_ns=now_ns + round(within_s * 1e9),
                command=command.start if command else (),
                undo=command.undo if command else (),
            )
        )


def _ended(
    planned: PlannedFault,
    *,
    inflicted: bool,
    undone: bool = True,
    reason: str = "",
    from_ns: int = 0,
    detail: str = "",
) -> FaultEnded:
    return FaultEnded(
        fault=planned.fault,
        at_ns=time.monotonic_ns(),
        inflicted=inflicted,
        undone=undone,
        reason=reason,
        from_ns=from_ns,
        detail=detail,
    )


def _read(said: bytes, kind: type[M]) -> M:
    """Return a line as a message; raise OSError where there is none, DecodeError."""
    if not said:
        raise ConnectionResetError("it ended")
    return msgspec.json.decode(said, type=kind)
