"""Finds an unresolved application in the target's ledger, or finds that it cannot be there. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from harness.records.history import LedgerEntry, SettledAs
from kiosk_sim.played import Open

_NOT_ISSUED = frozenset({"cancelled", "failed", "refused"})


class Found(Struct, frozen=True, kw_only=True):
    """What the ledger says of an application; UNKNOWN also while the target is still at work on it."""

    settled: SettledAs
    detail: str


def digest_of(entry: LedgerEntry) -> str:
    """Return 32 hex digits that are the same only for an entry that is the same in everything."""
    return hashlib.sha256(msgspec.json.encode(entry)).hexdigest()[:32]


def settle_by_ledger(
    open_: Open,
    entries: Sequence[LedgerEntry],
    claimed: Iterable[str],
    before: Mapping[str, str] | None,
    *,
    alone: bool = False,
) -> Found:
    """Return what the ledger says of `open_`.

    Without a request id the application is one of those of the same card and certificate that nobody else claims
    (`claimed`: request ids of all other applications) and that the run did not find there when it began (`before`:
    digests by request id; None: nobody looked). The answer is UNKNOWN where these disagree, and where one of them may
    be older than the run: all of them if nobody looked, or one found there that was open or has changed since.

    The ids that answers carry may be a gateway's and not the ledger's. Where nobody else in the run asked for this
    certificate with this card (`alone`), one that the ledger lacks is passed over; else another's line could be taken
    for it, and the answer is UNKNOWN, as it is without an id where the ledger knows none of those claimed.
    """
    others = set(claimed)
    own = [e for e in entries if e.request_id == open_.request_id] if open_.request_id else []
    if open_.request_id and not own and not alone:
        return Found(settled=SettledAs.UNKNOWN, detail=f"the ledger does not know {open_.request_id}")
    if not own:
        own = _own(open_, entries, others, before or {})
        if not own:
            return Found(settled=SettledAs.NOT_ISSUED, detail="the ledger has no such application")
        if not alone and others and others.isdisjoint(e.request_id for e in entries):
            return Found(settled=SettledAs.UNKNOWN, detail="the ids that answers carry are none of the ledger's")
        if older := [e.request_id for e in own if before is None or e.request_id in before]:
            return Found(settled=SettledAs.UNKNOWN, detail=f"may be older than the run: {', '.join(older)}")
    verdicts = {_as_settled(e.state) for e in own}
    ids = ", ".join(f"{e.request_id} {e.state}" for e in own)
    return Found(settled=verdicts.pop() if len(verdicts) == 1 else SettledAs.UNKNOWN, detail=ids)


def _own(
    open_: Open, entries: Sequence[LedgerEntry], claimed: set[str], before: Mapping[str, str]
) -> list[LedgerEntry]:
    same = (e for e in entries if e.card == open_.card and e.certificate == open_.certificate)
    return [e for e in same if e.request_id not in claimed and not _was_over(e, before)]


def _was_over(entry: LedgerEntry, before: Mapping[str, str]) -> bool:
    """Return whether the entry was closed before the run began, and nothing has touched it since."""
    closed = _as_settled(entry.state) is not SettledAs.UNKNOWN
    return closed and entry.request_id in before and before[entry.request_id] == digest_of(entry)


def _as_settled(state: str) -> SettledAs:
    if state == "issued":
        return SettledAs.ISSUED
    return SettledAs.NOT_ISSUED if state in _NOT_ISSUED else SettledAs.UNKNOWN
