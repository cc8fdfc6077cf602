"""The joined view of a history."""

from harness.checks.gather import gather
from harness.checks.history import NEVER, overlap, predecessors
from harness.records.history import ApplicationEnded, Ending, SegmentClosed, SettledAs, Settlement


def test_an_application_joins_its_start_sends_ending_and_documents(history):
    history.asks("A1", "R1", 0.0, 2.0, wait=1.5, date="Wed, 02 Apr 2025 01:30:00 GMT").gets("A1", number="N1")
    one = history.view().of("A1")
    assert (one.resident, one.ending, one.copies) == ("R1", Ending.DELIVERED, 1)
    assert one.waited_ns == 1_500_000_000
    assert one.server_date.startswith("Wed")
    assert [d.delivery for d in history.view().deliveries_to(0)] == ["D0001"]


def test_an_ending_in_another_writers_segment_is_joined_whatever_the_order(history, made):
    history.asks("A1", "R1", ending=None)
    ended = ApplicationEnded(application="A1", ending=Ending.UNRESOLVED, at_ns=made.ns(3))
    view = gather([("settle", 0, ended), *(("z", n, r) for n, r in enumerate(history.whole()))])
    assert view.of("A1").ending is Ending.UNRESOLVED
    assert view.endings == {"settle": 1}


def test_records_that_contradict_each_other_are_told_and_never_raise(history):
    history.asks("A1", "R1").asks("A1", "R2")
    history.add(ApplicationEnded(application="A9", ending=Ending.FAILED, at_ns=1))
    oddities = " ".join(history.view().oddities)
    assert "A1 was started twice" in oddities
    assert "A1 ended twice" in oddities
    assert "A9" in oddities


def test_a_segment_is_closed_only_by_a_last_record_with_the_right_count(history):
    whole = history.asks("A1", "R1").whole()
    assert history.view(whole).segments[0].closed
    assert not history.view(whole[:-1]).segments[0].closed
    assert not history.view([*whole[:-1], SegmentClosed(records=3, at_ns=1)]).segments[0].closed
    assert not history.view([*whole, whole[1]]).segments[0].closed


def test_a_send_without_outcome_stays_unanswered(history):
    history.asks("A1", "R1")
    history.records.pop(2)  # the first outcome
    assert history.view().unanswered == ("A1/1",)


def test_the_customer_before_at_a_kiosk_is_the_one_who_started_last_before(history):
    history.asks("A1", "R1", 0, 1, kiosk="K1").asks("A3", "R3", 4, 5, kiosk="K1")
    history.asks("A2", "R2", 2, 3, kiosk="K1").asks("A4", "R4", 0, 1, kiosk="K2")
    view = history.view()
    names = view.applications.strings("application")
    before = {names[p]: names[b] if b != NEVER else "" for p, b in enumerate(predecessors(view))}
    assert before == {"A1": "", "A2": "A1", "A3": "A2", "A4": ""}


def test_an_application_without_end_overlaps_everything_after_its_start(history):
    history.asks("A1", "R1", 0, 1, ending=None).asks("A2", "R2", 50, 51)
    view = history.view()
    assert overlap(view.of("A1"), view.of("A2"), view.last_ns)


def test_what_settling_once_found_out_is_not_unlearned(history, made):
    history.asks("A1", "R1", ending=Ending.UNRESOLVED)
    for settled in (SettledAs.ISSUED, SettledAs.UNKNOWN):
        history.add(Settlement(application="A1", settled=settled, source="ledger", at_ns=made.ns(50)))
    assert history.view().of("A1").settled is SettledAs.ISSUED


def test_a_batch_that_a_resumed_run_begins_again_is_one_batch(history):
    history.batch("B00001").batch("B00001", at=70, end=80, void="a part was played before an interruption")
    (batch,) = history.view().batches
    assert batch.void.startswith("a part")
    assert history.view().oddities == ()
