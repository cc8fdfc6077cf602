"""What every defect declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mock_issuer.defects.behaviour import Behaviour

Parameters = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One switchable defect."""

    id: str  # D02
    title_ja: str
    title_en: str
    apply: Callable[[Behaviour, Parameters], Behaviour]  # called once when switched on
    parameters: Parameters  # with their defaults
    precedent: str = ""  # published incident or weakness it stands for
    trigger: str = ""  # C overlap, S same second, L load or time limit, T topology, N after fault or abort, Q quiet
    instead: str = ""  # what the clean issuer does at the same place
    one_node: bool = False  # has no sense at all nodes
