"""What the plan asked for, counted per phase, to stand beside what was played."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct, field

from harness.errors import RunDamaged
from harness.records.plan import Batch, BatchKind, PlanHeader


class PhasePlanned(Struct, kw_only=True):
    """One phase's share of the plan."""

    batches: int = 0
    applications: int = 0


class Planned(Struct, kw_only=True):
    """The plan in numbers."""

    header: PlanHeader | None = None  # None: no plan was found
    phases: dict[str, PhasePlanned] = field(default_factory=dict)
    span_ms: dict[str, float] = field(default_factory=dict)  # burst -> planned first to last release


def read_planned(path: Path) -> Planned:
    """Count the plan at `path`; an absent plan is empty. Raises RunDamaged naming the line that cannot be read."""
    planned = Planned()
    if not path.exists():
        return planned
    batch_decoder = msgspec.json.Decoder(Batch)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                if number == 1:
                    planned.header = msgspec.json.decode(line, type=PlanHeader)
                elif line.strip():
                    _count(planned, batch_decoder.decode(line))
            except msgspec.DecodeError as e:
                raise RunDamaged(f"{path}: line {number}: {e}; restore the run folder from its copy") from None
    return planned


def _count(planned: Planned, batch: Batch) -> None:
    phase = planned.phases.setdefault(batch.phase, PhasePlanned())
    phase.batches += 1
    phase.applications += len(batch.applications)
    if batch.kind is BatchKind.BURST and batch.applications:
        gaps = [application.gap_ms for application in batch.applications]
        planned.span_ms[batch.batch] = max(gaps) - min(gaps)
