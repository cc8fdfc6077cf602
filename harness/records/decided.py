"""A batch as it was decided to be played: what players play, and judges and reports compare with."""

from __future__ import annotations

from msgspec.structs import replace

from harness.records.history import Decided
from harness.records.plan import Batch


def as_decided(batch: Batch, decision: Decided | None) -> Batch | None:
    """Return `batch` with its slot filled as decided; None where it was decided not to play it."""
    if decision is None:
        return batch
    if decision.skipped:
        return None
    applications = batch.applications
    if decision.gap_ms is not None and len(applications) > 1:
        first = min(one.gap_ms for one in applications[:2])  # later than 0 where load goes ahead of the two
        gaps = (first + max(0.0, -decision.gap_ms), first + max(0.0, decision.gap_ms))
        two = (replace(one, gap_ms=gap) for one, gap in zip(applications, gaps, strict=False))
        applications = (*two, *applications[2:])
    phase_ms = batch.phase_ms if decision.phase_ms is None else decision.phase_ms
    return replace(batch, applications=applications, phase_ms=phase_ms)
