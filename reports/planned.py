"""What the plan asked for, counted per phase, to stand beside what was played."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from harness.journal.plan_file import read_plan
from harness.records.decided import as_decided
from harness.records.history import Decided
from harness.records.plan import Batch, BatchKind, PlanHeader


class PhasePlanned(Struct, kw_only=True):
    """One phase's share of the plan."""

    batches: int = 0
    applications: int = 0
    skipped: int = 0  # batches that were decided not to be played


class Planned(Struct, kw_only=True):
    """The plan in numbers."""

    header: PlanHeader | None = None  # None: no plan was found
    phases: dict[str, PhasePlanned] = field(default_factory=dict)
    span_ms: dict[str, float] = field(default_factory=dict)  # burst -> planned first to last release


def read_planned(path: Path, decisions: Mapping[str, Decided]) -> Planned:
    """Count the plan at `path` as it was decided to be played; an absent plan is empty.

    Raises ConfigError naming the line that cannot be read.
    """
    planned = Planned()
    if path.exists():
        planned.header, batches = read_plan(path)
        for batch in batches:
            _count(planned, batch, decisions)
    return planned


def _count(planned: Planned, whole: Batch, decisions: Mapping[str, Decided]) -> None:
    phase = planned.phases.setdefault(whole.phase, PhasePlanned())
    batch = as_decided(whole, decisions.get(whole.batch))
    if batch is None:
        phase.skipped += 1
        return
    phase.batches += 1
    phase.applications += len(batch.applications)
    if batch.kind is BatchKind.BURST and batch.applications:
        planned.span_ms[batch.batch] = batch.span_ms
