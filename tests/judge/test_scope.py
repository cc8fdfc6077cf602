"""Scope: what may be declared out, and what is said of what was not exercised."""

import pytest
from msgspec.structs import replace

from harness.checks.documents import Documents
from harness.errors import ConfigError
from harness.judge.scope import measure_scope, validate_scope
from harness.records.findings import Property
from harness.records.history import ApplicationEnded
from harness.records.target import OutOfScope, Target


def target(*out, **fields):
    return Target(name="t", url="http://127.0.0.1", out_of_scope=out, **fields)


def out(name, reason="no interface", declared_by="見本 太郎"):
    return OutOfScope(property=name, reason=reason, declared_by=declared_by)


@pytest.mark.parametrize("name", [Property.OWNERSHIP, Property.PAGES, Property.BASELINE])
def test_ownership_pages_and_baseline_cannot_be_declared_out(name):
    with pytest.raises(ConfigError, match=r"out_of_scope\[1\].property.*cannot be declared out"):
        validate_scope(target(out(name)), "target.toml")


@pytest.mark.parametrize("field", ["reason", "declared_by"])
def test_a_declaration_needs_a_reason_and_a_name(field):
    with pytest.raises(ConfigError, match=field):
        validate_scope(target(out(Property.FRESHNESS, **{field: " "})), "target.toml")


def test_a_declared_property_is_shown_with_reason_and_name(history):
    validate_scope(target(out(Property.NUMBERS)), "target.toml")
    scope = {s.property: s for s in measure_scope(history.view(), Documents(), target(out(Property.NUMBERS)), 0, {})}
    assert not scope[Property.NUMBERS].in_scope
    assert "見本 太郎" in scope[Property.NUMBERS].note_ja
    assert set(scope) == set(Property)


def test_without_a_baseline_its_property_is_in_scope_and_said_not_to_be_exercised(history):
    scope = {s.property: s for s in measure_scope(history.view(), Documents(), target(), 0, {})}
    entry = scope[Property.BASELINE]
    assert (entry.in_scope, entry.exercised) == (True, False)
    assert "基準帳票なし" in entry.note_ja


def test_counts_come_from_what_was_put_to_the_test(history):
    history.asks("A1", "R1", card="c1").gets("A1", number="N1").asks("A2", "R2").gets("A2")
    scope = {s.property: s for s in measure_scope(history.view(), history.documents, target(), 7, {"c1": "revoked"})}
    counts = {p: s.exercised_count for p, s in scope.items()}
    assert counts == {
        Property.OWNERSHIP: 2,
        Property.FRESHNESS: 7,
        Property.EXACTLY_ONCE: 2,
        Property.ISOLATION: 1,
        Property.PAGES: 2,
        Property.NUMBERS: 1,
        Property.BASELINE: 0,
    }


@pytest.mark.parametrize(("updates", "words"), [(True, "no updates were made"), (False, "no way to update")])
def test_freshness_not_exercised_says_why(history, updates, words):
    scope = {s.property: s for s in measure_scope(history.view(), Documents(), target(updates=updates), 0, {})}
    assert not scope[Property.FRESHNESS].exercised
    assert words in scope[Property.FRESHNESS].note_en


def test_exactly_once_says_which_other_sides_it_could_not_see(history):
    history.asks("A1", "R1").gets("A1")
    history.records = [replace(r, charged=None) if isinstance(r, ApplicationEnded) else r for r in history.records]
    scope = {s.property: s for s in measure_scope(history.view(), history.documents, target(), 0, {})}
    assert "no ledger" in scope[Property.EXACTLY_ONCE].note_en
    assert "fees" in scope[Property.EXACTLY_ONCE].note_en


def test_exactly_once_says_nothing_where_ledger_and_fees_were_seen(history):
    history.asks("A1", "R1", charged=True).gets("A1").ledger(("A1", "issued"))
    scope = {s.property: s for s in measure_scope(history.view(), history.documents, target(ledger=True), 0, {})}
    assert scope[Property.EXACTLY_ONCE].note_en == ""
