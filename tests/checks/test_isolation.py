"""Property S: invalid cards, and sessions that must not reach a job."""

import pytest

from harness.checks.isolation import check_isolation, probes_made
from harness.records.findings import Anomaly, Severity
from harness.records.history import Ending, ProbeAnswer, Probed
from harness.records.plan import Probe


def check(history, **states):
    return [(f.anomaly, f.application, f.severity) for f in check_isolation(history.view(), states)]


def test_valid_and_unknown_cards_may_be_used(history):
    history.asks("A1", "R1", card="c1").gets("A1").asks("A2", "R2", card="c2").gets("A2")
    assert check(history, c1="valid") == []


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        ("revoked", Severity.GRAVE),
        ("locked", Severity.GRAVE),
        ("expired", Severity.DEFECT),
        ("superseded", Severity.DEFECT),
    ],
)
def test_a_document_for_an_invalid_card_is_an_auth_gap(history, state, severity):
    history.asks("A1", "R1", card="c1").gets("A1")
    assert check(history, c1=state) == [(Anomaly.AUTH_GAP, "A1", severity)]


def test_a_refused_invalid_card_got_nothing(history):
    history.asks("A1", "R1", card="c1", ending=Ending.REFUSED, authenticated=403)
    assert check(history, c1="revoked") == []


def test_an_invalid_card_that_was_let_in_is_a_gap_even_without_a_document(history):
    history.asks("A1", "R1", card="c1", ending=Ending.REFUSED, authenticated=200)
    assert check(history, c1="revoked") == [(Anomaly.AUTH_GAP, "A1", Severity.DEFECT)]


def probed(probe, answer, size=0):
    detail = "document handed out" if size else "APPLICATION_UNKNOWN"
    return Probed(application="A1", probe=probe, answer=answer, at_ns=1, resident="R2", detail=detail, bytes=size)


@pytest.mark.parametrize(
    ("probe", "anomaly", "severity"),
    [
        (Probe.FOREIGN_JOB, Anomaly.IDOR, Severity.GRAVE),
        (Probe.NEXT_CUSTOMER, Anomaly.SESSION_BLEED, Severity.GRAVE),
        (Probe.AFTER_END, Anomaly.SESSION_BLEED, Severity.DEFECT),
    ],
)
def test_what_a_probe_is_handed_breaks_isolation_and_is_grave_where_it_is_anothers(history, probe, anomaly, severity):
    history.asks("A1", "R1", probe=probe).gets("A1").add(probed(probe, ProbeAnswer.ACCEPTED, 5000))
    assert check(history) == [(anomaly, "A1", severity)]


def test_a_probe_that_was_let_in_and_got_nothing_is_a_defect(history):
    history.asks("A1", "R1", probe=Probe.FOREIGN_JOB).gets("A1")
    history.add(probed(Probe.FOREIGN_JOB, ProbeAnswer.ACCEPTED))
    assert check(history) == [(Anomaly.IDOR, "A1", Severity.DEFECT)]


def test_probes_that_are_refused_or_unanswered_are_no_findings_and_only_the_former_count_as_answered(history):
    history.asks("A1", "R1", probe=Probe.FOREIGN_JOB).gets("A1")
    history.add(probed(Probe.FOREIGN_JOB, ProbeAnswer.REFUSED), probed(Probe.AFTER_END, ProbeAnswer.UNANSWERED))
    history.asks("A2", "R2", probe=Probe.AFTER_END)
    assert check(history) == []
    assert probes_made(history.view()) == {Probe.FOREIGN_JOB: (1, 1), Probe.AFTER_END: (0, 1)}


def test_a_wrongly_signed_card_is_an_invalid_one_whatever_its_standing(history):
    wrong = Probe.WRONG_SIGNATURE
    history.asks("A1", "R1", card="c1", ending=Ending.REFUSED, authenticated=403, probe=wrong)
    history.asks("A2", "R2", card="c2", ending=Ending.FAILED, authenticated=200, probe=wrong)
    history.asks("A3", "R3", card="c3", authenticated=200, probe=wrong).gets("A3")
    history.asks("A4", "R4", card="c4", ending=Ending.FAILED, authenticated=0, probe=wrong)
    assert check(history, c1="valid") == [
        (Anomaly.AUTH_GAP, "A2", Severity.DEFECT),
        (Anomaly.AUTH_GAP, "A3", Severity.GRAVE),
    ]
    assert probes_made(history.view()) == {wrong: (3, 4)}
