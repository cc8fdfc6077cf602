"""Rules of issuing that differ between municipalities, as the target file declares them (`[rules]`).

Each stands for a refusal that the system under test is expected to make. Where somebody else makes it (the national
centre checks ages, say), or nobody does, the target file declares so; the run folder's copy keeps what was declared.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is refused besides those whom no municipality may issue to: the deceased, who moved out, who has no seal."""

    minimum_age: Annotated[int, Meta(ge=0)] = 15  # years; kiosks issue to holders of 15 and above; 0: no such rule
    # Longest name, alias or former name in characters (code points); 0: no such rule; None: those are refused whom
    # the population marks with the trait `name_too_long`, because no limit is published.
    name_limit: Annotated[int, Meta(ge=0)] | None = None
    refuse_restricted: bool = True  # protected persons (支援措置)
    refuse_gaiji_pending: bool = True  # whose characters are still being registered (外字登録中)
    koseki_access: bool = True  # who lives elsewhere has to apply for access to the koseki first (利用登録申請)


DEFAULT_RULES = Rules()
