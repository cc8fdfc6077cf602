"""What a PASS must be worth, and what it may leave open ([assure] of a scenario)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Level = Literal["quick", "standard", "full"]  # 確認・標準・総合 of the standard procedure (標準試験手順)


class Assure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits that a PASS keeps; by default nothing may stay unknown, and no bound is asked for."""

    max_unsettled: Annotated[int, Meta(ge=0)] = 0  # applications of unknown outcome (結果不明)
    # The upper bound that a PASS has to reach, per burst (同時申請); None: whatever bound comes of the run.
    misdelivery_per_burst: Annotated[float, Meta(gt=0, lt=1)] | None = None
    confidence: Annotated[float, Meta(ge=0.5, lt=1)] = 0.95  # of the bound asked for, and of the one that is told
    level: Level | None = None  # of the standard procedure, that the scenario is made for
