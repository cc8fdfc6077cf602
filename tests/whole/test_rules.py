"""Rules that differ by municipality: a breach is found and explained in plain words; one declared away is named."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_who_is_issued_something_below_the_declared_age_is_found_and_the_rule_named(clean, judge_as_if):
    code, verdict = judge_as_if(clean.run, "[limits]", "[rules]\nminimum_age = 40\n[limits]")
    assert (code, {f["anomaly"] for f in verdict["findings"]}) == (1, {"ZOMBIE-ISSUE"})
    told = verdict["findings"][0]["explanation_ja"]
    assert "40歳未満のため交付できないはず" in told
    assert "[rules] に minimum_age = 0 と書いて申告する" in told
    assert "UNDER_15" not in told


def test_a_rule_declared_away_is_named_among_what_was_not_tried(clean, judge_as_if):
    _, verdict = judge_as_if(clean.run, "[limits]", "[rules]\nname_limit = 0\n[limits]")
    assert "氏名の長さ超過" in {r["code"]: r["ja"] for r in verdict["not_tried"]}["refusals_not_ruled"]
    assert {f["severity"] for f in verdict["findings"]} == {"review"}  # refusals that no rule explains
