"""Finds an unresolved application in the target's ledger, or finds that it cannot be there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from harness.records.history import LedgerEntry, SettledAs
from kiosk_sim.played import Open

_NOT_ISSUED = frozenset({"cancelled", "failed", "refused"})


class Found(Struct, frozen=True, kw_only=True):
    """What the ledger says of an application; UNKNOWN also while the target is still at work on it."""

    settled: SettledAs
    detail: str


def settle_by_ledger(open_: Open, entries: Sequence[LedgerEntry], claimed: Iterable[str]) -> Found:
    """Return what the ledger says of `open_`.

    Without a request id the application is one of those of the same card and certificate that nobody else claims
    (`claimed`: request ids of all other applications); where these disagree, the answer is UNKNOWN.
    """
    if open_.request_id:
        own = [e for e in entries if e.request_id == open_.request_id]
        if not own:
            return Found(settled=SettledAs.UNKNOWN, detail=f"the ledger does not know {open_.request_id}")
    else:
        own = _unclaimed(open_, entries, set(claimed))
        if not own:
            return Found(settled=SettledAs.NOT_ISSUED, detail="the ledger has no such application")
    verdicts = {_as_settled(e.state) for e in own}
    ids = ", ".join(f"{e.request_id} {e.state}" for e in own)
    return Found(settled=verdicts.pop() if len(verdicts) == 1 else SettledAs.UNKNOWN, detail=ids)


def _unclaimed(open_: Open, entries: Sequence[LedgerEntry], claimed: set[str]) -> list[LedgerEntry]:
    same = (e for e in entries if e.card == open_.card and e.certificate == open_.certificate)
    return [e for e in same if e.request_id not in claimed]


def _as_settled(state: str) -> SettledAs:
    if state == "issued":
        return SettledAs.ISSUED
    return SettledAs.NOT_ISSUED if state in _NOT_ISSUED else SettledAs.UNKNOWN
