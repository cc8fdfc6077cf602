"""Finds the follow-up that changed a run's register entries back: after it, to look again would accuse the target."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from harness.errors import HonninError
from harness.followup.carrying import CARRIED
from harness.journal import RunFolder, read_history
from harness.records.history import UpdateIntent
from harness.records.manifest import Manifest


def restored_by(run: str, places: Iterable[Path]) -> Path | None:
    """Return the folder of a follow-up of `run` that began to change the register back, None where there is none.

    `places` hold run folders; what cannot be read there is no follow-up.
    """
    for place in dict.fromkeys(place.resolve() for place in places):
        for manifest in sorted(place.glob("*/manifest.json")):
            if _follows(manifest) == run and _changed_something(RunFolder(manifest.parent)):
                return manifest.parent
    return None


def _follows(manifest: Path) -> str:
    try:
        return msgspec.json.decode(manifest.read_bytes(), type=Manifest).follows
    except (OSError, msgspec.DecodeError):
        return ""


def _changed_something(folder: RunFolder) -> bool:
    """A damaged journal may have held a change: then the answer is yes."""
    try:
        return any(isinstance(e.record, UpdateIntent) and e.writer != CARRIED for e in read_history(folder))
    except HonninError:
        return True
