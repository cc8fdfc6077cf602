"""The options of every verb that ends in a verdict: its language, its form, and whether progress is shown."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import click
import msgspec

from harness.cli.display import Display
from harness.cli.shared_options import lang_option, quiet_option
from harness.glossary import Lang
from harness.journal import RunFolder
from harness.records.verdict import Outcome, Verdict
from reports import report_path, summary

T = TypeVar("T")
_EXIT = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCONCLUSIVE: 2}


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """How progress and verdict are told."""

    lang: Lang
    as_json: bool
    quiet: bool

    def display(self) -> Display:
        """Return the display that shows progress."""
        return Display(self.lang, self.quiet)

    def tell(self, verdict: Verdict, folder: RunFolder) -> int:
        """Print the verdict, as JSON for programs, in words and paths for people; return its exit code."""
        if self.as_json:
            lines = [msgspec.json.encode(verdict).decode()]
        else:
            lines = [summary(verdict, self.lang), str(report_path(folder, self.lang))]
        with suppress(OSError):  # verdict and report are kept, and a lost terminal must not alter the exit code
            for line in lines:
                click.echo(line)
        return _EXIT[verdict.outcome]


def verdict_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options to a command, which gets a `Telling` as its argument `telling`."""

    @lang_option
    @click.option("--json", "as_json", is_flag=True, help="print the verdict as JSON on standard output")
    @quiet_option
    @functools.wraps(command)
    def wrapped(*arguments: object, lang: Lang, as_json: bool, quiet: bool, **more: object) -> T:
        return command(*arguments, telling=Telling(lang=lang, as_json=as_json, quiet=quiet), **more)

    return wrapped
