"""What holds a run together that takes several sittings: the same builds, and a confirmation at the end of each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.journal import RunFolder, read_history
from harness.journal.plan_file import read_phase
from harness.records.history import ApplicationEnded, Ending, NodeSeen, PhaseStarted
from harness.records.manifest import Manifest
from harness.records.plan import Phase


def check_unchanged(folder: RunFolder, manifest: Manifest) -> None:
    """Raise UsageError where plan or target file are not those that the run began with: its nights would not add up.

    A target file that is no longer where it was is no change: the run folder has its copy.
    """
    original = Path(manifest.target_folder) / manifest.target_file
    for file, digest in (
        (folder.plan, manifest.plan_digest),
        (folder.target, manifest.target_digest),
        (original, manifest.target_digest),
    ):
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise UsageError(
                f"{file}: has changed since this run began, so its nights would not add up; put it back as it was, or "
                "begin a new run with honnin run"
            )


def next_confirmation(folder: RunFolder, phases: Sequence[Phase]) -> Phase | None:
    """Return the first of the plan's confirmations of recovery that was never begun; None where there is none left.

    Raises RunDamaged.
    """
    begun = {e.record.phase for e in read_history(folder) if isinstance(e.record, PhaseStarted)}
    return next((p for p in phases if p.recovery and p.phase not in begun), None)


def went_right(folder: RunFolder, phase: Phase) -> bool:
    """Tell whether everybody of a confirmation was issued something; whether it is their own, the judge will say.

    Raises ConfigError, RunDamaged.
    """
    _, batches = read_phase(folder.plan, phase.phase)
    wanted = {a.application for b in batches for a in b.applications}
    ended = (e.record for e in read_history(folder) if isinstance(e.record, ApplicationEnded))
    return wanted <= {one.application for one in ended if one.ending is Ending.DELIVERED}


def changed_builds(folder: RunFolder) -> str:
    """Return which nodes have shown several builds in the course of a run, in words; "" if none. Raises RunDamaged."""
    builds: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in read_history(folder):
        if isinstance(entry.record, NodeSeen) and entry.record.build:
            builds[entry.record.node][entry.record.build] = None
    changed = [f"{node or '-'} ({' → '.join(some)})" for node, some in sorted(builds.items()) if len(some) > 1]
    return f"the target's build has changed since this run began: {', '.join(changed)}" if changed else ""
