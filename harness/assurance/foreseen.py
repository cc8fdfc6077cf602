"""What a plan lacks of the level of the standard procedure that its scenario is made for, before anything is played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from harness.assurance.procedure import Deviation, missing_amounts, missing_basis
from harness.config import load_toml
from harness.glossary import word
from harness.records.assure import Level
from harness.records.procedure import Demands, Procedure
from harness.records.target import Target


class Foreseen(Struct, frozen=True, kw_only=True):
    """How a plan stands to one level; texts in Japanese and English."""

    name: tuple[str, str]  # of the procedure
    level: tuple[str, str]
    lacking: tuple[tuple[str, str], ...]
    later: tuple[tuple[str, str], ...]  # what is counted, and seen only once it is played


class Planned(Struct, frozen=True, kw_only=True):
    """What a plan holds, as far as the procedure asks for it."""

    phases: frozenset[str]  # kinds of phases of which something is planned
    certificates: frozenset[str]
    counts: Mapping[str, int]  # by the names of the procedure's `words`, those that a plan can tell
    confidence: float
    target: Target
    baseline: bool


def foresee(file: Path, level: Level, planned: Planned) -> Foreseen:
    """Compare a plan with a level of the procedure in `file`; raise ConfigError where it cannot be read."""
    procedure = load_toml(file, Procedure)
    demands = next(one for one in procedure.level if one.level == level)
    return Foreseen(
        name=(procedure.name_ja, procedure.name_en),
        level=(demands.title_ja, demands.title_en),
        lacking=tuple((ja, en) for _, ja, en in _lacking(procedure, demands, planned)),
        later=tuple(procedure.words[name] for name in demands.least if name not in planned.counts),
    )


def _lacking(procedure: Procedure, demands: Demands, planned: Planned) -> Iterator[Deviation]:
    if missing := [kind for kind in demands.phases if kind not in planned.phases]:
        yield (
            "phases",
            f"計画にない段階の種類: {'、'.join(word(kind, 'ja') for kind in missing)}",
            f"kinds of phases that are not planned: {', '.join(word(kind, 'en') for kind in missing)}",
        )
    if idle := [c for c in planned.target.certificates if c not in planned.certificates]:
        yield (
            "certificates",
            f"計画にない証明書: {'、'.join(word(c, 'ja') for c in idle)}",
            f"certificates that are not planned: {', '.join(word(c, 'en') for c in idle)}",
        )
    if demands.baseline and not planned.baseline:
        yield (
            "baseline",
            "基準帳票が要る(honnin baseline で採り、--baseline で指定する)",
            "it takes a baseline: `honnin baseline` makes one, --baseline names it",
        )
    yield from missing_basis(demands, planned.target)
    yield from missing_amounts(procedure, demands, planned.counts, planned.confidence)
