"""Property B by picture: a page that is the applicant's by its text, and whose picture is not the baseline's."""

from __future__ import annotations

from collections.abc import Collection

from harness.checks.documents import Documents
from harness.checks.history import NEVER, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.picture import PictureVerdict

_SHOWN = 12


def check_pictures(view: HistoryView, documents: Documents, known: Collection[str]) -> tuple[Finding, ...]:
    """Return a finding for review per document with such a page; `known` are deliveries found wrong already."""
    people = view.applications.strings("resident")
    findings = []
    for delivered in view.deliveries:
        document = documents.get(delivered.delivery)
        if document is None or delivered.place == NEVER or delivered.delivery in known:
            continue
        pages = _deviating(document)
        if pages:
            findings.append(
                Finding(
                    finding="",
                    property=Property.BASELINE,
                    anomaly=Anomaly.DEVIATION,
                    severity=Severity.REVIEW,
                    application=delivered.application,
                    delivery=delivered.delivery,
                    digest=delivered.digest,
                    victim=people[delivered.place],
                    pages=tuple(p.page for p in pages),
                    evidence=tuple(e for p in pages for e in _evidence(p))[:_SHOWN],
                )
            )
    return tuple(findings)


def _deviating(document: DocumentOwnership) -> list[PageOwnership]:
    return [
        p
        for p in document.pages
        if p.picture is not None
        and p.picture.verdict is PictureVerdict.DEVIATION
        and p.verdict is not PageVerdict.UNREAD
    ]


def _evidence(page: PageOwnership) -> list[Evidence]:
    assert page.picture is not None
    return [
        Evidence(kind="picture", page=page.page, item="region", value=f"{r.left},{r.top} - {r.right},{r.bottom}")
        for r in page.picture.regions
    ]
