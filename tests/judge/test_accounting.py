"""The two identities close exactly when every source tells the same, and say in a sentence where not."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.checks.documents import Documents
from harness.records.certificates import Options
from harness.records.findings import Anomaly
from harness.records.history import Ending, PlayerCounters, SettledAs, Settlement
from harness.records.verdict import FinalClass


def classes(identity):
    return {c.source: c.count for c in identity.classes if c.count}


def test_a_plain_run_closes(history, account):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2", ending=Ending.REFUSED)
    history.asks("A3", "R3", ending=Ending.FAILED).asks("A4", "R4", ending=Ending.ABORTED)
    applications, deliveries = account(history)
    assert applications.closes and deliveries.closes, (applications.remainder, deliveries.remainder)
    assert classes(applications) == {"own": 1, "refused": 1, "failed": 1, "aborted": 1}
    assert classes(deliveries) == {"expected": 1}


def test_misdelivered_unread_and_own_with_finding_are_told_apart(history, account, made):
    from harness.records.findings import Evidence
    from harness.records.reading import ReadingStatus

    history.asks("A1", "R1").gets("A1", [made.foreign_page("R2")])
    history.asks("A2", "R2").gets("A2", status=ReadingStatus.ENCRYPTED)
    history.asks("A3", "R3").gets("A3", leaked=(Evidence(kind="leak", item="my_number"),))
    applications, _ = account(history)
    assert applications.closes
    assert classes(applications) == {"misdelivered": 1, "unread": 1, "own_with_finding": 1}


def test_only_anothers_data_makes_a_misdelivery(history, account, made):
    from harness.records.findings import Evidence

    history.asks("A1", "R1").gets("A1", seal=Evidence(kind="seal"))
    history.asks("A2", "R2").gets("A2", seal=Evidence(kind="seal", owner="R3"))
    assert classes(account(history)[0]) == {"misdelivered": 1, "own_with_finding": 1}


def test_an_application_without_an_ending_is_never_computed_as_unresolved(history, account):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2", ending=None)
    applications, _ = account(history)
    assert not applications.closes
    assert "unresolved" not in classes(applications)
    assert any("A2" in s for s in applications.remainder)
    assert len(applications.remainder) == len(applications.remainder_ja)


def test_settling_gives_an_unresolved_application_its_class(history, account, made):
    for name, settled in (("A1", SettledAs.NOT_ISSUED), ("A2", SettledAs.UNKNOWN), ("A3", SettledAs.ISSUED)):
        history.asks(name, "R1", ending=Ending.UNRESOLVED)
        history.add(Settlement(application=name, settled=settled, source="ledger", at_ns=made.ns(50)))
    history.asks("A4", "R1", ending=Ending.UNRESOLVED)
    history.gets("A3", late=True)
    applications, _ = account(history)
    assert classes(applications) == {"failed": 1, "unresolved": 2, "own": 1}


def test_delivered_without_a_document_has_no_class(history, account):
    history.asks("A1", "R1")
    applications, deliveries = account(history)
    assert not applications.closes
    assert not deliveries.closes


def test_an_application_that_is_not_planned_is_told(history, account):
    applications, _ = account(history.asks("A1", "R1").gets("A1"), planned=set())
    assert any("not in the plan" in s for s in applications.remainder)


def test_a_player_that_counted_otherwise_than_it_wrote_is_told(history, account):
    history.asks("A1", "R1").gets("A1")
    whole = [history.counters(sends=9, deliveries=4) if isinstance(r, PlayerCounters) else r for r in history.whole()]
    applications, deliveries = account(history, records=whole)
    assert any("9 sends" in s for s in applications.remainder)
    assert any("4 deliveries" in s for s in deliveries.remainder)


def test_a_player_that_left_no_counts_is_told(history, account):
    history.asks("A1", "R1").gets("A1")
    whole = [r for r in history.whole() if not isinstance(r, PlayerCounters)]
    applications, deliveries = account(history, records=whole)
    assert not applications.closes and not deliveries.closes


def test_a_send_without_outcome_is_told(history, account):
    history.asks("A1", "R1").gets("A1")
    history.records.pop(2)
    assert any("A1/1" in s for s in account(history)[0].remainder)


def test_documents_the_store_or_the_readers_lack_are_told(history, account):
    history.asks("A1", "R1").gets("A1", body="x")
    assert any("not in the store" in s for s in account(history, stored=set())[1].remainder)
    assert any("never read" in s for s in account(history, read=set())[1].remainder)
    assert any("stored" in s for s in account(history, stored_entries=2)[1].remainder)
    assert any("no delivery" in s for s in account(history, stored={*history.bodies, "f" * 64})[1].remainder)


def test_a_document_that_was_not_judged_is_told(history, account):
    history.asks("A1", "R1").gets("A1")
    assert any("not judged" in s for s in account(history, documents=Documents())[1].remainder)


def test_a_kiosk_that_says_otherwise_than_the_journal_is_told(history, account):
    history.asks("A1", "R1", copies=3).gets("A1")
    assert any("says it received 3" in s for s in account(history)[1].remainder)


def test_what_the_ledger_does_not_know_as_issued_is_told(history, account):
    history.asks("A1", "R1").gets("A1").ledger("A1", state="cancelled")
    assert any("says cancelled" in s for s in account(history, ledger=True)[0].remainder)


def test_a_ledger_that_could_not_be_read_leaves_the_account_open(history, account):
    history.asks("A1", "R1").gets("A1").ledger("A1", complete=False)
    assert any("not read to its end" in s for s in account(history, ledger=True)[0].remainder)


def test_a_ledger_that_agrees_closes_and_others_entries_do_not_matter(history, account):
    history.asks("A1", "R1").gets("A1").ledger("A1", "Z9")
    applications, _ = account(history, ledger=True)
    assert applications.closes
    assert {c.source: c.count for c in applications.counts}["ledger: not ours"] == 1


def test_copies_late_partial_and_orphaned_deliveries_all_have_a_class(history, account):
    history.asks("A1", "R1", 0, 5, options=Options(copies=2)).gets("A1", number="1", at=3)
    history.gets("A1", copy=2, number="2", at=4).gets("A1", late=True, number="1", at=9)
    history.asks("A2", "R2", ending=Ending.UNRESOLVED).gets("A2", complete=False).gets("")
    _, deliveries = account(history)
    assert classes(deliveries) == {"expected": 2, "late": 1, "partial": 1, "orphan": 1}
    assert deliveries.closes, deliveries.remainder


def test_a_remainder_of_thousands_is_told_in_a_few_sentences(history, account):
    for number in range(100):
        history.asks(f"A{number}", "R1", ending=None)
    remainder = account(history)[0].remainder
    assert len(remainder) < 50
    assert "more" in remainder[-1]


cases = st.lists(
    st.tuples(
        st.sampled_from([*Ending, None]),
        st.sampled_from([None, *SettledAs]),
        st.integers(0, 2),  # complete deliveries in time
        st.booleans(),  # a late one
        st.booleans(),  # foreign
    ),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cases)
def test_every_history_gives_each_application_at_most_one_class_and_closes_only_if_all_have_one(made, account, case):
    history = made.History()
    for number, (ending, settled, copies, late, foreign) in enumerate(case):
        name = f"A{number}"
        history.asks(name, "R1", ending=ending, copies=copies, options=Options(copies=2))
        pages = [made.foreign_page("R2")] if foreign else None
        for copy in range(1, copies + 1):
            history.gets(name, pages, copy=copy)
        if late:
            history.gets(name, pages, late=True, at=70)
        if settled:
            history.add(Settlement(application=name, settled=settled, source="x", at_ns=made.ns(80)))
    applications, deliveries = account(history)
    assert sum(classes(applications).values()) <= len(case)
    assert applications.closes == (sum(classes(applications).values()) == len(case))
    assert set(classes(applications)) <= {c.value for c in FinalClass}
    assert sum(classes(deliveries).values()) == sum(c[2] + c[3] for c in case)
    told = {c.source: c.count for c in applications.counts}
    assert told["journal: started"] == told["player counters: started"] == len(case)


tampering = st.sampled_from(["started", "ended", "sends", "outcomes", "deliveries"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tampering, st.integers(0, 20))
def test_no_single_source_can_be_wrong_unnoticed(made, account, source, count):
    history = made.History().asks("A1", "R1").gets("A1").asks("A2", "R2").gets("A2")
    true = history.counters()
    lied = replace(true, **{source: count})
    whole = [lied if isinstance(r, PlayerCounters) else r for r in history.whole()]
    closes = all(identity.closes for identity in account(history, records=whole))
    assert closes == (lied == true)


def test_lost_documents_have_a_class_and_a_finding(history, account, findings_of):
    history.asks("A1", "R1", ending=Ending.UNRESOLVED).ledger("A1")
    assert not any(f.anomaly is Anomaly.LOST for f in findings_of(history))
    assert classes(account(history)[0]) == {"unresolved": 1}
