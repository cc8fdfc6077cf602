"""Explanations name the anomaly, the smallest witness with its times, then the contradiction."""

import pytest

from harness.checks.donors import trace_donors
from harness.checks.ownership import check_ownership
from harness.judge.explain import explain
from harness.judge.regularities import regularities
from harness.records.findings import Anomaly, Finding, Property, Severity
from harness.records.reading import ReadingStatus

DATE = "Wed, 02 Apr 2025 01:30:10 GMT"


def explained(history):
    view = history.view()
    found = check_ownership(view, history.documents, trace_donors(view, history.documents))
    return [explain(f, view) for f in found]


def common(history):
    view = history.view()
    found = check_ownership(view, history.documents, trace_donors(view, history.documents))
    return {r.code: r.en for r in regularities(view, found)}


def test_a_misdelivery_is_told_with_people_kiosks_times_and_wait(history, made):
    history.asks("A0", "R9", 0, 1)
    history.asks("A412", "R1", 10.412, 40.63, kiosk="K007", wait=30.2)
    history.gets("A412", [made.foreign_page("R2")], body="x")
    history.asks("A413", "R2", 10.961, 41.2, kiosk="K002").gets("A413", body="x")
    (found,) = explained(history)
    assert found.explanation_en == (
        "MISDELIVERY (misdelivery, copy). "
        "A412: kiosk K007, n1 asked certificate of residence for R1 [10.412 s → 40.630 s]. "
        "A413: kiosk K002, n1 asked certificate of residence for R2 [10.961 s → 41.200 s]. "
        f"A412 received document {found.digest[:8]}…, whose pages name R2. "
        f"Evidence: the same bytes “{found.digest[:8]}…” (R2); another person's item, name “R2の氏名” (R2, page 1). "
        "A412: 30.20 s from sending the application to the arrival of the document."
    )
    assert "A412: 端末 K007, n1 で R1 が住民票の写しを申請 [10.412 秒 → 40.630 秒]。" in found.explanation_ja
    assert "他人の記載・氏名「R2の氏名」(R2、1 ページ)。" in found.explanation_ja
    assert "R2 の内容が印字されている。" in found.explanation_ja
    assert "A412 は、申請の送信から証明書の到着まで 30.20 秒。" in found.explanation_ja


def test_what_the_ledger_tells_is_not_said_to_stand_on_the_pages(history):
    history.asks("A1", "R1").gets("A1", number="N2").asks("A2", "R2")
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N2",))
    (found,) = explained(history)
    assert "which the target's own ledger says was issued to R2" in found.explanation_en
    assert "対象の発行履歴では R2 に発行されたもの" in found.explanation_ja


def test_the_same_unreadable_bytes_are_not_said_to_name_anybody(history):
    for application, resident in (("A1", "R1"), ("A2", "R2")):
        history.asks(application, resident).gets(application, body="same", status=ReadingStatus.ENCRYPTED)
    found = next(f for f in explained(history) if f.anomaly is Anomaly.MISDELIVERY)
    assert "the very document that R1 received" in found.explanation_en
    assert "R1 に渡された証明書と全く同じ内容" in found.explanation_ja


def test_everybody_whose_the_paper_may_be_is_told(history, made):
    for name, resident in (("A1", "R1"), ("A2", "R2")):
        history.asks(name, resident).gets(name, body="x", listed=("R1", "R2"))
    history.asks("A9", "R9").gets("A9", [made.foreign_page("R1", "R2")], body="x", listed=("R1", "R2"))
    found = next(f for f in explained(history) if f.anomaly is Anomaly.MISDELIVERY)
    assert "may as well be this person's (R2)" in found.explanation_en
    assert "本来の受取人の可能性がある別の人(R2)" in found.explanation_ja


def test_the_time_told_runs_from_the_application_whatever_asks_for_the_document(history, made):
    history.asks("A1", "R1", 0, 1, wait=0.01).gets("A1", [made.foreign_page("R2")], at=0.25)
    history.asks("A2", "R2", 0, 1).gets("A2")
    (found,) = explained(history)
    assert "到着まで 0.23 秒" in found.explanation_ja  # sent at 0.02 s; the last request for the document took 0.01 s


@pytest.mark.parametrize("anomaly", [a for a in Anomaly if a is not Anomaly.DEVIATION])
def test_every_anomaly_that_is_found_has_words_in_both_languages(history, anomaly):
    view = history.asks("A1", "R1").view()
    told = explain(
        Finding(finding="F1", property=Property.OWNERSHIP, anomaly=anomaly, severity=Severity.DEFECT, application="A1"),
        view,
    )
    assert anomaly.value in told.explanation_ja
    assert anomaly.value in told.explanation_en
    assert "{" not in told.explanation_ja + told.explanation_en


def chain(history, made, wait=2.02):
    """Seven who each received the next one's document when their wait ran out, and others who waited less."""
    for number in range(8):
        history.asks(
            f"V{number}", f"R{number}", number, number + 5, wait=wait + number / 100, kiosk=f"K{number}", date=DATE
        )
        if number < 7:
            history.gets(f"V{number}", [made.foreign_page(f"R{number + 1}")])
    for number in range(40):
        history.asks(f"O{number}", f"P{number}", 100 + 2 * number, 101 + 2 * number, wait=0.3, kiosk=f"L{number}")
        history.gets(f"O{number}")
    return history


def test_a_wait_common_to_victims_and_rare_among_others_is_told(history, made):
    told = common(chain(history, made))
    assert told["wait"].startswith("7 of 7 victims waited 2.0")
    assert "of 41 others did" in told["wait"]


def test_a_wait_that_everyone_had_is_not_told(history, made):
    assert "wait" not in common(chain(history, made, wait=0.28))


def test_what_most_victims_and_donors_share_is_told_and_what_few_share_is_not(history, made):
    told = common(chain(history, made))
    assert told["same_server_second"] == "7 of 7: accepted in the same second of the server (Date)."
    assert {"overlap", "donor_behind", "same_certificate"} <= set(told)
    assert not {"same_node", "no_overlap", "donor_ahead", "different_nodes", "customer_before", "same_bytes"} & set(
        told
    )


def test_the_same_node_is_told_only_where_there_are_several(history, made):
    chain(history, made).asks("Z1", "R99", 300, 301, node="n2").gets("Z1")
    assert common(history)["same_node"] == "7 of 7: on the same node."


def test_the_customer_before_at_the_same_kiosk_is_told(history, made):
    for number in range(3):
        history.asks(f"D{number}", f"R{number}", 10 * number, 10 * number + 1, kiosk=f"K{number}").gets(f"D{number}")
        history.asks(f"V{number}", f"P{number}", 10 * number + 2, 10 * number + 3, kiosk=f"K{number}")
        history.gets(f"V{number}", [made.foreign_page(f"R{number}")])
    assert {"customer_before", "no_overlap", "donor_ahead"} <= set(common(history))


def test_copies_of_one_application_are_one_event(history, made):
    from harness.records.certificates import Options

    history.asks("A1", "R1", options=Options(copies=2)).gets("A1", [made.foreign_page("R2")])
    history.gets("A1", [made.foreign_page("R2")], copy=2).asks("A2", "R2")
    assert common(history)["overlap"].startswith("1 of 1")


def test_without_misdeliveries_nothing_is_said(history):
    assert common(history.asks("A1", "R1").gets("A1")) == {}
