"""The lines of an import file, one JSON object each, told apart by `t`. docs/import.md is for whoever writes them.

Instants are ISO texts with an offset ("2026-11-20T10:00:00.123+09:00") or integers: nanoseconds since 1970, UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from harness.records.certificates import Certificate, Options
from harness.records.history import Ending, UpdateResult

IMPORT_VERSION = 1

_EARLIEST_NS = 946_684_800 * 1_000_000_000  # 2000: seconds, milli- and microseconds taken for nanoseconds lie before it
_LATEST_NS = 7_258_118_400 * 1_000_000_000  # 2200: well within 64 bits

Instant = str | int
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t"):
    """Base of all lines."""


class Header(Line, frozen=True, tag="header"):
    """First line."""

    version: int
    recorder: Name  # what recorded this, with its version
    clock_error_ms: Annotated[float, Meta(ge=0)] = 0.0  # how far its clocks may lie apart
    applications: int | None = None  # counted by the recorder independently of these lines
    documents: int | None = None


class Applied(Line, frozen=True, tag="application"):
    """One person asking one certificate, from beginning to end."""

    id: Name
    resident: Name  # key in the population
    certificate: Certificate
    started: Instant
    ended: Instant | None = None  # None: no end was recorded
    ending: Ending | None = None
    options: Options = Options()
    kiosk: str = "K001"
    store: str = "S001"
    card: str = ""  # serial
    node: str = ""
    code: str = ""  # the target's reason
    reason: str = ""
    request_id: str = ""  # the target's own id
    charged: bool | None = None
    acknowledged: bool = False
    applied: Instant | None = None  # when the application itself left, where that was recorded
    burst: str = ""  # those released together carry one name


class Received(Line, frozen=True, tag="document"):
    """A document that arrived. `file` is its path, relative to the import file."""

    file: Name
    received: Instant
    application: str = ""  # "" where it belongs to nobody known
    id: str = ""
    copy: Annotated[int, Meta(ge=1)] = 1
    kiosk: str = ""
    issue_number: str = ""
    request_id: str = ""
    node: str = ""
    content_type: str = ""
    complete: bool = True


class Changed(Line, frozen=True, tag="update"):
    """A change of the register."""

    id: Name
    resident: Name
    field: Name
    value: str
    started: Instant
    ended: Instant | None = None  # None: its outcome is unknown
    result: UpdateResult = UpdateResult.APPLIED


class Listed(Line, frozen=True, tag="ledger"):
    """One line of the target's own issue ledger."""

    request_id: Name
    state: str  # issued, cancelled, failed, refused, open
    card: str = ""
    certificate: str = ""
    issue_numbers: tuple[str, ...] = ()
    node: str = ""
    at: str = ""


class LedgerEnd(Line, frozen=True, tag="ledger_end"):
    """The ledger was read to its end: what is not in these lines is not in it."""

    at: Instant


AnyLine = Header | Applied | Received | Changed | Listed | LedgerEnd
decode = msgspec.json.Decoder(AnyLine).decode


def instant_ns(instant: Instant) -> int:
    """Return nanoseconds since 1970; raise ValueError for what is no ISO time with an offset, or outside 2000-2199."""
    at_ns = instant if isinstance(instant, int) else _of_text(instant)
    if not _EARLIEST_NS <= at_ns < _LATEST_NS:
        raise ValueError(f"{instant!r} is no instant from 2000 to 2199; integers are nanoseconds since 1970 UTC")
    return at_ns


def _of_text(instant: str) -> int:
    at = datetime.fromisoformat(instant)
    if at.tzinfo is None:
        raise ValueError(f"{instant!r} names no offset; write it like 2026-11-20T10:00:00.123+09:00")
    whole = int(at.replace(microsecond=0).timestamp())
    return whole * 1_000_000_000 + at.microsecond * 1_000
