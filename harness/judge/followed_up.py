"""What became of every application that ended without a document: refusals, time-outs, errors, people who gave up.

An error that nobody looked into was the early sign of published incidents: each is reconciled with what arrived
anywhere, late or at another kiosk, and with what the target holds as issued or open afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from harness.checks.history import NEVER, Application, HistoryView
from harness.records.findings import Anomaly, Finding
from harness.records.history import Ending, SettledAs
from harness.records.verdict import Aftermath, FollowedUp, Unaccounted

_ELSEWHERE = frozenset({Anomaly.MISDELIVERY, Anomaly.PAGE_MIX, Anomaly.LATE_CROSS})
_NOT_ISSUED = frozenset({"cancelled", "failed", "refused"})  # states of a ledger
_UNACCOUNTED = frozenset({Aftermath.HELD_AS_ISSUED, Aftermath.STILL_OPEN, Aftermath.NOBODY_KNOWS})


def follow_up_errors(
    view: HistoryView, findings: Iterable[Finding]
) -> tuple[tuple[FollowedUp, ...], tuple[Unaccounted, ...]]:
    """Return counts by ending and aftermath, and one by one the applications that no one can account for.

    One that a finding tells of (a loss, a fee) is accounted for by it. O(n).
    """
    judge = _Aftermaths(view, findings)
    counts: Counter[tuple[Ending, Aftermath]] = Counter()
    unaccounted: list[Unaccounted] = []
    for place, ending in enumerate(view.applications.column("ending")):
        if ending is Ending.DELIVERED:
            continue
        one, ended = view.applications[place], ending or Ending.UNRESOLVED
        aftermath = judge.of(place, one)
        counts[ended, aftermath] += 1
        if aftermath in _UNACCOUNTED:
            unaccounted.append(_listed(one, ended, aftermath))
    ordered = sorted(counts, key=lambda key: (list(Ending).index(key[0]), list(Aftermath).index(key[1])))
    told = tuple(FollowedUp(ending=e, aftermath=a, count=counts[e, a]) for e, a in ordered)
    return told, tuple(unaccounted)


class _Aftermaths:
    """Says of an application without a document what is known of it."""

    def __init__(self, view: HistoryView, findings: Iterable[Finding]) -> None:
        self._view = view
        self._ledger_whole = any(read.complete for read in view.ledger_reads)
        self._told: set[str] = set()
        self._elsewhere: set[str] = set()
        for finding in findings:
            self._told.add(finding.application)
            if finding.anomaly in _ELSEWHERE:
                self._elsewhere.add(finding.donor_application)

    def of(self, place: int, one: Application) -> Aftermath:
        if any(d.complete for d in self._view.deliveries_to(place)):
            return Aftermath.DOCUMENT_CAME
        if one.application in self._elsewhere:
            return Aftermath.REACHED_ANOTHER
        held = self._held(one)
        if held is Aftermath.HELD_AS_ISSUED and one.application in self._told:
            return Aftermath.FOUND
        return held if held is not None else self._unheld(one)

    def _held(self, one: Application) -> Aftermath | None:
        """Return what the target's ledger or whoever asked afterwards says; None where they say nothing."""
        entry = self._view.ledger.get(one.request_id) if one.request_id else None
        if entry is not None:
            if entry.state == "issued":
                return Aftermath.HELD_AS_ISSUED
            return Aftermath.NOT_ISSUED if entry.state in _NOT_ISSUED else Aftermath.STILL_OPEN
        if one.request_id and self._ledger_whole:
            return Aftermath.NOT_ISSUED  # the ledger does not know it
        settled: Mapping[SettledAs | None, Aftermath] = {
            SettledAs.ISSUED: Aftermath.HELD_AS_ISSUED,
            SettledAs.NOT_ISSUED: Aftermath.NOT_ISSUED,
        }
        return settled.get(one.settled)

    @staticmethod
    def _unheld(one: Application) -> Aftermath:
        """Return what is known where nobody could look it up."""
        if one.ending in {Ending.REFUSED, Ending.FAILED}:
            return Aftermath.TARGET_SAYS
        if one.ending is Ending.ABORTED and one.applied_ns == NEVER:
            return Aftermath.NOT_ISSUED  # given up before anything was applied for
        return Aftermath.TARGET_SAYS if one.cancellation_accepted else Aftermath.NOBODY_KNOWS


def _listed(one: Application, ending: Ending, aftermath: Aftermath) -> Unaccounted:
    return Unaccounted(
        application=one.application,
        resident=one.resident,
        kiosk=one.kiosk,
        certificate=one.certificate,
        ending=ending,
        code=one.code,
        request_id=one.request_id,
        aftermath=aftermath,
    )
