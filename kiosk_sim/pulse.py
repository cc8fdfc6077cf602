"""Asks the target all the while how it is, where `stop_when` wants it: `python -m kiosk_sim.pulse --run DIR`.

It only journals; the supervisor decides. One probe on a connection of its own, one call of the health command, then a
pause. Runs until SIGTERM. Exit codes: 0 told to end, 5 disk full, 64 the run folder cannot be used.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.journal import read_manifest
from harness.journal.plan_file import read_header
from harness.records.history import Pulse
from harness.records.stop_when import StopWhen
from kiosk_sim.control import ask_health
from kiosk_sim.drivers.transport import Transport
from kiosk_sim.exits import Exit, exit_code
from kiosk_sim.stage import Stage, open_stage

_COMMAND_S = 30.0  # a health command that takes longer has failed
_PATIENCE_S = 2.0  # for a probe under way when told to end
_SAID = 200  # characters of a command's last line


def main(arguments: list[str] | None = None) -> int:
    """Watch a run's target; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.pulse", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder")
    given = parser.parse_args(arguments)
    return exit_code(lambda: watch(given.run))


def watch(run: Path) -> int:
    """Ask and journal until SIGTERM or SIGINT; raise UsageError or DiskFull."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stage = open_stage(run, "pulse", quiet=True, connections=1)
    threading.Thread(target=_cut_off, args=(stop, stage.transport), daemon=True).start()
    rules = [r for r in (stage.target.stop_when, read_header(stage.folder.plan).stop_when) if r.asks]
    folder = stage.folder.path / read_manifest(stage.folder).target_folder
    every_s = min((r.every_s for r in rules), default=StopWhen().every_s)
    while not stop.is_set():
        pulses = list(_ask(stage, rules, folder))
        for pulse in pulses if not stop.is_set() else ():  # what was cut off says nothing about the target
            stage.log.write(pulse)
        stop.wait(every_s)
    stage.close()
    return Exit.OK


def _cut_off(stop: threading.Event, transport: Transport) -> None:
    """Break off the probe that is under way a little after the end was asked for."""
    stop.wait()
    time.sleep(_PATIENCE_S)
    transport.break_off()


def _ask(stage: Stage, rules: Sequence[StopWhen], folder: Path) -> Iterator[Pulse]:
    """Make one round of what is wanted."""
    if any(r.probe_ms is not None for r in rules):
        begun_ns = time.monotonic_ns()
        health = ask_health(stage)
        probe_ms = round((time.monotonic_ns() - begun_ns) / 1e6, 3)
        failed = "" if health.alive else f"the probe failed: {health.reason}"
        yield Pulse(at_ns=time.monotonic_ns(), probe_ms=probe_ms, failed=failed)
    for command in dict.fromkeys(r.health_command for r in rules if r.health_command):
        yield Pulse(at_ns=time.monotonic_ns(), command=command, failed=_call(command, folder))


def _call(command: Sequence[str], folder: Path) -> str:
    """Call the user's command in the target file's folder; return why it failed, "" if it did not."""
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=_COMMAND_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the health command {name} took longer than {_COMMAND_S:.0f} s"
    except OSError as e:
        return f"the health command {name} cannot be called: {e.strerror}"
    said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:_SAID]
    told = f": {said}" if said else ""
    return f"the health command {name} ended with exit code {done.returncode}{told}" if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
