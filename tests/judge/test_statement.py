"""The wording is never stronger than what was exercised."""

import pytest

from harness.judge.next_steps import Setting, next_steps
from harness.judge.statement import state
from harness.records.findings import Property, Severity
from harness.records.verdict import Exposure, GapClass, Outcome, People, Reason, ScopeEntry

SCOPE = (
    ScopeEntry(property=Property.OWNERSHIP, in_scope=True, exercised=True, exercised_count=9),
    ScopeEntry(property=Property.FRESHNESS, in_scope=True, exercised=False, exercised_count=0),
    ScopeEntry(property=Property.BASELINE, in_scope=False, exercised=False, exercised_count=0),
)
FORBIDDEN = ("安全性を証明", "誤交付は起きない", "合格", "proven safe", "cannot happen")


def test_without_bursts_there_is_no_bound():
    ja, en = state(Outcome.PASS, Exposure(), 0, SCOPE, "smoke")
    assert "上限は示せない" in ja
    assert "no bound" in en


def test_a_pass_states_counts_bound_scope_and_limits():
    ja, en = state(
        Outcome.PASS,
        Exposure(bursts=299, overlapping_pairs=5000, same_second_pairs=70),
        0,
        SCOPE,
        "go-live",
        people=People(residents=1000, bursts=299, groups=299),
    )
    for part in (
        "299 回",
        "重なり合った要求の対 5,000、",
        "同一秒に開始した要求の対 70)",
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


def test_pairs_of_one_second_are_never_told_as_a_part_of_the_overlapping_ones():
    ja, _ = state(Outcome.PASS, Exposure(bursts=15, overlapping_pairs=81, same_second_pairs=179), 0, SCOPE, "smoke")
    assert "うち" not in ja


def test_freshness_without_an_update_is_told_as_what_it_was():
    scope = (ScopeEntry(property=Property.FRESHNESS, in_scope=True, exercised=True, exercised_count=9),)
    assert "登録の変更は試していない" in state(Outcome.PASS, Exposure(bursts=9), 0, scope, "smoke")[0]
    assert "最新性" in state(Outcome.PASS, Exposure(bursts=9, updates=2), 0, scope, "smoke")[0]


def test_next_steps_come_once_each_the_municipality_first():
    steps = next_steps((reason("found"), reason("interrupted"), reason("plan_incomplete")), frozenset({Severity.GRAVE}))
    assert [(s.who, s.code) for s in steps] == [
        ("municipality", "grave"),
        ("municipality", "found"),
        ("vendor", "found"),
        ("vendor", "interrupted"),
    ]


def test_whether_issuing_must_stop_is_asked_only_of_a_system_that_serves_citizens():
    grave = frozenset({Severity.GRAVE})
    test, *_ = next_steps((reason("found"),), grave)
    production, *_ = next_steps((reason("found"),), grave, Setting(production=True))
    assert "検証環境" in test.ja
    assert "直ちに" not in test.ja
    assert "直ちに" in production.ja


def test_a_target_that_is_down_has_one_cause_and_one_step():
    (step,) = next_steps((reason("target_unreachable"),), frozenset())
    assert "起動" in step.ja


def test_what_follows_from_an_interruption_has_no_step_of_its_own():
    steps = next_steps(tuple(map(reason, ("interrupted", "control_missing", "not_exercised"))), frozenset())
    assert [s.code for s in steps] == ["ask", "interrupted"]
    steps = next_steps((reason("control_missing"), reason("not_exercised")), frozenset())
    assert [s.code for s in steps] == ["ask", "control_missing", "not_exercised"]


def test_a_pass_names_what_it_says_nothing_about():
    kept, untested = next_steps((reason("nothing_found"),), frozenset(), Setting(scope=SCOPE))
    assert "保管" in kept.ja
    assert "最新性" in untested.ja
    assert "基準帳票" in untested.ja
    assert "本人性" not in untested.ja
    tried = tuple(s for s in SCOPE if s.exercised)
    (_, updates) = next_steps((reason("nothing_found"),), frozenset(), Setting(scope=tried))
    assert "登録を変更した後" in updates.ja
    assert len(next_steps((reason("nothing_found"),), frozenset(), Setting(scope=tried, updates=1))) == 1


def test_a_pass_that_is_no_acceptance_asks_for_one():
    setting = Setting(updates=1, acceptance=False)
    assert [s.code for s in next_steps((reason("nothing_found"),), frozenset(), setting)] == [
        "nothing_found",
        "no_acceptance",
    ]


def test_a_clean_baseline_is_there_to_be_compared_with():
    setting = Setting(scope=SCOPE, acceptance=False, baseline=True, run="r1")
    steps = next_steps((reason("nothing_found"),), frozenset(), setting)
    assert [(s.code, s.who) for s in steps] == [("no_acceptance", "municipality"), ("compare", "vendor")]
    assert "--baseline runs/r1" in steps[1].ja
    assert "--baseline runs/r1" in steps[1].en


def test_a_clean_follow_up_belongs_to_the_run_that_it_follows():
    (step,) = next_steps((reason("nothing_found"),), frozenset(), Setting(scope=SCOPE, acceptance=False, follows="r1"))
    assert step.who == "municipality"
    assert "r1 の報告書" in step.ja


def test_what_waits_for_eyes_is_one_step_for_the_municipality_and_asks_for_no_new_test():
    eyes, profile = next_steps((reason("unread"), reason("for_review")), frozenset({Severity.REVIEW}))
    assert (eyes.who, profile.who) == ("municipality", "vendor")
    assert "honnin review" in eyes.ja
    first, *_ = next_steps((reason("unread"), reason("interrupted")), frozenset({Severity.REVIEW}))
    assert "やり直した試験" in first.ja, "what was not played has to be played"


def test_every_reason_of_the_rule_has_a_next_step():
    import harness.judge.verdict as rule

    codes = rule.__doc__.partition("fail closed: ")[2].strip().rstrip(".").replace("\n", " ").split(", ")
    assert len(codes) > 10
    for code in [*(c.strip() for c in codes), "found", "nothing_found"]:
        steps = [s for s in next_steps((reason(code),), frozenset()) if s.code == code]
        assert steps
        assert all(s.ja and s.en and s.who in {"municipality", "vendor"} for s in steps)


def test_bursts_are_told_by_their_planned_distance_and_those_apart_do_not_count():
    near = GapClass(up_to_ms=10.0, bursts=68, overlapped=68, median_ms=25.0, longest_ms=470.0)
    far = GapClass(up_to_ms=None, bursts=67, overlapped=3, median_ms=1500.0, longest_ms=2870.0)
    ja, en = state(Outcome.PASS, Exposure(bursts=71, bursts_apart=64, gaps=(near, far)), 0, SCOPE, "go-live")
    for part in (
        "実際に重なった独立なバースト 71 回",
        "10 ms 以下 68 組中 68 組",
        "10 ms 超 67 組中 3 組",
        "最大 2,870 ms",
    ):
        assert part in ja, part
    assert "64 did not" in en


def test_own_certificates_with_somebody_elses_items_are_told_beside_zero_misdeliveries():
    ja, en = state(Outcome.FAIL, Exposure(bursts=9), 0, SCOPE, "smoke", mingled=16)
    assert "他人の記載が混ざった申請は 16 件" in ja
    assert "16 applications" in en


def test_a_small_population_claims_no_more_than_its_pairs():
    few = People(residents=60, bursts=330, groups=299, pairs_met=280, pairs_possible=1770)
    ja, en = state(Outcome.PASS, Exposure(bursts=330), 0, SCOPE, "go-live", people=few, confidence=0.99)
    for part in (
        "60 人の異なる顔ぶれ 299 組",
        "繰り返し 31 回は数えない",
        "1,770 通りのうち",
        "280 通り",
        "何も言えない",
        "99 %",
        "0.016",
    ):
        assert part in ja, part
    for part in ("299 different groups", "31 more", "1,770", "nothing is said", "0.016 at 99 %"):
        assert part in en, part
