"""Renders the page: templates with automatic escaping, and every text made harmless before it is shown.

All that a target sent may be hostile. Besides HTML escaping, control and direction-changing characters are
shown as what they are, so that no name can reorder or hide the words around it.
"""

from __future__ import annotations

import re
from functools import partial
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.assurance.bounds import rounded_up
from harness.glossary import Lang, item_word, kind_word, word
from harness.sentences import in_japanese, seen
from reports.clock import calendar_day, day_and_time, duration, time_of_day
from reports.texts import speaker, term

_MOST_CHARACTERS = 2_000  # of one value: a page that a hostile answer makes endless is not readable
# Controls, format characters that change direction or are invisible, private use, lone surrogates. Variation
# selectors and joiners stay: names are written with them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_TYPED = re.compile("`([^`]+)`")
_HEX = re.compile("[0-9a-f]+")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


def shown(value: object) -> object:
    """Return what a page may show of `value`: text without unseen characters, cut where it is far too long."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    rest = len(value) - _MOST_CHARACTERS
    text = value[:_MOST_CHARACTERS] + f" … (+{rest})" if rest > 0 else value
    return _PRIVATE.sub(_gaiji, _UNSEEN.sub(_code, text))


def _code(match: re.Match[str]) -> str:
    return f"‹U+{ord(match[0]):04X}›"


def _gaiji(match: re.Match[str]) -> str:
    """A private-use character (外字) has no glyph on the reader's machine: show the geta mark and its code."""
    return f"〓‹U+{ord(match[0]):04X}›"


def short(digest: str) -> str:
    """Return the first digits of a digest, enough to tell files apart."""
    return f"{digest[:12]}…" if len(digest) > 12 else digest


def digest_or_text(text: str) -> str:
    """Return a value shortened if it is a digest: 64 digits would break a table and say no more."""
    return short(text) if len(text) == 64 and _HEX.fullmatch(text) else text


def told_bound(probability: float | None) -> str:
    """Return a bound to two digits, rounded up, and as a percentage; "" where there is none."""
    if not probability:
        return ""
    bound = rounded_up(probability)
    return f"{bound:.2g} ({bound * 100:.2g} %)"


def with_commands(sentence: str) -> Markup:
    """Return a sentence with what is to be typed, `so`, set apart; everything else of it is escaped."""
    return Markup(_TYPED.sub(r"<code>\1</code>", str(escape(shown(sentence)))))  # noqa: S704 escaped before


def environment(lang: Lang) -> Environment:
    """Return the environment of the templates in one language."""
    env = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        lang=lang,
        t=speaker(lang),
        word=partial(_spoken, lang),
        term=lambda prefix, key: term(prefix, key, lang),
        both=lambda ja, en: ja if lang == "ja" else en,
        item_word=lambda item: item_word(item, lang),
        kind_word=lambda kind: kind_word(kind, lang),
        ours=lambda sentence: in_japanese(sentence) if lang == "ja" else sentence,
        seen=lambda evidence: seen(evidence, lang),
        css=Markup(files("reports").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704 ours
    )
    env.filters.update(
        when=partial(_when, lang),
        clock=time_of_day,
        duration=partial(_duration, lang),
        day=partial(_day, lang),
        short=short,
        digest=digest_or_text,
        count=_count,
        bound=told_bound,
        commands=with_commands,
    )
    return env


def _spoken(lang: Lang, key: str) -> str:
    return word(key, lang)


def _when(lang: Lang, wall_ns: int) -> str:
    return day_and_time(wall_ns, lang)


def _duration(lang: Lang, nanoseconds: int) -> str:
    return duration(nanoseconds, lang)


def _day(lang: Lang, iso: str) -> str:
    return calendar_day(iso, lang)


def _count(number: int) -> str:
    return f"{number:,}"
