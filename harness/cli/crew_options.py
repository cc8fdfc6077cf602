"""The options that say who serves the kiosks of load phases: this process, workers of this host, workers elsewhere."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from harness.cli.display import Display
from harness.cli.shared_options import FOLDER_OR_FILE
from harness.errors import UsageError
from harness.journal import RunFolder
from harness.run.crew import Crew, LocalCrew
from harness.run.remote_crew import Expected, RemoteCrew

T = TypeVar("T")
CrewOf = Callable[[RunFolder, Display], Crew | None]
"""Calls a run's crew together, None where the engine plays alone."""


def no_crew(folder: RunFolder, display: Display) -> Crew | None:
    """Let the engine play alone, in one process."""
    return None


def crew_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options to a command, which gets a `CrewOf` as its argument `crew`."""

    @click.option("--workers", type=click.IntRange(1, 64), default=1, help="processes that serve the kiosks under load")
    @click.option("--expect-workers", type=click.IntRange(1, 64), help="workers on other machines (honnin worker)")
    @click.option("--bind", default="127.0.0.1", metavar="HOST[:PORT]", help="this machine's address for them")
    @click.option("--invitation", type=FOLDER_OR_FILE, help="file to write for them [invitation.json]")
    @click.option("--join-timeout", type=click.FloatRange(1, 86_400), default=600.0, help="seconds to wait for them")
    @functools.wraps(command)
    def wrapped(
        *arguments: object,
        workers: int,
        expect_workers: int | None,
        bind: str,
        invitation: Path | None,
        join_timeout: float,
        **more: object,
    ) -> T:
        if expect_workers is None:
            return command(*arguments, crew=_here(workers), **more)
        if workers != 1:
            raise UsageError("--workers and --expect-workers: give one of them")
        host, port = address(bind)
        file = (invitation or Path("invitation.json")).resolve()
        expected = Expected(workers=expect_workers, host=host, port=port, invitation=file, join_s=join_timeout)
        return command(*arguments, crew=_elsewhere(expected), **more)

    return wrapped


def _here(workers: int) -> CrewOf:
    return no_crew if workers == 1 else lambda folder, _: LocalCrew(folder, workers)


def _elsewhere(expected: Expected) -> CrewOf:
    def crew(folder: RunFolder, display: Display) -> Crew:
        from kiosk_sim.parcels import parcels_for

        return RemoteCrew(folder, expected, functools.partial(parcels_for, folder.path), display.say)

    return crew


def address(text: str) -> tuple[str, int]:
    """Return host and port (0 where none is given) of HOST[:PORT]; raise UsageError."""
    host, colon, port = text.rpartition(":") if text.count(":") == 1 or text.startswith("[") else (text, "", "")
    if colon and not port.isdecimal():
        raise UsageError(f"{text!r}: give HOST or HOST:PORT, with a number from 1 to 65534")
    number = int(port or 0)
    if number > 65_534:
        raise UsageError(f"{text!r}: the port must leave room for the next one, which is used too: 65534 at most")
    return (host if colon else text).strip("[]"), number
