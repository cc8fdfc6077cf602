"""What a PASS may leave open ([assure] of a scenario)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Assure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits up to which a run may PASS all the same; by default nothing may stay unknown."""

    max_unsettled: Annotated[int, Meta(ge=0)] = 0  # applications of unknown outcome (結果不明)
