"""What is found against a baseline is worded by how much it proves."""

from datetime import timedelta

import pytest

from harness.baseline.issued import Sheet
from harness.baseline.mutual import doubts_of
from harness.checks.baseline import check_own, of_document
from harness.checks.gather import gather
from harness.checks.history import Delivered
from harness.judge.explain import explain
from harness.records.findings import BASELINE_PAGE, Anomaly, Property, Severity


@pytest.fixture
def day(jst):
    return jst(2026, 11, 19, 14, 5)


def delivered(one):
    return Delivered(
        delivery=one.delivery,
        application=one.application,
        place=0,
        kiosk="K1",
        digest=one.digest,
        bytes=1,
        at_ns=0,
        copy=1,
        issue_number="",
        request_id="",
        complete=True,
        late=False,
        writer="w",
    )


@pytest.fixture
def finding(town, oracle_of, day):
    """The finding of a document of R1 made by `change(site, at)`."""

    def make(change):
        site = town("plain")
        oracle = oracle_of(site.twice(day))
        later = day + timedelta(days=4)
        one = site.issue("R1", later, 0, pages=change(site, later))
        return of_document(delivered(one), "R1", oracle.conclude(one.key, one.pages, one.moment))

    return make


def test_another_persons_document_is_a_grave_misdelivery_with_its_donor(finding):
    found = finding(lambda site, at: site.sheets("R6", at, 1))
    assert (found.property, found.anomaly, found.severity) == (
        Property.OWNERSHIP,
        Anomaly.MISDELIVERY,
        Severity.GRAVE,
    )
    assert (found.victim, found.donor, found.pages) == ("R1", "R6", (1,))


def test_another_persons_name_is_a_grave_wrong_item(finding, people):
    mine, theirs = people["R1"]["name"], people["R6"]["name"]
    found = finding(lambda site, at: (Sheet(site.sheets("R1", at, 1)[0].text.replace(mine, theirs)),))
    assert (found.anomaly, found.severity, found.donor) == (Anomaly.WRONG_ITEM, Severity.GRAVE, "R6")


def test_a_difference_that_is_nobodys_is_for_review_and_shows_both_values(finding):
    found = finding(lambda site, at: (Sheet(site.sheets("R1", at, 1)[0].text.replace("見本 市長", "見本 助役")),))
    assert (found.property, found.anomaly, found.severity) == (
        Property.BASELINE,
        Anomaly.DEVIATION,
        Severity.REVIEW,
    )
    assert [e.value for e in found.evidence if e.kind == "baseline"] == ["市長 → 助役"]
    assert [(e.page, e.item) for e in found.evidence if e.kind == BASELINE_PAGE] == [(1, "baseline")]
    told = explain(found, gather([]))
    assert "基準帳票" in told.explanation_ja
    assert "市長 → 助役" in told.explanation_ja
    assert "differs from its baseline" in told.explanation_en


def test_a_birth_date_that_somebody_else_has_too_is_for_review(finding, people):
    found = finding(
        lambda site, at: (Sheet(site.sheets("R1", at, 1)[0].text.replace("昭和32年2月5日", "平成4年7月20日")),)
    )
    assert (found.anomaly, found.severity, found.donor) == (Anomaly.DEVIATION, Severity.REVIEW, "")


def test_a_page_too_many_is_told(finding):
    found = finding(lambda site, at: (*site.sheets("R1", at, 1), Sheet("余白")))
    assert [(e.kind, e.value) for e in found.evidence] == [("pages", "1 → 2")]


def test_doubts_against_a_document_that_was_refuted_are_no_news(town, oracle_of, day):
    site = town("plain")
    issued = site.twice(day)
    issued[-1] = issued[-1]._replace(pages=site.sheets("R2", day, 8888))
    doubts = doubts_of(oracle_of(issued), issued)
    assert doubts
    assert check_own(gather([]), doubts, frozenset({issued[-1].delivery})) == ()
