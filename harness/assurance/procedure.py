"""Compares a run with the standard procedure (標準試験手順): the level it conforms to, every deviation in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from harness.assurance.bounds import bound_after, percent, rounded_up, trials_for
from harness.config import load_toml
from harness.glossary import word
from harness.records.assure import Assure
from harness.records.procedure import Demands, Procedure
from harness.records.target import Target
from harness.records.verdict import (
    Conformance,
    ControlCount,
    Exposure,
    LevelMet,
    NodeBuild,
    Outcome,
    People,
    Reason,
    ScopeEntry,
)

PUBLISHED: Mapping[str, int] = {
    "f607882c5f7f161d8e4b8d1eeee50a80ff1bd3b12994731516f5c5b363a1f2c0": 1,
}
"""SHA-256 of every procedure that was published, and its version. What was published is never changed."""


class Carried(Struct, frozen=True, kw_only=True):
    """What a run carried out, as far as the procedure asks."""

    outcome: Outcome
    kind: str  # of the manifest
    acceptance: bool
    assure: Assure
    phases: frozenset[str]  # kinds of phases of which one was played to its end
    exposure: Exposure
    people: People
    scope: tuple[ScopeEntry, ...]
    controls: tuple[ControlCount, ...]
    nodes: tuple[NodeBuild, ...]
    served: frozenset[str]  # certificates that came
    target: Target
    baseline: bool


def compare(file: Path, carried: Carried) -> Conformance:
    """Compare a run with the procedure in `file`; raise ConfigError where it cannot be read."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    procedure = load_toml(file, Procedure)
    published = PUBLISHED.get(digest) == procedure.version
    levels = tuple(_level(procedure, demands, carried, digest if not published else "") for demands in procedure.level)
    ja, en = _conclusion(procedure, levels)
    return Conformance(
        name_ja=procedure.name_ja,
        name_en=procedure.name_en,
        digest=digest,
        published=published,
        levels=levels,
        ja=ja,
        en=en,
    )


def asked_level(conformance: Conformance, asked: str | None) -> LevelMet | None:
    """Return the level whose deviations come first: the one the scenario is made for, without one the lowest not met.

    None where it is met.
    """
    missed = [one for one in conformance.levels if one.deviations and asked in {None, one.level}]
    return missed[0] if missed else None


def _level(procedure: Procedure, demands: Demands, carried: Carried, unknown: str) -> LevelMet:
    lead_ja = f"{procedure.name_ja}({demands.title_ja})との相違: "
    lead_en = f"deviates from the {procedure.name_en} ({demands.title_en}): "
    found = (*_of_the_file(unknown), *_deviations(procedure, demands, carried))
    deviations = tuple(Reason(code=code, ja=lead_ja + ja, en=lead_en + en) for code, ja, en in found)
    return LevelMet(level=demands.level, title_ja=demands.title_ja, title_en=demands.title_en, deviations=deviations)


def _conclusion(procedure: Procedure, levels: tuple[LevelMet, ...]) -> tuple[str, str]:
    """Return to which level a run conforms: the highest of which, and of all below it, it lacks nothing."""
    met = None
    for one in levels:
        if one.deviations:
            break
        met = one
    if met is None:
        return f"{procedure.name_ja}のどの水準にも適合しない", f"conforms to no level of the {procedure.name_en}"
    return f"{procedure.name_ja}({met.title_ja})に適合", f"conforms to the {procedure.name_en} ({met.title_en})"


Deviation = tuple[str, str, str]  # code, Japanese, English


def _of_the_file(unknown: str) -> Iterator[Deviation]:
    if unknown:
        yield (
            "not_published",
            f"用いた手順書が公表されたものと異なる(要約値 {unknown[:16]}…)",
            f"the procedure's file is not the published one (digest {unknown[:16]}…)",
        )


def _deviations(procedure: Procedure, demands: Demands, carried: Carried) -> Iterator[Deviation]:
    """Yield what is not as the level asks; of what is no acceptance that alone: it was not made to meet the rest."""
    if carried.kind != "run" or not carried.acceptance:
        yield "no_acceptance", "受入試験として作られた筋書きではない", "the scenario is no acceptance test"
        return
    yield from _of_the_run(demands, carried)
    counts = {name: _counted(name, carried) for name in {"bursts", *demands.least}}
    yield from missing_amounts(procedure, demands, counts, carried.assure.confidence)


def _of_the_run(demands: Demands, carried: Carried) -> Iterator[Deviation]:
    """Yield what was not done at all."""
    if carried.outcome is Outcome.INCONCLUSIVE:
        yield "inconclusive", "判定保留である", "the verdict is inconclusive"
    if carried.assure.max_unsettled:
        allowed = carried.assure.max_unsettled
        yield "unsettled", f"結果不明を {allowed} 件まで許している", f"{allowed} unknown outcomes are allowed"
    if missing := [kind for kind in demands.phases if kind not in carried.phases]:
        yield (
            "phases",
            f"実施していない段階の種類: {'、'.join(word(kind, 'ja') for kind in missing)}",
            f"kinds of phases not played: {', '.join(word(kind, 'en') for kind in missing)}",
        )
    exercised = {entry.property for entry in carried.scope if entry.in_scope and entry.exercised}
    if idle := [name for name in demands.properties if name not in exercised]:
        yield (
            "properties",
            f"確かめていない性質: {'、'.join(word(name, 'ja') for name in idle)}",
            f"properties not exercised: {', '.join(word(name, 'en') for name in idle)}",
        )
    yield from _of_the_controls(demands, carried)
    yield from _of_the_target(demands, carried)


def _of_the_controls(demands: Demands, carried: Carried) -> Iterator[Deviation]:
    made = {c.kind for c in carried.controls if c.injected}
    if lacking := [kind for kind in demands.control if kind not in made]:
        yield (
            "control",
            f"実帳票による検出確認をしていない: {'、'.join(word(kind, 'ja') for kind in lacking)}",
            f"no control on the target's own paper: {', '.join(word(kind, 'en') for kind in lacking)}",
        )
    if any(c.found < c.injected for c in carried.controls):
        yield (
            "control_missed",
            "実帳票による検出確認で見逃しがある",
            "the control on the target's own paper missed some",
        )
    controlled = {c.certificate for c in carried.controls if c.injected}
    if bare := [c for c in carried.target.certificates if c not in carried.served or c not in controlled]:
        yield (
            "certificates",
            f"交付と検出確認の両方を行っていない証明書: {'、'.join(word(c, 'ja') for c in bare)}",
            f"certificates that were not both issued and controlled: {', '.join(word(c, 'en') for c in bare)}",
        )


def _of_the_target(demands: Demands, carried: Carried) -> Iterator[Deviation]:
    if demands.baseline and not carried.baseline:
        yield "baseline", "基準帳票と照合していない", "nothing was compared with a baseline"
    yield from _of_the_nodes(demands, carried)
    yield from missing_basis(demands, carried.target)


def _of_the_nodes(demands: Demands, carried: Carried) -> Iterator[Deviation]:
    """Yield what is lacking of nodes; where nobody tells which of them served whom, each may have."""
    served = {n.node for n in carried.nodes if n.applications}
    idle = [n.id for n in carried.target.nodes if n.id not in served]
    if demands.nodes and idle and served:
        yield "nodes", f"申請を処理していないサーバ: {'、'.join(idle)}", f"nodes that served nobody: {', '.join(idle)}"
    elif demands.nodes and idle:
        yield (
            "nodes",
            "どのサーバが申請を処理したか分からない(発行サーバの記録を honnin attach-log で取り込むと分かる)",
            "nobody knows which nodes served (honnin attach-log of the server's own log tells)",
        )
    in_use = [n for n in carried.nodes if n.applications or not served]
    unknown = [n.node for n in in_use if not n.build]
    if demands.builds and (unknown or not in_use):
        named_ja, named_en = "、".join(unknown) or "サーバの情報なし", ", ".join(unknown) or "nothing is known of nodes"
        yield "builds", f"版数の分からないサーバ: {named_ja}", f"nodes of unknown build: {named_en}"


def missing_basis(demands: Demands, target: Target) -> Iterator[Deviation]:
    """Yield that nothing says what load the target is to carry, where a level asks for it."""
    if demands.load_basis and target.load is None:
        yield (
            "load_basis",
            "負荷の根拠が未記入(対象ファイルの [load])",
            "no basis of the load ([load] of the target file)",
        )


def missing_amounts(
    procedure: Procedure, demands: Demands, counts: Mapping[str, int], confidence: float
) -> Iterator[Deviation]:
    """Yield what is done too seldom, with what a level asks for; of what `counts` does not name nothing is said."""
    for name, least in demands.least.items():
        count = counts.get(name, least)
        if count < least:
            ja, en = procedure.words[name]
            yield f"least_{name}", f"{ja} {count:,}(必要 {least:,})", f"{en}: {count:,} of {least:,}"
    trials, wanted = counts["bursts"], demands.misdelivery_per_burst
    needed = trials_for(wanted)
    if trials < needed:
        bound = bound_after(trials)
        told = f"{rounded_up(bound):.2g}" if bound else "—"
        yield (
            "bound",
            f"誤交付確率の上限 {wanted:g}({percent(0.95)})に届かない(この回数では {told}。異なる顔ぶれの同時申請が "
            f"{needed:,} 回必要)",
            f"the bound {wanted:g} ({percent(0.95)}) is not reached ({told}; it takes {needed:,} bursts)",
        )
    if confidence < 0.95:
        yield "confidence", f"信頼水準が {percent(confidence)}", f"the confidence is {percent(confidence)}"


def _counted(name: str, carried: Carried) -> int:
    """Return what the procedure counts by this name; raise KeyError where nothing is counted so."""
    exposure = carried.exposure
    special = {
        "bursts": carried.people.groups,
        "limits_crossed": sum(one.crossed for one in exposure.limits),
    }
    return special[name] if name in special else int(getattr(exposure, name))
