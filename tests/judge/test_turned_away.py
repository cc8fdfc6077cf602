"""Reasons to refuse somebody: what was tried is counted, the rest named with its cause, a breach explained."""

from datetime import date

import pytest
from msgspec.structs import replace

from harness.checks.documents import Documents
from harness.checks.freshness import check_freshness
from harness.checks.register import Register
from harness.glossary import REASONS as WORDS
from harness.judge.explain import explain
from harness.judge.forbidden import forbidden
from harness.judge.scope import measure_scope
from harness.judge.turned_away import count_turned_away, untried
from harness.population.issuable import REASONS, refusal
from harness.records.certificates import Certificate
from harness.records.findings import Property
from harness.records.history import Ending
from harness.records.resident import Resident, Seal
from harness.records.rules import Rules
from harness.records.target import Target

DAY = date(2026, 11, 22)
TARGET = Target(name="t", url="http://127.0.0.1:1")
SEAL = Seal(number="S1", registered_on="2020-01-01", diameter_mm=12.0, png_base64="")
INKAN, JUMINHYO = Certificate.INKAN, Certificate.JUMINHYO


@pytest.fixture
def people():
    one = Resident(key="R1", municipality="架空県見本市", household="H1", koseki="K1", seal=SEAL, born_on="1980-01-01")
    child, guarded = replace(one, key="R2", born_on="2015-04-01"), replace(one, key="R3", restricted=True)
    return {r.key: r for r in (one, child, guarded)}


@pytest.fixture
def counted(history, people):
    def counted(rules=TARGET.rules):
        view = history.view()
        return count_turned_away(view, Register(people, ()), people, lambda r, c: refusal(r, c, DAY, rules))

    return counted


def told(turned_away, target=TARGET):
    return {reason.code: reason for reason in untried(turned_away, target)}


def test_every_reason_has_a_word():
    assert tuple(WORDS) == REASONS


def test_reasons_are_counted_where_the_target_answered_whatever_it_answered(history, counted):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2").gets("A2")
    history.asks("A3", "R3", ending=Ending.REFUSED).asks("A4", "R3", ending=Ending.FAILED)
    assert counted().by_reason == {"RESTRICTED": 1, "UNDER_15": 1}


def test_reasons_that_were_not_tried_are_named_with_the_cause_in_both_languages(history, counted):
    history.asks("A1", "R2", certificate=JUMINHYO, ending=Ending.REFUSED)
    sentences = told(counted())
    assert set(sentences) == {"refusals_nobody", "refusals_not_planned"}
    assert sentences["refusals_not_planned"].ja.endswith(": 支援措置")
    assert sentences["refusals_not_planned"].en.endswith(": protected person")
    assert "印鑑登録の廃止" in sentences["refusals_nobody"].ja
    assert "転出" in sentences["refusals_nobody"].ja


def test_a_reason_tried_for_one_certificate_only_is_named_with_the_others(history, counted):
    history.asks("A1", "R2", certificate=JUMINHYO, ending=Ending.REFUSED).asks("A2", "R1", certificate=INKAN)
    assert "年齢の下限未満(印鑑登録証明書)" in told(counted())["refusals_not_planned"].ja


def test_rules_declared_away_and_certificates_not_issued_are_causes_of_their_own(history, counted):
    history.asks("A1", "R1").gets("A1")
    target = replace(TARGET, certificates=(JUMINHYO,), rules=Rules(minimum_age=0))
    sentences = told(counted(target.rules), target)
    assert sentences["refusals_not_ruled"].en.endswith(": below the minimum age")
    assert "no seal registered" in sentences["refusals_not_issued"].en
    assert "年齢の下限未満" not in sentences["refusals_not_planned"].ja


def test_the_note_of_freshness_says_how_many_of_each_reason(history, counted):
    history.asks("A1", "R2", ending=Ending.REFUSED).asks("A2", "R3", ending=Ending.REFUSED)
    scope = measure_scope(history.view(), Documents(), TARGET, 2, {}, turned_away=counted())
    (entry,) = (s for s in scope if s.property is Property.FRESHNESS)
    assert "支援措置 1 件、年齢の下限未満 1 件" in entry.note_ja
    assert "protected person 1, below the minimum age 1" in entry.note_en


def breach(history, people, who, rules=TARGET.rules, **asked):
    """Let `who` be issued something, and return the finding's two explanations."""
    history.asks("A1", who, **asked).gets("A1")
    view = history.view()
    register = Register(people, ())

    def why(finding, lang):
        return forbidden(finding, people[finding.victim], rules, DAY, lang)

    found = check_freshness(
        view, history.documents, register, lambda r, c: refusal(r, c, DAY, rules), lambda serial: True
    )
    (finding,) = (explain(f, view, why) for f in found)
    return finding.explanation_ja, finding.explanation_en


def test_an_issue_to_a_child_says_why_with_birthday_age_and_the_key_that_declares_another_rule(history, people):
    ja, en = breach(history, people, "R2")
    assert "R2 は15歳未満のため交付できないはず(2015年4月1日生まれ、2026年11月22日の試験日に11歳)。" in ja
    assert "対象ファイルの [rules] に minimum_age = 0 と書いて申告する" in ja
    assert "交付の可否「年齢の下限未満」" in ja
    assert "UNDER_15" not in ja + en
    assert "R2 is under 15 (born on 2015-04-01, aged 11 on 2026-11-22, the day of the run)" in en
    assert "declare minimum_age = 0 under [rules]" in en


def test_the_age_told_is_the_declared_one(history, people):
    people["R1"] = replace(people["R1"], born_on="2008-04-01")
    assert "R1 は20歳未満のため" in breach(history, people, "R1", Rules(minimum_age=20))[0]


def test_a_name_beyond_the_declared_limit_is_told_with_both_lengths(history, people):
    people["R1"] = replace(people["R1"], name="あ" * 12)
    ja, en = breach(history, people, "R1", Rules(name_limit=10))
    assert "12文字、上限 10文字" in ja
    assert "12 characters, limit 10" in en


def test_what_no_municipality_may_issue_has_no_key(history, people):
    people["R1"] = replace(people["R1"], seal=None)
    ja, en = breach(history, people, "R1", certificate=INKAN)
    assert "R1 は印鑑が登録されていないため交付できないはず。" in ja
    assert "[rules]" not in ja + en
