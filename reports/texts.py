"""The words of the page in both languages, kept in texts.toml where a reader of the language can mend them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from harness.glossary import WORDS, Lang, word

Say = Callable[..., str]
_NO_KEY = re.compile(r"[^A-Za-z0-9]+")


class Text(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text."""

    ja: str
    en: str


@cache
def texts() -> dict[str, Text]:
    """Return all texts of the page by key."""
    return msgspec.toml.decode(files("reports").joinpath("texts.toml").read_bytes(), type=dict[str, Text])


def speaker(lang: Lang) -> Say:
    """Return a function that gives a text by key, its {fields} filled in; KeyError names a key that is missing."""

    def say(key: str, **fields: object) -> str:
        text = texts()[key]
        template = text.ja if lang == "ja" else text.en
        return template.format(**fields) if fields else template

    return say


def term(prefix: str, key: str, lang: Lang) -> str:
    """Return the word for a term that another room chose: of texts.toml, else of the glossary, else the term itself."""
    text = texts().get(f"{prefix}_{_NO_KEY.sub('_', key)}")
    if text is not None:
        return text.ja if lang == "ja" else text.en
    return word(key, lang) if key in WORDS else key
