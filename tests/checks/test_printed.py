"""Property F on paper, and who was refused or issued something around changes of the register."""

from datetime import date

import pytest

from harness.checks.freshness import check_freshness, measure_reflection
from harness.checks.printed import LISTED, Printed, without_repeated
from harness.checks.register import Register
from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import Ending, UpdateResult

INKAN = Certificate.INKAN
ON = date(2025, 4, 2)


@pytest.fixture
def people(residents):
    from msgspec.structs import replace

    return {key: replace(one, address="旧住所", name=f"見本 {key}") for key, one in residents.items()}


def arguments(history, people, printed, reflection_s):
    view = history.view()
    register = Register(people, view.updates, round(reflection_s * 1e9))
    return view, history.documents, register, lambda r, c: refusal(r, c, ON), lambda serial: True, printed


def check(history, people, *printed, reflection_s=0.0):
    return check_freshness(*arguments(history, people, printed, reflection_s))


def anomalies(history, people, *printed, reflection_s=0.0):
    return [(f.anomaly, f.application, f.severity) for f in check(history, people, *printed, reflection_s=reflection_s)]


def measured(history, people, *printed, reflection_s=0.0):
    return measure_reflection(*arguments(history, people, printed, reflection_s))


def prints(delivery, value, field="address", resident="R1"):
    return Printed(delivery=delivery, resident=resident, field=field, value=value, items=frozenset({field}))


def moved(history, result=UpdateResult.APPLIED):
    return history.updates("U1", "R1", "address", "新住所", 10, 11, result)


def test_an_old_address_after_the_change_is_stale_by_versions_and_seconds(history, people):
    moved(history).asks("A1", "R1", 13, 14).gets("A1")
    (found,) = check(history, people, prints("D0001", "旧住所"))
    assert (found.anomaly, found.severity) == (Anomaly.STALE, Severity.DEFECT)
    told = {e.kind: e.value for e in found.evidence}
    assert told == {
        "printed": "旧住所",
        "change": "U1: -3.000 s to -2.000 s",
        "behind": "1 version, 2.000 s late",
    }


@pytest.mark.parametrize("value", ["旧住所", "新住所"])
def test_while_a_change_is_under_way_both_are_right(history, people, value):
    moved(history).asks("A1", "R1", 10.5, 12).gets("A1")
    assert anomalies(history, people, prints("D0001", value)) == []


@pytest.mark.parametrize(
    ("value", "anomaly"), [("新住所", Anomaly.FUTURE), ("旧住所", None), ("別の住所", Anomaly.GARBAGE)]
)
def test_before_a_change(history, people, value, anomaly):
    moved(history).asks("A1", "R1", 5, 6).gets("A1")
    found = [a for a, _, _ in anomalies(history, people, prints("D0001", value))]
    assert found == ([anomaly] if anomaly else [])


def test_what_a_failed_change_would_have_brought_is_an_aborted_read(history, people):
    moved(history, UpdateResult.FAILED).asks("A1", "R1", 13, 14).gets("A1")
    assert anomalies(history, people, prints("D0001", "新住所")) == [(Anomaly.ABORTED_READ, "A1", Severity.DEFECT)]


def test_new_then_old_during_one_change_is_an_inversion(history, people):
    history.updates("U1", "R1", "address", "新住所", 10, 30)
    history.asks("A1", "R1", 12, 13).gets("A1").asks("A2", "R1", 14, 15).gets("A2")
    both = prints("D0001", "新住所"), prints("D0002", "旧住所")
    (found,) = check(history, people, *both)
    assert (found.anomaly, found.application) == (Anomaly.NEW_OLD_INVERSION, "A2")
    assert "D0001" in {e.value for e in found.evidence}
    assert anomalies(history, people, *both, reflection_s=60) == [(Anomaly.NEW_OLD_INVERSION, "A2", Severity.REVIEW)]


def test_two_fields_of_different_states_are_torn(history, people):
    moved(history).updates("U2", "R1", "name", "新 氏名", 20, 21)
    history.asks("A1", "R1", 25, 26).gets("A1")
    old_and_new = prints("D0001", "旧住所"), prints("D0001", "新 氏名", "name")
    assert anomalies(history, people, *old_and_new, reflection_s=60) == [(Anomaly.TORN, "A1", Severity.DEFECT)]
    new_and_old = prints("D0001", "新住所"), prints("D0001", "見本 R1", "name")
    assert anomalies(history, people, *new_and_old, reflection_s=60) == []


def test_both_values_of_one_field_on_one_document_are_torn(history, people):
    moved(history).asks("A1", "R1", 10.5, 12).gets("A1")
    assert anomalies(history, people, prints("D0001", "旧住所"), prints("D0001", "新住所")) == [
        (Anomaly.TORN, "A1", Severity.DEFECT)
    ]


def test_a_member_who_had_left_is_stale_on_the_copy_of_the_household(history, people):
    from msgspec.structs import replace

    people["R2"] = replace(people["R2"], household=people["R1"].household)
    history.updates("U1", "R2", "residency", "deceased", 10, 11).asks("A1", "R1", 13, 14).gets("A1")
    assert anomalies(history, people, prints("D0001", True, LISTED, "R2")) == [(Anomaly.STALE, "A1", Severity.DEFECT)]
    assert anomalies(history, people, prints("D0001", False, LISTED, "R2")) == []


def test_a_seal_that_comes_back_is_followed_version_by_version(history, people):
    history.updates("U1", "R1", "seal", "cancelled", 10, 11).updates("U2", "R1", "seal", "registered", 20, 21)
    history.asks("A1", "R1", 12, 13, certificate=INKAN, ending=Ending.REFUSED)
    history.asks("A2", "R1", 22, 23, certificate=INKAN).gets("A2")
    history.asks("A3", "R1", 24, 25, certificate=INKAN, ending=Ending.REFUSED, code="SEAL_CANCELLED")
    assert anomalies(history, people) == [(Anomaly.STALE, "A3", Severity.DEFECT)]


def test_refused_then_issued_while_the_cancellation_is_under_way_is_an_inversion(history, people):
    history.updates("U1", "R1", "seal", "cancelled", 10, 60)
    history.asks("A1", "R1", 12, 13, certificate=INKAN, ending=Ending.REFUSED)
    history.asks("A2", "R1", 14, 15, certificate=INKAN).gets("A2")
    assert anomalies(history, people) == [(Anomaly.NEW_OLD_INVERSION, "A2", Severity.DEFECT)]


def test_a_refusal_by_a_change_that_failed(history, people):
    history.updates("U1", "R1", "restricted", "true", 10, 11, UpdateResult.FAILED)
    history.asks("A1", "R1", 12, 13, ending=Ending.REFUSED)
    assert anomalies(history, people) == [(Anomaly.ABORTED_READ, "A1", Severity.DEFECT)]


def test_the_observed_reflection_time_is_the_smallest_that_passes(history, people):
    moved(history).asks("A1", "R1", 13, 14).gets("A1").asks("A2", "R1", 18, 19).gets("A2")
    printed = prints("D0001", "旧住所"), prints("D0002", "新住所")
    seen = measured(history, people, *printed, reflection_s=60)
    assert (seen.documented_s, seen.observed_s, seen.after_change) == (60.0, 2.0, 2)
    assert anomalies(history, people, *printed, reflection_s=seen.observed_s) == []
    assert anomalies(history, people, *printed, reflection_s=seen.observed_s - 0.001) != []


def test_without_a_read_after_a_change_no_reflection_time_was_observed(history, people):
    moved(history).asks("A1", "R1", 5, 6).gets("A1")
    assert measured(history, people, prints("D0001", "旧住所")).observed_s is None


def test_a_clock_error_widens_the_window(history, people):
    moved(history).asks("A1", "R1", 11.2, 12).gets("A1")
    view = history.view()
    view.applications.put(0, "error_ns", 500_000_000)
    register = Register(people, view.updates)
    found = check_freshness(
        view, history.documents, register, lambda r, c: "", lambda s: True, [prints("D0001", "旧住所")]
    )
    assert found == ()


def wrong_item(*items, severity=Severity.DEFECT):
    evidence = tuple(Evidence(kind="wrong item", item=item) for item in items)
    return Finding(
        finding="",
        property=Property.OWNERSHIP,
        anomaly=Anomaly.WRONG_ITEM,
        severity=severity,
        delivery="D0001",
        evidence=evidence,
    )


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (wrong_item("address"), False),
        (wrong_item("address", "name"), True),
        (wrong_item("address", severity=Severity.GRAVE), True),
    ],
)
def test_what_freshness_names_is_not_told_twice(history, people, other, kept):
    moved(history).asks("A1", "R1", 13, 14).gets("A1")
    printed = prints("D0001", "旧住所")
    (stale,) = check(history, people, printed)
    assert without_repeated([stale, other], [printed]) == ([stale, other] if kept else [stale])
