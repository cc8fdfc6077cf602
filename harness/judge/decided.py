"""The plan as it was decided to be played: what was left out on purpose is not missing, gaps are those chosen."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from harness.judge.verdict import Completeness
from harness.records.history import Decided


def plan_as_decided(plan: Completeness, decisions: Mapping[str, Decided]) -> Completeness:
    """Return `plan` with the slots that were filled; decisions on batches that it does not know change nothing."""
    skipped = {name for name, decision in decisions.items() if decision.skipped and name in plan.batches}
    gaps = {
        name: abs(decision.gap_ms)
        for name, decision in decisions.items()
        if decision.gap_ms is not None and name in plan.spans_ms
    }
    left = {phase for name, phase in plan.phase_of.items() if name not in skipped}
    emptied = {plan.phase_of[name] for name in skipped} - left
    return replace(
        plan,
        phases=tuple(phase for phase in plan.phases if phase not in emptied),
        batches={name: size for name, size in plan.batches.items() if name not in skipped},
        spans_ms={**plan.spans_ms, **gaps},
    )
