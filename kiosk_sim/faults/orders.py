"""What players say to links and watchdogs, one JSON line each way, and where in a run folder these are found."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from harness.journal import RunFolder
from harness.records.faults import PlannedFault


class LinkPlace(Struct, frozen=True, kw_only=True):
    """Where a link takes orders (on loopback), and the token that it takes them with."""

    port: int
    token: str


class Impair(Struct, frozen=True, kw_only=True):
    """Player to link: do this until the next line, or until this connection or the time ends."""

    token: str
    planned: PlannedFault


class Impaired(Struct, frozen=True, kw_only=True):
    """Link to player: done, or why not."""

    at_ns: int
    refused: str = ""


class Cleared(Struct, frozen=True, kw_only=True):
    """Link to player: everything passes again."""

    at_ns: int
    connections: int  # met by the fault
    ended: int  # of these by the fault
    bytes: int  # that passed meanwhile


class Arm(Struct, frozen=True, kw_only=True):
    """Player to watchdog: run `start`, and `undo` at the next line, when this pipe ends, or after `within_s`."""

    fault: str
    start: tuple[str, ...]
    undo: tuple[str, ...]
    within_s: float
    command_s: float
    told: str  # file that the outcome is appended to: who asked may not be there any more


class Begun(Struct, frozen=True, kw_only=True):
    """Watchdog to player: what came of `start`, which has ended."""

    at_ns: int  # when it was started
    failed: str = ""


class Undone(Struct, frozen=True, kw_only=True):
    """Watchdog to player, and into the run folder: what came of undoing."""

    fault: str
    by: str  # "player", "deadline", "the player is gone"
    undone: bool
    at_ns: int
    reason: str = ""


def link_file(folder: RunFolder, name: str) -> Path:
    """Return the file in which a link tells its place."""
    return folder.path / "faults" / f"link-{name}.json"


def undone_file(folder: RunFolder) -> Path:
    """Return the file to which watchdogs append what came of undoing."""
    return folder.path / "faults" / "undone.jsonl"


def line(message: Struct) -> bytes:
    """Return a message as it travels."""
    return msgspec.json.encode(message) + b"\n"
