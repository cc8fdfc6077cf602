"""How often property B was put to the test in a run."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Compared(Struct, frozen=True, kw_only=True):
    """How often property B was put to the test. None of it without a baseline."""

    given: bool = False  # there is a baseline, or this run is one
    own: bool = False  # this run is one
    run: str = ""  # the baseline run that was compared with
    count: int = 0  # documents compared
    not_applicable: Mapping[str, int] = {}  # reason -> documents


NO_BASELINE = Compared()
