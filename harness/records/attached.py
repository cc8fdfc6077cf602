"""The target's own log, attached to a run afterwards: what of it belongs to the run's time, row by row."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.certificates import Certificate

ATTACHED_VERSION = 1


class LogKind(StrEnum):
    """What a row of the log stands for."""

    ISSUE = "issue"  # 発行履歴: one row per issue, or per application with its state
    ACCESS = "access"  # one row per request: only says who was served, when, where


class AttachedHeader(Struct, frozen=True, kw_only=True):
    """First line of `attached/<n>.jsonl`."""

    version: int
    file: str  # name of the log, without its folder
    digest: str  # SHA-256 of the log's bytes
    previous: str  # SHA-256 of the attachment before this one in the run folder, of the manifest for the first
    encoding: str
    kind: LogKind
    columns: dict[str, str]  # what it is → heading
    rows: int  # of the log
    outside: int  # of them, not of the run's time: not kept
    kept: int
    attached_wall_ns: int


class LogRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of the run's time. What the log has no column for is empty."""

    line: int
    issued: bool = True  # its state says so; without a column for states every row is an issue
    request_id: str = ""
    card: str = ""  # serial, of the run's cards only
    ours: bool = False  # the card is one of the run's
    certificate: Certificate | None = None
    issue_number: str = ""
    node: str = ""
    state: str = ""
    at_wall_ns: int = 0  # 0: not told
