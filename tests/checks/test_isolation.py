"""Property S, as far as cards."""

import pytest

from harness.checks.isolation import check_isolation
from harness.records.findings import Anomaly, Severity
from harness.records.history import Ending


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
