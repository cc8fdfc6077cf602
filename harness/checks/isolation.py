"""Property S: an invalid card gets nothing, and nobody's session reads another's job, nor one that is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from harness.checks.history import Application, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import Ending, ProbeAnswer, Probed
from harness.records.plan import Probe

# A lost or stolen card, one whose PIN is locked, or a copy of its certificate, may be in another person's hands.
_IN_STRANGE_HANDS = frozenset({"revoked", "locked", Probe.WRONG_SIGNATURE.value})
VALID = "valid"
_BROKEN = {
    Probe.FOREIGN_JOB: Anomaly.IDOR,
    Probe.NEXT_CUSTOMER: Anomaly.SESSION_BLEED,
    Probe.AFTER_END: Anomaly.SESSION_BLEED,
}


def check_isolation(view: HistoryView, card_states: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return AUTH-GAP for every application with an invalid card that was let in or given a document.

    `card_states` maps serials to valid, revoked, expired, superseded or locked, as they were when the run
    began; cards it does not know are taken as valid, save where their signature was wrong. Every other probe that was
    not refused is IDOR or SESSION-BLEED; grave where another person's document was handed over.
    """
    findings: list[Finding] = []
    for place, state in invalid_cards(view, card_states):
        one = view.applications[place]
        got = next((d for d in view.deliveries_to(place) if d.complete), None)
        if got is not None:
            severity = Severity.GRAVE if state in _IN_STRANGE_HANDS else Severity.DEFECT
            findings.append(_finding(one, state, "document handed out", severity, got.delivery, got.digest))
        elif 200 <= one.authenticated < 300:
            findings.append(_finding(one, state, "authentication accepted", Severity.DEFECT))
    for probed in view.probed:
        if probed.answer is ProbeAnswer.ACCEPTED:
            findings.append(_accepted(probed, view))
    return tuple(findings)


def invalid_cards(view: HistoryView, card_states: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield row and state of every application whose card, or its signature, must not be accepted."""
    cards, probes = view.applications.strings("card"), view.applications.column("probe")
    for place, (card, probe) in enumerate(zip(cards, probes, strict=True)):
        state = card_states.get(card, VALID)
        if probe is Probe.WRONG_SIGNATURE:
            state = Probe.WRONG_SIGNATURE.value
        if state != VALID:
            yield place, state


def probes_made(view: HistoryView) -> dict[Probe, tuple[int, int]]:
    """Return, for every probe that was to be made, how often it was answered, rightly or not, and how often begun."""
    begun = Counter(probe for probe in view.applications.column("probe") if probe is not None)
    answered = Counter(p.probe for p in view.probed if p.answer is not ProbeAnswer.UNANSWERED)
    for one in view.applications if begun[Probe.WRONG_SIGNATURE] else ():
        told = one.authenticated or one.ending in {Ending.REFUSED, Ending.DELIVERED}
        answered[Probe.WRONG_SIGNATURE] += one.probe is Probe.WRONG_SIGNATURE and bool(told)
    return {probe: (answered[probe], begun[probe]) for probe in Probe if begun[probe]}


def _accepted(probed: Probed, view: HistoryView) -> Finding:
    """Tell who got whose document; the applicant is the donor, the second person of the probe the victim."""
    one = view.of(probed.application)
    owner = one.resident if one else ""
    anothers = bool(probed.bytes) and probed.probe is not Probe.AFTER_END
    return Finding(
        finding="",
        property=Property.ISOLATION,
        anomaly=_BROKEN.get(probed.probe, Anomaly.IDOR),
        severity=Severity.GRAVE if anothers else Severity.DEFECT,
        application=probed.application,
        victim=probed.resident or owner,
        donor=owner,
        evidence=(Evidence(kind="probe", item=probed.probe, value=probed.detail, owner=owner),),
    )


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
