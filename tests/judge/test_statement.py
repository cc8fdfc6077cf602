"""The wording is never stronger than what was exercised."""

import pytest

from harness.judge.statement import bound_per_burst, next_steps, state
from harness.records.findings import Property, Severity
from harness.records.verdict import Exposure, Outcome, Reason, ScopeEntry

SCOPE = (
    ScopeEntry(property=Property.OWNERSHIP, in_scope=True, exercised=True, exercised_count=9),
    ScopeEntry(property=Property.FRESHNESS, in_scope=True, exercised=False, exercised_count=0),
    ScopeEntry(property=Property.BASELINE, in_scope=False, exercised=False, exercised_count=0),
)
FORBIDDEN = ("安全性を証明", "誤交付は起きない", "合格", "proven safe", "cannot happen")


@pytest.mark.parametrize(("bursts", "bound"), [(299, 1e-2), (2995, 1e-3), (29956, 1e-4)])
def test_the_bound_is_that_of_checking_md(bursts, bound):
    assert bound_per_burst(bursts) < bound < bound_per_burst(bursts - 2)


def test_without_bursts_there_is_no_bound():
    assert bound_per_burst(0) is None
    ja, en = state(Outcome.PASS, Exposure(), 0, SCOPE, "smoke")
    assert "上限は示せない" in ja
    assert "no bound" in en


def test_a_pass_states_counts_bound_scope_and_limits():
    ja, en = state(
        Outcome.PASS, Exposure(bursts=299, overlapping_pairs=5000, same_second_pairs=70), 0, SCOPE, "go-live"
    )
    for part in (
        "299 回",
        "5,000 組",
        "70 組",
        "誤交付は 0 件",
        "95 %",
        "0.01 以下",
        "保証しない",
        "実施なし: 最新性",
        "対象外",
    ):
        assert part in ja, part
    for part in ("299", "at most 0.01", "no assurance", "not exercised", "out of scope"):
        assert part in en, part


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("misdelivered", [0, 3])
def test_nothing_forbidden_is_ever_said_and_zero_only_when_zero(outcome, misdelivered):
    texts = state(outcome, Exposure(bursts=10), misdelivered, SCOPE, "go-live")
    assert not any(word in text for word in FORBIDDEN for text in texts)
    assert ("誤交付は 3 件" in texts[0]) == bool(misdelivered)
    assert ("0 件" in texts[0]) == (not misdelivered)


def test_an_inconclusive_run_gives_no_bound():
    ja, _ = state(Outcome.INCONCLUSIVE, Exposure(bursts=299), 0, SCOPE, "go-live")
    assert "95 %" not in ja
    assert "根拠にできない" in ja


def reason(code):
    return Reason(code=code, ja="", en="")


def test_next_steps_come_once_each_the_most_urgent_first():
    steps = next_steps((reason("found"), reason("interrupted"), reason("plan_incomplete")), frozenset({Severity.GRAVE}))
    assert [s.code for s in steps] == ["grave", "found", "interrupted"]


def test_every_reason_of_the_rule_has_a_next_step():
    import harness.judge.verdict as rule

    codes = rule.__doc__.partition("fail closed: ")[2].strip().rstrip(".").replace("\n", " ").split(", ")
    assert len(codes) > 10
    for code in [*(c.strip() for c in codes), "found", "nothing_found"]:
        (step,) = next_steps((reason(code),), frozenset())
        assert step.ja and step.en
