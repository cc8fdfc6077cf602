"""Property B by picture: a page that is the applicant's by its text, and whose picture is not the baseline's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from harness.checks.documents import Documents
from harness.checks.history import NEVER, Delivered, HistoryView
from harness.checks.marked import base_page, marked, marked_page
from harness.picture.mutual import Contradiction
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.picture import PictureVerdict

_SHOWN = 12


def check_pictures(view: HistoryView, documents: Documents, known: Collection[str]) -> tuple[Finding, ...]:
    """Return a finding for review per document with such a page; `known` are deliveries found wrong already."""
    people = view.applications.strings("resident")
    findings: list[Finding] = []
    for delivered in view.deliveries:
        document = documents.get(delivered.delivery)
        if document is not None and delivered.place != NEVER and delivered.delivery not in known:
            findings += of_document(delivered, document, people[delivered.place])
    return tuple(findings)


def of_document(delivered: Delivered, document: DocumentOwnership, victim: str) -> Iterator[Finding]:
    """Yield the finding of one document of `victim` with such a page."""
    if pages := _deviating(document):
        yield Finding(
            finding="",
            property=Property.BASELINE,
            anomaly=Anomaly.DEVIATION,
            severity=Severity.REVIEW,
            application=delivered.application,
            delivery=delivered.delivery,
            digest=delivered.digest,
            victim=victim,
            pages=tuple(p.page for p in pages),
            evidence=tuple(e for p in pages for e in marked_page(p))[:_SHOWN],
        )


def check_own_pictures(
    view: HistoryView, contradictions: Sequence[Contradiction], delivered: Mapping[str, str], known: Collection[str]
) -> tuple[Finding, ...]:
    """Return what the pictures of a baseline say against its documents; `delivered` gives the delivery of each.

    Grave where another person is named. Else a defect where hardly anybody's issues differ or two strangers were
    handed one picture, and for review where it may be a part that changes by issue and could not be learned.
    """
    findings = []
    for one in contradictions:
        application, delivery = view.of(one.application), delivered.get(one.application, "")
        digests = [d.digest for d in view.deliveries if d.delivery == delivery]
        if application is None or not digests or delivery in known:
            continue
        other = view.of(one.other)
        other_digest = next((d.digest for d in view.deliveries if d.application == one.other), "")
        whose = Evidence(kind="other issue", value=one.other, owner=other.resident if other else "")
        findings.append(
            Finding(
                finding="",
                property=Property.OWNERSHIP if one.donor else Property.BASELINE,
                anomaly=Anomaly.MISDELIVERY if one.donor else Anomaly.DEVIATION,
                severity=Severity.GRAVE if one.donor else Severity.DEFECT if one.steady else Severity.REVIEW,
                application=one.application,
                delivery=delivery,
                digest=digests[0],
                victim=application.resident,
                donor=one.donor,
                pages=(one.page,) if one.page else (),
                evidence=(whose, *_compared(one, other_digest))[:_SHOWN],
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


def _compared(one: Contradiction, other_digest: str) -> Iterator[Evidence]:
    """Yield the other issue's page and where this one differs from it."""
    if one.page and one.regions:
        yield from base_page(f"{other_digest}/{one.page}", one.page)
        yield from marked(one.page, one.regions)
