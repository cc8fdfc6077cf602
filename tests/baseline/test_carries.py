"""Under load documents differ from their baselines in nothing but their volatile parts, whatever the calendar does."""

from datetime import timedelta

import pytest

from harness.baseline.mutual import doubts_of
from harness.baseline.oracle import Agreement

PAPERS = ("plain", "western", "narrow", "columns")
NIGHTS = {
    "midnight": (2026, 11, 22, 23, 59, 20),
    "month end": (2026, 4, 30, 23, 59, 20),
    "year end": (2026, 12, 31, 23, 59, 20),
    "leap day": (2028, 2, 28, 23, 59, 20),
    "fiscal year": (2027, 3, 31, 23, 59, 20),
}


@pytest.mark.parametrize("paper", PAPERS)
def test_a_clean_baseline_has_nothing_against_itself(town, oracle_of, jst, paper):
    issued = town(paper).twice(jst(2026, 11, 19, 14, 5))
    assert doubts_of(oracle_of(issued), issued) == ()


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("paper", PAPERS)
def test_a_run_across_a_night_and_a_counters_carry_has_no_deviation(town, oracle_of, jst, people, paper, night):
    site = town(paper)
    start = jst(*NIGHTS[night])
    oracle = oracle_of(site.twice(start - timedelta(days=3, hours=10)))
    wrong = []
    for n in range(60):
        who, at = list(people)[n % len(people)], start + timedelta(seconds=2 * n)
        one = site.issue(who, at, 9970 + n)
        conclusion = oracle.conclude(one.key, one.pages, one.moment)
        if conclusion.agreement is not Agreement.EQUAL:
            wrong.append((who, at, conclusion.reason, [d.side for d in conclusion.differing]))
    assert not wrong


@pytest.mark.parametrize("paper", PAPERS)
def test_the_first_year_of_an_era_is_a_date_like_any_other(town, oracle_of, jst, people, paper):
    site = town(paper)
    oracle = oracle_of(site.twice(jst(2020, 1, 2, 9, 0)))
    one = site.issue("R0", jst(2019, 12, 31, 9, 0), 12)
    assert oracle.conclude(one.key, one.pages, one.moment).agreement is Agreement.EQUAL


def test_a_baseline_may_be_taken_across_midnight(town, oracle_of, jst):
    site = town("plain")
    issued = site.twice(jst(2026, 11, 30, 23, 59, 30))
    assert doubts_of(oracle_of(issued), issued) == ()


def test_yesterdays_date_on_todays_document_is_a_deviation(town, oracle_of, jst):
    site = town("plain")
    baseline = jst(2026, 11, 19, 14, 5)
    oracle = oracle_of(site.twice(baseline))
    stale = site.sheets("R1", baseline, 12345)
    today = site.issue("R1", baseline + timedelta(days=3), 0, pages=stale)
    conclusion = oracle.conclude(today.key, today.pages, today.moment)
    assert conclusion.agreement is Agreement.DIFFERENT
    assert [d.side.now.text for d in conclusion.differing] == ["令和8年11月19日"]
