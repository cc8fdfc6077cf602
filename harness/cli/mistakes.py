"""What the user did wrong, in Japanese: errors are raised with English messages, and told here in the user's language.

A message is told clause by clause where rules know all of them, else whole where one does; what no rule knows stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from harness.cli.mistake_texts import RULES
from harness.errors import ConfigError
from harness.glossary import Lang, default_lang

_COMPILED = tuple((re.compile(pattern, re.DOTALL), ja) for pattern, ja in RULES)
_PLACES = (
    (re.compile(r"line (\d+)"), r"\1 行目"),
    (re.compile(r"^top level$"), "最上位"),
    (re.compile("^heading$"), "見出し"),
)


def chosen_lang(arguments: Sequence[str]) -> Lang:
    """Return the language of `--lang` among the arguments, else the user's own."""
    for at, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang":
            value = "".join(arguments[at + 1 : at + 2])
        if value in {"ja", "en"}:
            return "ja" if value == "ja" else "en"
    return default_lang()


def told(error: Exception, lang: Lang) -> str:
    """Return an error's message in the language."""
    if lang == "en":
        return str(error)
    if isinstance(error, ConfigError):
        place = error.place
        for pattern, ja in _PLACES:
            place = pattern.sub(ja, place)
        return ": ".join(part for part in (error.file, place, _japanese(error.reason)) if part)
    return _japanese(str(error))


def told_usage(error: click.ClickException, lang: Lang) -> str:
    """Return what the command line itself refuses: how the verb is used, and what was wrong."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    lines = []
    if context is not None:
        usage, help_of = context.get_usage(), context.command_path
        lines = [
            usage.replace("Usage:", "使い方:", 1) if lang == "ja" else usage,
            f"詳しくは {help_of} --help" if lang == "ja" else f"Try '{help_of} --help' for help.",
        ]
    message = error.format_message()
    return "\n".join([*lines, f"誤り: {_japanese(message)}" if lang == "ja" else f"Error: {message}"])


def _japanese(message: str) -> str:
    clauses = message.split("; ")
    known = [told for clause in clauses if (told := _by_rule(clause)) is not None]
    if len(known) == len(clauses):  # before the whole: a rule that ends with any text would take the clauses behind it
        return "。".join(known)
    whole = _by_rule(message)
    return "。".join(map(_clause, clauses)) if whole is None else whole


def _clause(clause: str) -> str:
    """Tell one clause; where no rule knows it, what follows a name like `path: ` may still be known."""
    told = _by_rule(clause)
    if told is not None:
        return told
    what, colon, rest = clause.partition(": ")
    return f"{what}: {_clause(rest)}" if colon else clause


def _by_rule(text: str) -> str | None:
    for pattern, ja in _COMPILED:
        if match := pattern.fullmatch(text):
            return ja.format(*(_by_rule(part or "") or part or "" for part in match.groups()))
    return None
