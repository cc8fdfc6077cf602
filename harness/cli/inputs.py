"""What is played, with whom, and where to: the options that say it, read and checked before anything is made."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from harness.baseline.folder import check_usable
from harness.campaign import Scenario
from harness.cli.playable import check_playable
from harness.cli.shared_options import FOLDER_OR_FILE, out_option
from harness.config import load_toml
from harness.errors import UsageError
from harness.population import load
from harness.records.target import Target
from harness.run.allow import check_allowed
from harness.run.prepare import Request

T = TypeVar("T")


class Inputs(Struct, frozen=True, kw_only=True):
    """What the options say; None is what target file and scenario say."""

    out: Path
    population: Path | None = None
    cards: Path | None = None
    seed: int | None = None


def input_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options to a command, which gets `Inputs` as its argument `inputs`."""

    @click.option("--population", type=FOLDER_OR_FILE, help="population folder (default: the target file's)")
    @click.option("--cards", type=FOLDER_OR_FILE, help="cards folder (default: the target file's)")
    @out_option
    @click.option("--seed", type=int, help="another order, other gaps, people, options (default: the scenario's, or 1)")
    @functools.wraps(command)
    def wrapped(
        *arguments: object, population: Path | None, cards: Path | None, out: Path, seed: int | None, **more: object
    ) -> T:
        inputs = Inputs(population=population, cards=cards, out=out, seed=seed)
        return command(*arguments, inputs=inputs, **more)

    return wrapped


def load_request(campaign: Scenario, target_file: Path, inputs: Inputs, confirmed: tuple[str, ...] = ()) -> Request:
    """Read every input of something that will be played; raise UsageError at the first that is wrong.

    `confirmed` are the hosts beyond loopback that may be tested.
    """
    target = load_toml(target_file, Target)
    check_allowed(target, confirmed)
    probes = check_playable(target, target_file.resolve())
    request = request_of(campaign, target, target_file, inputs)
    return replace(request, confirmed_hosts=confirmed, probes=probes)


def request_of(campaign: Scenario, target: Target, target_file: Path, inputs: Inputs) -> Request:
    """Put a request together; raise UsageError where no population is named, or it cannot be read."""
    base = target_file.resolve().parent
    people = inputs.population or (base / target.population if target.population else None)
    if people is None:
        raise UsageError(f'{target_file}: no population; write population = "FOLDER" there or give --population')
    box = inputs.cards or (base / target.cards if target.cards else None)
    return Request(
        scenario=campaign,
        target=target,
        target_file=target_file.resolve(),
        population=load(people),
        population_folder=people.resolve(),
        cards_folder=box.resolve() if box else None,
        out=inputs.out.resolve(),
        seed=campaign.seed if inputs.seed is None else inputs.seed,
    )


def with_baseline(request: Request, baseline: Path) -> Request:
    """Return the request with a baseline to compare with; raise UsageError where it cannot be used."""
    return replace(request, baseline=check_usable(baseline, request.population.digest, request.target.name))
