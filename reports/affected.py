"""Who was affected: one row per application that met a defect, for the first page of the report."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from harness.records.certificates import Certificate
from harness.records.findings import Anomaly, Finding, Severity
from reports.course import Course
from reports.groups import Group

_MOST = 10  # the first page stays a page; all others stand in the chapter of findings
_GRAVEST_FIRST = tuple(Severity)


class Affected(Struct, frozen=True, kw_only=True):
    """One application and everything that was found of it."""

    application: str  # "" where a document came that nobody had asked for
    victim: str  # resident key, "" where not known
    donors: tuple[str, ...]  # resident keys
    certificate: Certificate | None
    kiosk: str
    started_ns: int  # wall clock; 0 where not journaled
    severity: Severity
    anomalies: tuple[Anomaly, ...]
    anchor: str  # id of the place in the page that tells more


class AffectedPeople(Struct, frozen=True, kw_only=True):
    """What the first page lists."""

    rows: tuple[Affected, ...]
    hidden: int  # applications that are not listed
    donors: bool  # somebody's data came to another person

    def people(self) -> frozenset[str]:
        """Return the keys of everybody named."""
        return frozenset(key for row in self.rows for key in (row.victim, *row.donors)) - {""}


def affected(groups: Sequence[Group], course: Course) -> AffectedPeople:
    """Return the applications with a grave finding or a defect, the gravest first, then in the order of the history."""
    found: dict[str, list[Finding]] = {}
    anchors: dict[str, str] = {}
    for group in groups:
        shown = {f.finding for f in group.shown}
        for finding in group.findings:
            if finding.severity is not Severity.REVIEW:
                found.setdefault(finding.application or finding.finding, []).append(finding)
                anchors[finding.finding] = finding.finding if finding.finding in shown else f"group-{group.number}"
    rows = sorted((_row(findings, anchors, course) for findings in found.values()), key=_order)
    return AffectedPeople(
        rows=tuple(rows[:_MOST]), hidden=max(0, len(rows) - _MOST), donors=any(row.donors for row in rows)
    )


def _row(findings: list[Finding], anchors: dict[str, str], course: Course) -> Affected:
    first = findings[0]  # groups come the gravest first
    row = course.row(first.application)
    return Affected(
        application=first.application,
        victim=first.victim,
        # An answer to a probe has its owner, too: of a defect nothing of theirs came to another person.
        donors=tuple(dict.fromkeys(f.donor for f in findings if f.donor and f.severity is Severity.GRAVE)),
        certificate=None if row is None else course.certificates[row],
        kiosk="" if row is None else course.kiosks[row],
        started_ns=0 if row is None else course.started_ns[row],
        severity=first.severity,
        anomalies=tuple(dict.fromkeys(f.anomaly for f in findings)),
        anchor=anchors[first.finding],
    )


def _order(row: Affected) -> tuple[int, int, str]:
    return _GRAVEST_FIRST.index(row.severity), row.started_ns, row.application
