"""Property F on paper: what own documents print of changed fields reads their registers, together in one state."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from harness.checks.history import NEVER, Application, Delivered, HistoryView
from harness.checks.joint_reads import Field, is_torn
from harness.checks.register import Register
from harness.checks.register_reads import Judged, Read, judge_reads
from harness.checks.told_changes import why
from harness.checks.value_history import Slack, ValueHistory
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity

LISTED = "listed"  # field: whether a member of the household stands on a copy of the whole household


class Printed(Struct, frozen=True, kw_only=True):
    """What one document prints of one field of one person."""

    delivery: str
    resident: str
    field: str  # of Resident, or LISTED
    value: Hashable  # as registered; what is printed, where that was never registered
    items: frozenset[str] = frozenset()  # items of the document profile that print the field


class DocumentRead(NamedTuple):
    """One document, as a read of several registers."""

    delivered: Delivered
    one: Application
    fields: tuple[Printed, ...]

    @property
    def span_ns(self) -> tuple[int, int]:
        """Return when it was asked for and when it came."""
        return self.one.started_ns, max(self.one.started_ns, self.delivered.at_ns)


class PrintedFields:
    """Judges what documents print of people whom somebody changed during the run."""

    def __init__(self, view: HistoryView, register: Register, printed: Iterable[Printed]) -> None:
        """Join what is printed with the history."""
        self._register, self._origin_ns = register, view.started_ns
        self._histories: dict[tuple[str, str, object], ValueHistory] = {}
        by_delivery: dict[str, list[Printed]] = {}
        for one in printed:
            by_delivery.setdefault(one.delivery, []).append(one)
        self.documents = tuple(_joined(view, by_delivery)) if by_delivery else ()

    def fields(self, document: DocumentRead) -> list[Field]:
        """Return the registers that a document read, with the values read."""
        return [(self._history(p, document.one), p.value) for p in document.fields]

    def findings(self) -> Iterator[Finding]:
        """Yield one finding per document and anomaly, with all fields that show it; TORN where only together wrong."""
        wrong: dict[tuple[str, Anomaly], list[tuple[Printed, Judged]]] = {}
        for printed, judged in self._judged():
            if judged.anomaly is not None:
                wrong.setdefault((printed.delivery, judged.anomaly), []).append((printed, judged))
        by_delivery = {d.delivered.delivery: d for d in self.documents}
        for (delivery, anomaly), shown in wrong.items():
            yield self._finding(by_delivery[delivery], anomaly, shown)
        told = {delivery for delivery, _ in wrong}
        for document in self.documents:
            if document.delivered.delivery not in told and self._torn(document):
                yield self._mixture(document)

    def _judged(self) -> Iterator[tuple[Printed, Judged]]:
        """Judge each register's reads; a document that prints two values of one field reads it twice."""
        reads: dict[ValueHistory, list[tuple[Printed, DocumentRead]]] = {}
        for document in self.documents:
            for printed in document.fields:
                reads.setdefault(self._history(printed, document.one), []).append((printed, document))
        for history, shown in reads.items():
            by_name = {f"{place}": printed for place, (printed, _) in enumerate(shown)}
            named = [
                Read(f"{place}", *document.span_ns, printed.value) for place, (printed, document) in enumerate(shown)
            ]
            error_ns = max(document.one.error_ns for _, document in shown)
            slack = Slack(reflection_ns=self._register.reflection_ns, clock_error_ns=error_ns)
            for judged in judge_reads(history, named, slack):
                other = judged.other and judged.other._replace(name=by_name[judged.other.name].delivery)
                yield by_name[judged.read.name], judged._replace(other=other)

    def _torn(self, document: DocumentRead) -> bool:
        values: dict[tuple[str, str], set[Hashable]] = {}
        for printed in document.fields:
            values.setdefault((printed.resident, printed.field), set()).add(printed.value)
        if any(len(of_field) > 1 for of_field in values.values()):
            return True
        slack = Slack(reflection_ns=self._register.reflection_ns, clock_error_ns=document.one.error_ns)
        fields = self.fields(document)
        return len(fields) > 1 and is_torn(fields, *document.span_ns, slack)

    def _history(self, printed: Printed, one: Application) -> ValueHistory:
        """Return the history of a field; of LISTED, as the applicant's household sees it."""
        household = self._register.household_of(one.resident) if printed.field == LISTED else None
        key = (printed.resident, printed.field, household)
        if key not in self._histories:
            if household is None:
                self._histories[key] = self._register.field_history(printed.resident, printed.field)
            else:
                self._histories[key] = self._register.listed_history(printed.resident, household)
        return self._histories[key]

    def _finding(self, document: DocumentRead, anomaly: Anomaly, shown: list[tuple[Printed, Judged]]) -> Finding:
        evidence: list[Evidence] = []
        for printed, judged in shown:
            evidence.append(_seen(printed))
            history = self._history(printed, document.one)
            evidence += why(judged, history, self._origin_ns, printed.field, printed.resident)
        review = anomaly is Anomaly.NEW_OLD_INVERSION and self._register.reflection_ns > 0
        return _of(document, anomaly, Severity.REVIEW if review else Severity.DEFECT, evidence)

    def _mixture(self, document: DocumentRead) -> Finding:
        evidence = [_seen(printed) for printed in document.fields]
        return _of(document, Anomaly.TORN, Severity.DEFECT, evidence)


def without_repeated(findings: Iterable[Finding], printed: Iterable[Printed]) -> list[Finding]:
    """Return findings without those of wrong content that a finding of freshness tells by its name.

    One of wrong content stays where it names an item more, or another person.
    """
    findings = list(findings)
    items: dict[tuple[str, str], frozenset[str]] = {}
    for one in printed:
        key = (one.delivery, one.field)
        items[key] = items.get(key, frozenset()) | one.items
    told: dict[str, set[str]] = {}
    for finding in findings:
        if finding.property is Property.FRESHNESS and finding.severity is Severity.DEFECT:
            for evidence in finding.evidence:
                told.setdefault(finding.delivery, set()).update(items.get((finding.delivery, evidence.item), ()))
    return [f for f in findings if not _repeats(f, told)]


def _repeats(finding: Finding, told: Mapping[str, set[str]]) -> bool:
    if finding.anomaly is not Anomaly.WRONG_ITEM or finding.severity is Severity.GRAVE or not finding.evidence:
        return False
    return {e.item for e in finding.evidence} <= told.get(finding.delivery, set())


def _joined(view: HistoryView, by_delivery: Mapping[str, list[Printed]]) -> Iterator[DocumentRead]:
    for delivered in view.deliveries:
        if delivered.place != NEVER and (fields := by_delivery.get(delivered.delivery)):
            yield DocumentRead(delivered, view.applications[delivered.place], tuple(fields))


def _seen(printed: Printed) -> Evidence:
    return Evidence(kind="printed", item=printed.field, value=str(printed.value), owner=printed.resident)


def _of(document: DocumentRead, anomaly: Anomaly, severity: Severity, evidence: Iterable[Evidence]) -> Finding:
    return Finding(
        finding="",
        property=Property.FRESHNESS,
        anomaly=anomaly,
        severity=severity,
        application=document.one.application,
        delivery=document.delivered.delivery,
        digest=document.delivered.digest,
        victim=document.one.resident,
        evidence=tuple(evidence),
    )
