"""Who may be issued what, under the rules that a target file declares."""

from datetime import date

import pytest

from harness.population.issuable import REASONS, concerned, reasons_ruled, refusal, refusals
from harness.records.certificates import Certificate
from harness.records.resident import KosekiAccess, Residency, Resident
from harness.records.rules import Rules

DAY = date(2026, 11, 22)
KOSEKI, INKAN, JUMINHYO = Certificate.KOSEKI, Certificate.INKAN, Certificate.JUMINHYO


def person(**fields):
    return Resident(key="R1", municipality="架空県見本市", household="H1", **{"koseki": "K1", **fields})


@pytest.mark.parametrize(
    ("born_on", "minimum", "reason"),
    [
        ("2011-11-22", 15, ""),
        ("2011-11-23", 15, "UNDER_15"),
        ("2011-11-23", 0, ""),
        ("2026-11-22", 0, ""),
        ("2009-01-01", 18, "UNDER_15"),
    ],
)
def test_the_minimum_age_is_the_declared_one_and_0_is_none(born_on, minimum, reason):
    assert refusal(person(born_on=born_on), JUMINHYO, DAY, Rules(minimum_age=minimum)) == reason


@pytest.mark.parametrize(("limit", "reason"), [(None, ""), (0, ""), (10, ""), (9, "NAME_TOO_LONG")])
def test_a_declared_name_limit_counts_characters_of_name_alias_and_former_name(limit, reason):
    for field in ("name", "alias", "former_name"):
        assert refusal(person(**{field: "あ" * 10}), JUMINHYO, DAY, Rules(name_limit=limit)) == reason


@pytest.mark.parametrize(("limit", "reason"), [(None, "NAME_TOO_LONG"), (0, ""), (80, "")])
def test_without_a_declared_limit_the_populations_mark_decides(limit, reason):
    marked = person(name="短い", traits=("name_too_long",))
    assert refusal(marked, JUMINHYO, DAY, Rules(name_limit=limit)) == reason


@pytest.mark.parametrize(
    ("fields", "rules", "reason"),
    [
        ({"restricted": True}, Rules(refuse_restricted=False), "RESTRICTED"),
        ({"gaiji_pending": True}, Rules(refuse_gaiji_pending=False), "GAIJI_PENDING"),
        (
            {"residency": Residency.ELSEWHERE, "koseki_access": KosekiAccess.PENDING},
            Rules(koseki_access=False),
            "KOSEKI_ACCESS_PENDING",
        ),
    ],
)
def test_other_rules_can_be_declared_away(fields, rules, reason):
    assert refusal(person(**fields), KOSEKI, DAY) == reason
    assert refusal(person(**fields), KOSEKI, DAY, rules) == ""
    assert set(REASONS) - set(reasons_ruled(rules)) >= {reason}


def test_no_rule_lets_the_dead_the_departed_or_the_sealless_be_issued_anything():
    none = Rules(minimum_age=0, name_limit=0, refuse_restricted=False, refuse_gaiji_pending=False, koseki_access=False)
    assert refusal(person(residency=Residency.DECEASED), KOSEKI, DAY, none) == "DECEASED"
    assert refusal(person(residency=Residency.MOVED_OUT), KOSEKI, DAY, none) == "MOVED_OUT"
    assert refusal(person(), INKAN, DAY, none) == "SEAL_NOT_REGISTERED"
    assert concerned("SEAL_CANCELLED") == {INKAN}


def test_every_reason_is_told_in_their_order():
    child = person(restricted=True, born_on="2020-01-01")
    assert tuple(refusals(child, INKAN, DAY)) == ("RESTRICTED", "UNDER_15", "SEAL_NOT_REGISTERED")
