"""Property F, as far as issuing at all: nothing is issued to whom nothing may be issued, and the reverse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.checks.documents import Documents, foreign_pages
from harness.checks.history import Application, HistoryView
from harness.checks.register import Register
from harness.records.certificates import Certificate
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import Ending
from harness.records.resident import Resident

Refusal = Callable[[Resident, Certificate], str]
"""Why a certificate may not be issued to a resident in this state; "" where it may."""


def check_freshness(
    view: HistoryView,
    documents: Documents,
    register: Register,
    refusal: Refusal,
    card_is_valid: Callable[[str], bool],
) -> tuple[Finding, ...]:
    """Return ZOMBIE-ISSUE where no legal state allowed the issue, and refusals that no legal state explains.

    Legal are all states of [start - reflection time, end] of the application: of a change that was under way
    both sides are right. A refusal of somebody entitled throughout is for a person's eyes: the target may
    have a rule that the harness does not know.
    """
    findings: list[Finding] = []
    for place, one in enumerate(view.applications):
        states = register.states(one.resident, *one.span_ns(view.last_ns))
        if not states:
            continue
        reasons = {refusal(state, one.certificate) for state in states}
        if "" not in reasons:
            findings += _issued(view, documents, place, one, sorted(reasons))
        elif one.ending is Ending.REFUSED and reasons == {""} and card_is_valid(one.card):
            findings.append(_refused(one))
    return tuple(findings)


def _issued(
    view: HistoryView, documents: Documents, place: int, one: Application, reasons: list[str]
) -> Iterator[Finding]:
    for delivered in view.deliveries_to(place):
        document = documents.get(delivered.delivery)
        if not delivered.complete or document is None or foreign_pages(document):
            continue
        yield Finding(
            finding="",
            property=Property.FRESHNESS,
            anomaly=Anomaly.ZOMBIE_ISSUE,
            severity=Severity.DEFECT,
            application=one.application,
            delivery=delivered.delivery,
            digest=delivered.digest,
            victim=one.resident,
            evidence=tuple(Evidence(kind="register", item="issuable", value=r, owner=one.resident) for r in reasons),
        )
        return


def _refused(one: Application) -> Finding:
    return Finding(
        finding="",
        property=Property.FRESHNESS,
        anomaly=Anomaly.UNEXPLAINED,
        severity=Severity.REVIEW,
        application=one.application,
        victim=one.resident,
        evidence=(Evidence(kind="refusal", value=f"{one.code} {one.reason}".strip(), owner=one.resident),),
    )
