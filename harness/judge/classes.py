"""The one final class of every application (identity i), and the class of every delivery (identity ii)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from harness.checks.documents import Documents
from harness.checks.history import NEVER, Application, Delivered, HistoryView
from harness.records.findings import Anomaly, Finding, Severity
from harness.records.history import Ending, SettledAs
from harness.records.verdict import FinalClass

_ANOTHERS = frozenset({Anomaly.MISDELIVERY, Anomaly.PAGE_MIX, Anomaly.STRANGER, Anomaly.WRONG_SEAL, Anomaly.LATE_CROSS})
_BY_ENDING = {
    Ending.REFUSED: FinalClass.REFUSED,
    Ending.FAILED: FinalClass.FAILED,
    Ending.ABORTED: FinalClass.ABORTED,
    Ending.UNRESOLVED: FinalClass.UNRESOLVED,
}


class DeliveryClass(StrEnum):
    """What a delivery was."""

    EXPECTED = "expected"  # the first arrival of a copy asked for, at its kiosk
    AGAIN = "again"  # the same copy once more
    LATE = "late"  # after its application had ended
    PARTIAL = "partial"  # the connection ended early
    ORPHAN = "orphan"  # for an application nobody knows


def final_classes(
    view: HistoryView, documents: Documents, findings: Iterable[Finding]
) -> Mapping[str, FinalClass | None]:
    """Return the final class of every application; None where nothing recorded says what became of it.

    Nothing is ever called unresolved because it is missing: that is what the record must say.
    """
    told: dict[str, list[Finding]] = {}
    for finding in findings:
        told.setdefault(finding.application, []).append(finding)
    ordinary = _Ordinary(view, documents)
    return {
        name: ordinary.class_of(place)
        if name not in told and ordinary.is_one(place)
        else _class(view, place, view.applications[place], documents, told.get(name, []))
        for place, name in enumerate(view.applications.strings("application"))
    }


class _Ordinary:
    """Delivered applications with one whole document: their class is the document's, without making rows of them."""

    def __init__(self, view: HistoryView, documents: Documents) -> None:
        self._endings, self._rows_of = view.applications.unpacked("ending"), view.deliveries_of.of
        self._names, self._complete = view.deliveries.strings("delivery"), view.deliveries.unpacked("complete")
        self._documents = documents

    def is_one(self, place: int) -> bool:
        """Tell whether the application of a row is such."""
        rows = self._rows_of(place)
        return self._endings[place] is Ending.DELIVERED and len(rows) == 1 and self._complete[rows[0]]

    def class_of(self, place: int) -> FinalClass:
        """Return its class; nothing was found about it."""
        judgement = self._documents.judgement(self._names[self._rows_of(place)[0]])
        if judgement is None or not judgement.read:
            return FinalClass.UNREAD
        return FinalClass.OWN if judgement.own else FinalClass.OWN_WITH_FINDING


def _class(
    view: HistoryView, place: int, one: Application, documents: Documents, findings: list[Finding]
) -> FinalClass | None:
    if one.ending is None and one.settled is None:
        return None
    got = [d for d in view.deliveries_to(place) if d.complete]
    if any(f.anomaly in _ANOTHERS and f.severity is Severity.GRAVE for f in findings):
        return FinalClass.MISDELIVERED
    if one.ending in {None, Ending.UNRESOLVED} and one.settled in {None, SettledAs.UNKNOWN}:
        return FinalClass.UNRESOLVED
    if got and not (_lost(findings) and _none_is_a_document(got, documents)):
        return _of_documents(got, documents, bool(findings))
    if one.ending is Ending.DELIVERED:
        return FinalClass.FAILED if _lost(findings) else None
    if one.ending in {None, Ending.UNRESOLVED}:
        return FinalClass.FAILED
    return _BY_ENDING[one.ending]


def is_mingled(finding: Finding) -> bool:
    """Tell whether a finding is that somebody else's items stand on the applicant's own certificate."""
    return finding.anomaly is Anomaly.WRONG_ITEM and finding.severity is Severity.GRAVE


def _lost(findings: Iterable[Finding]) -> bool:
    return any(f.anomaly is Anomaly.LOST for f in findings)


def _none_is_a_document(got: list[Delivered], documents: Documents) -> bool:
    judged = [documents.judgement(d.delivery) for d in got]
    return all(j is not None and j.no_document for j in judged)


def _of_documents(got: list[Delivered], documents: Documents, with_finding: bool) -> FinalClass:
    judged = [documents.judgement(d.delivery) for d in got]
    if any(j is None or not j.read for j in judged):
        return FinalClass.UNREAD
    own = all(j is not None and j.own for j in judged)
    return FinalClass.OWN if own and not with_finding else FinalClass.OWN_WITH_FINDING


def delivery_classes(view: HistoryView) -> Iterable[DeliveryClass]:
    """Yield the class of every delivery, in the order of the table."""
    seen: set[tuple[int, int]] = set()  # of applications with several deliveries: only they can get a copy again
    rows_of = view.deliveries_of.of
    columns = (view.deliveries.column(field) for field in ("place", "late", "complete", "copy"))
    for place, late, complete, copy in zip(*columns, strict=True):
        if place == NEVER:
            yield DeliveryClass.ORPHAN
        elif late:
            yield DeliveryClass.LATE
        elif not complete:
            yield DeliveryClass.PARTIAL
        elif len(rows_of(place)) == 1:
            yield DeliveryClass.EXPECTED
        elif (place, copy) in seen:
            yield DeliveryClass.AGAIN
        else:
            seen.add((place, copy))
            yield DeliveryClass.EXPECTED
