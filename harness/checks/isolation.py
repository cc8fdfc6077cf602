"""Property S, as far as cards: an invalid card gets nothing."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.history import Application, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity

# A lost or stolen card, or one whose PIN is locked, may be in another person's hands.
_IN_STRANGE_HANDS = frozenset({"revoked", "locked"})
VALID = "valid"


def check_isolation(view: HistoryView, card_states: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return AUTH-GAP for every application with an invalid card that was let in or given a document.

    `card_states` maps serials to valid, revoked, expired, superseded or locked, as they were when the run
    began; cards it does not know are taken as valid.
    """
    findings: list[Finding] = []
    for place, card in enumerate(view.applications.strings("card")):
        state = card_states.get(card, VALID)
        if state == VALID:
            continue
        one = view.applications[place]
        got = next((d for d in view.deliveries_to(place) if d.complete), None)
        if got is not None:
            severity = Severity.GRAVE if state in _IN_STRANGE_HANDS else Severity.DEFECT
            findings.append(_finding(one, state, "document handed out", severity, got.delivery, got.digest))
        elif 200 <= one.authenticated < 300:
            findings.append(_finding(one, state, "authentication accepted", Severity.DEFECT))
    return tuple(findings)


def _finding(
    one: Application, state: str, what: str, severity: Severity, delivery: str = "", digest: str = ""
) -> Finding:
    return Finding(
        finding="",
        property=Property.ISOLATION,
        anomaly=Anomaly.AUTH_GAP,
        severity=severity,
        application=one.application,
        delivery=delivery,
        digest=digest,
        victim=one.resident,
        evidence=(Evidence(kind="card", item=state, value=what, owner=one.resident),),
    )
