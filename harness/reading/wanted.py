"""An item that a document must print, or must not: what it is, and the texts that count as it."""

from __future__ import annotations

from msgspec import Struct

from harness.reading.dates import Day
from harness.reading.profile import Format, Per


class Wanted(Struct, frozen=True, kw_only=True):
    """One item that must (or, among the forbidden, must not) be printed."""

    item: str
    source: str
    format: Format
    per: Per
    person: str  # resident key; "" for a koseki member outside the population
    labels: tuple[str, ...] = ()  # folded
    texts: tuple[str, ...] = ()  # folded renderings, any of them
    day: Day | None = None  # instead of texts, for dates
    identity: bool = False
