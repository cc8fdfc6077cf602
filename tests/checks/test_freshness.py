"""Property F, as far as issuing at all."""

from datetime import date

import pytest

from harness.checks.freshness import check_freshness
from harness.checks.register import Register
from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.findings import Anomaly, Severity
from harness.records.history import Ending, UpdateResult

INKAN = Certificate.INKAN


def check(history, residents, valid=lambda serial: True, reflection_s=0.0):
    view = history.view()
    register = Register(residents, view.updates, round(reflection_s * 1e9))
    on = date(2025, 4, 2)
    found = check_freshness(view, history.documents, register, lambda r, c: refusal(r, c, on), valid)
    return [(f.anomaly, f.application, f.severity) for f in found]


ZOMBIE = [(Anomaly.ZOMBIE_ISSUE, "A1", Severity.DEFECT)]


def test_a_seal_certificate_after_an_acknowledged_cancellation_is_a_zombie(history, residents):
    history.updates("U1", "R1", "seal", "cancelled", 0, 1).asks("A1", "R1", 2, 3, certificate=INKAN).gets("A1")
    assert check(history, residents) == ZOMBIE


def test_another_certificate_of_the_same_person_is_right(history, residents):
    history.updates("U1", "R1", "seal", "cancelled", 0, 1).asks("A1", "R1", 2, 3).gets("A1")
    assert check(history, residents) == []


@pytest.mark.parametrize("ending", [Ending.DELIVERED, Ending.REFUSED])
def test_while_the_cancellation_is_in_flight_both_answers_are_right(history, residents, ending):
    history.asks("A1", "R1", 2, 5, certificate=INKAN, ending=ending).updates("U1", "R1", "seal", "cancelled", 3, 4)
    if ending is Ending.DELIVERED:
        history.gets("A1")
    assert check(history, residents) == []


def test_within_the_documented_reflection_time_the_old_state_may_be_issued(history, residents):
    history.updates("U1", "R1", "seal", "cancelled", 0, 1).asks("A1", "R1", 2, 3, certificate=INKAN).gets("A1")
    assert check(history, residents, reflection_s=5) == []


def test_an_unresolved_cancellation_allows_both(history, residents):
    history.updates("U1", "R1", "seal", "cancelled", 0, 1, UpdateResult.UNRESOLVED)
    history.asks("A1", "R1", 2, 3, certificate=INKAN).gets("A1")
    history.asks("A2", "R1", 4, 5, certificate=INKAN, ending=Ending.REFUSED)
    assert check(history, residents) == []


def test_a_registration_of_unknown_outcome_may_follow_the_cancellation(history, residents):
    history.updates("U1", "R1", "seal", "registered", 0, None).updates("U2", "R1", "seal", "cancelled", 1, 2)
    history.asks("A1", "R1", 3, 4, certificate=INKAN).gets("A1")
    assert check(history, residents) == []


@pytest.mark.parametrize(
    ("field", "value"), [("residency", "moved_out"), ("residency", "deceased"), ("restricted", "true")]
)
def test_people_who_left_died_or_are_protected_get_nothing(history, residents, field, value):
    history.updates("U1", "R1", field, value, 0, 1).asks("A1", "R1", 2, 3).gets("A1")
    assert check(history, residents) == ZOMBIE


def test_a_state_that_the_population_already_had_counts_too(history, residents):
    from msgspec.structs import replace

    residents["R1"] = replace(residents["R1"], seal=None)
    history.asks("A1", "R1", certificate=INKAN).gets("A1")
    assert check(history, residents) == ZOMBIE


def test_anothers_document_is_no_issue_of_this_person(history, residents, made):
    history.updates("U1", "R1", "seal", "cancelled", 0, 1)
    history.asks("A1", "R1", 2, 3, certificate=INKAN).gets("A1", [made.foreign_page("R2")])
    assert check(history, residents) == []


def test_a_refusal_that_no_state_explains_is_for_review(history, residents):
    history.asks("A1", "R1", ending=Ending.REFUSED, code="NOT_REGISTERED")
    assert check(history, residents) == [(Anomaly.UNEXPLAINED, "A1", Severity.REVIEW)]


def test_a_refused_invalid_card_is_explained(history, residents):
    history.asks("A1", "R1", ending=Ending.REFUSED, code="CARD_REVOKED")
    assert check(history, residents, valid=lambda serial: False) == []


def test_a_refusal_of_somebody_not_entitled_is_right(history, residents):
    history.updates("U1", "R1", "restricted", "true", 0, 1).asks("A1", "R1", 2, 3, ending=Ending.REFUSED)
    assert check(history, residents) == []
