"""`--help` says what every option is for, in Japanese too."""

import re
from copy import deepcopy
from importlib import import_module

import click
import pytest

from harness.cli import VERBS
from harness.cli.option_texts import say_in_japanese

JAPANESE = re.compile("[ぁ-ヺ一-鿿]")


def options(command):
    yield from (p for p in command.params if isinstance(p, click.Option))
    for sub in getattr(command, "commands", {}).values():
        yield from options(sub)


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_explained_in_japanese_too(verb):
    module, attribute, *_ = VERBS[verb]
    command = deepcopy(getattr(import_module(module), attribute))
    say_in_japanese(command, verb)
    assert [o.opts[0] for o in options(command) if not JAPANESE.search(o.help or "")] == []
