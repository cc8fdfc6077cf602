"""The options of a sweep: how fast and how many at once; taken by `honnin sweep`, and by `honnin plan sweep`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import click
from msgspec.structs import replace

from harness.campaign import Scenario
from harness.campaign.scenario import Sweep, sweeps
from harness.errors import UsageError

T = TypeVar("T")
Paced = Callable[[Scenario], Scenario]
"""Puts the options into a scenario's sweep."""


def sweep_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options to a command, which gets a `Paced` as its argument `paced`."""

    @click.option("--per-minute", type=click.FloatRange(0.1, 6000), help="sweep: begin at most so many applications")
    @click.option("--parallel", type=click.IntRange(1, 16), help="sweep: so many applications at once (default: 1)")
    @functools.wraps(command)
    def wrapped(*arguments: object, per_minute: float | None, parallel: int | None, **more: object) -> T:
        return command(*arguments, paced=_paced(per_minute, parallel), **more)

    return wrapped


def _paced(per_minute: float | None, parallel: int | None) -> Paced:
    def paced(scenario: Scenario) -> Scenario:
        if per_minute is None and parallel is None:
            return scenario
        if not sweeps(scenario):
            raise UsageError(f"--per-minute and --parallel: scenario {scenario.name} has no sweep; leave them out")
        phases = (_set(p, per_minute, parallel) if isinstance(p, Sweep) else p for p in scenario.phase)
        return replace(scenario, phase=tuple(phases))

    return paced


def _set(phase: Sweep, per_minute: float | None, parallel: int | None) -> Sweep:
    if per_minute is not None:
        phase = replace(phase, per_minute=per_minute)
    return phase if parallel is None else replace(phase, parallel=parallel)
