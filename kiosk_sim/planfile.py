"""Reads one phase out of a compiled plan (written by harness.campaign)."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.errors import ConfigError
from harness.records.plan import PLAN_VERSION, Batch, Phase, PlanHeader


def read_header(path: Path) -> PlanHeader:
    """Return the plan's header; raise ConfigError."""
    try:
        with path.open("rb") as lines:
            header = msgspec.json.decode(lines.readline(), type=PlanHeader)
    except (OSError, msgspec.DecodeError) as e:
        raise ConfigError(path, "line 1", f"{e}; compile the plan again") from None
    if header.version != PLAN_VERSION:
        raise ConfigError(path, "line 1", f"plan version {header.version}; this honnin plays {PLAN_VERSION}")
    return header


def read_phase(path: Path, phase: str) -> tuple[Phase, tuple[Batch, ...]]:
    """Return a phase and its batches in order; raise ConfigError naming the line, or the phases there are."""
    header = read_header(path)
    described = next((p for p in header.phases if p.phase == phase), None)
    if described is None:
        known = ", ".join(p.phase for p in header.phases)
        raise ConfigError(path, "--phase", f"no phase {phase}; this plan has {known}")
    decoder = msgspec.json.Decoder(Batch)
    batches = []
    with path.open("rb") as lines:
        next(lines)
        for number, line in enumerate(lines, 2):
            try:
                batch = decoder.decode(line)
            except msgspec.DecodeError as e:
                raise ConfigError(path, f"line {number}", str(e)) from None
            if batch.phase == phase:
                batches.append(batch)
    return described, tuple(batches)
