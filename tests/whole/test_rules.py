"""Rules that differ by municipality: a breach is found and explained in plain words; one declared away is named."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LIMITS = ("answer_s = 20.0", "document_s = 20.0")


def test_who_is_issued_something_below_the_declared_age_is_found_and_the_rule_named(site, play):
    with site() as s:
        s.aim(s.ready["url"], *LIMITS, "[rules]", "minimum_age = 40")
        code, verdict, _, _ = play(s)
    assert (code, {f["anomaly"] for f in verdict["findings"]}) == (1, {"ZOMBIE-ISSUE"})
    told = verdict["findings"][0]["explanation_ja"]
    assert "40歳未満のため交付できないはず" in told
    assert "[rules] に minimum_age = 0 と書いて申告する" in told
    assert "UNDER_15" not in told


def test_a_rule_declared_away_is_named_among_what_was_not_tried(site, play):
    with site() as s:
        s.aim(s.ready["url"], *LIMITS, "[rules]", "name_limit = 0")
        _, verdict, _, _ = play(s)
    assert "氏名の長さ超過" in {r["code"]: r["ja"] for r in verdict["not_tried"]}["refusals_not_ruled"]
    assert {f["severity"] for f in verdict["findings"]} <= {"review"}  # refusals that no rule explains
