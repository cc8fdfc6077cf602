"""The options that give a sitting its window: for how long, or until when, the target may be used."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import click

from harness.campaign.window import window_end
from harness.run.prepare import JST

T = TypeVar("T")


def window_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options to a command, which gets the window's end as its argument `ends`, None without a window."""

    @click.option(
        "--budget",
        default="",
        metavar="90s|10m|2h|night",
        help="leave the target alone after so long; arrivals end early enough to drain and to confirm that it works",
    )
    @click.option("--until", default="", metavar="HH:MM", help="the same by time of day, Japan time (night: 05:30)")
    @functools.wraps(command)
    def wrapped(*arguments: object, budget: str, until: str, **more: object) -> T:
        return command(*arguments, ends=window_end(budget, until, datetime.now(JST)), **more)

    return wrapped
