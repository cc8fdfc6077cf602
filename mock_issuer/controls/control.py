"""How a control is declared: like a defect, without precedent or trigger."""

from __future__ import annotations

from collections.abc import Callable

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def control(
    name: str, title_ja: str, title_en: str, apply: Callable[[Behaviour, Parameters], Behaviour], **parameters: float
) -> Defect:
    """Return a control by its name, titles, what it changes, and its parameters' defaults."""
    return Defect(id=name, title_ja=title_ja, title_en=title_en, apply=apply, parameters=parameters)
