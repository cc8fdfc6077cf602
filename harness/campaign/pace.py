"""How fast a target serves: measured by an earlier run, else as its file declares, else assumed; always said which."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from harness.campaign.knee import alone_ms
from harness.checks.gather import gather
from harness.checks.history import NEVER, Application, HistoryView
from harness.errors import HonninError
from harness.journal import RunFolder, read_history
from harness.journal.plan_file import read_plan
from harness.records.history import Ending
from harness.records.manifest import Manifest
from harness.records.target import Expected, Target

_WINDOW_NS = 5_000_000_000  # the best five seconds tell what a target can serve; shorter ones tell of luck
_SOLO = "solo"  # purpose of the batches that are played alone


class Pace(Struct, frozen=True, kw_only=True):
    """How long one visit takes alone, from stepping up to leaving, and how many are served at most."""

    source: str  # "measured" | "declared" | "assumed"
    detail: str  # the run that measured
    solo_ms: float
    per_second: float
    solo_of_ms: dict[str, float] = {}  # by certificate, where it was measured


def pace_of(target: Target, run: Path | None, runs: Path) -> Pace:
    """Return the pace of `target`: of `run`, else of its latest run in the folder `runs`, else declared, else assumed.

    Raises UsageError, ConfigError or RunDamaged where a `run` is given and cannot be read.
    """
    if run is not None:
        measured = _measured(run)
        if measured is not None:
            return measured
    for folder in reversed(_runs_of(target, runs)) if run is None else ():
        try:
            measured = _measured(folder)
        except HonninError:
            continue  # damaged, or of another version: an older one may serve
        if measured is not None:
            return measured
    source = "declared" if target.expected else "assumed"
    expected = target.expected or Expected()
    return Pace(source=source, detail="", solo_ms=expected.solo_s * 1000.0, per_second=expected.per_second)


def _runs_of(target: Target, runs: Path) -> Sequence[Path]:
    """Return the run folders of a target, oldest first; their names begin with their time."""
    found = []
    for manifest in sorted(runs.glob("*/manifest.json")):
        try:
            one = msgspec.json.decode(manifest.read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError):
            continue
        if one.target == target.name:
            found.append(manifest.parent)
    return found


def _measured(path: Path) -> Pace | None:
    """Return what a run measured; None where it served nobody alone."""
    folder = RunFolder.open(path)
    _, batches = read_plan(folder.plan)
    alone = {b.batch for b in batches if b.purpose == _SOLO}
    view = gather((e.writer, e.sequence, e.record) for e in read_history(folder))
    solo = alone_ms(view, alone, _visit_ms)
    if not solo:
        return None
    return Pace(
        source="measured",
        detail=path.name,
        solo_ms=median(solo.values()),
        per_second=best_rate(view),
        solo_of_ms=solo,
    )


def _visit_ms(one: Application) -> float:
    return (one.ended_ns - one.started_ns) / 1e6


def best_rate(view: HistoryView) -> float:
    """Return how many were served a second in the best five seconds."""
    applications = view.applications
    ends = sorted(
        ns
        for ns, ending in zip(applications.integers("ended_ns"), applications.strings("ending"), strict=True)
        if ending == Ending.DELIVERED and ns != NEVER
    )
    most = max((place + 1 - bisect_left(ends, ns - _WINDOW_NS) for place, ns in enumerate(ends)), default=1)
    return round(most / (_WINDOW_NS / 1e9), 3)
