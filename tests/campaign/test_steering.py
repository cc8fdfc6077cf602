"""Slots are filled by what the journal shows so far: near misses draw trials, and nothing else is withdrawn."""

import statistics

import pytest

from harness.campaign.knee import Knee, RampStep, detect_limit_ms, find_knee, waits_ms
from harness.campaign.near import trials_of
from harness.campaign.steering import Seen, decide
from harness.records.certificates import Certificate, Options
from harness.records.decided import as_decided
from harness.records.history import Decided, Ending
from harness.records.plan import Batch, BatchKind, Driver, Phase, PlannedApplication, Slot

STEERED = Phase(phase="P2s", title_ja="", title_en="", driver=Driver.ENGINE, decides=True)
HELD = Phase(phase="P4-2", title_ja="", title_en="", driver=Driver.ENGINE, decides=True, enough=3)


def asked(application, resident, gap_ms=0.0, node="n1", kiosk="K001"):
    return PlannedApplication(
        application=application,
        resident=resident,
        card="",
        certificate=Certificate.JUMINHYO,
        options=Options(),
        kiosk=kiosk,
        store="S001",
        node=node,
        gap_ms=gap_ms,
    )


def planned_pair(number, gap_ms=0.0, phase="P2", slot=None, phase_ms=None, purpose="pair:sweep"):
    return Batch(
        batch=f"B{number:05d}",
        phase=phase,
        kind=BatchKind.BURST,
        applications=(asked(f"A{number}1", f"R{number}1"), asked(f"A{number}2", f"R{number}2", gap_ms)),
        purpose=purpose,
        slot=slot,
        phase_ms=phase_ms,
    )


def plays(history, number, gap_s=0.0, took=(0.1, 0.1), at=None, endings=(Ending.DELIVERED, Ending.DELIVERED)):
    """Play a pair: departures 20 ms after the start, as the builder has it."""
    at = number * 10 if at is None else at
    names = [f"A{number}1", f"A{number}2"]
    starts = (at, at + gap_s)
    for name, begun, took_s, ending, who in zip(names, starts, took, endings, (1, 2), strict=True):
        batch, resident = f"B{number:05d}", f"R{number}{who}"
        history.asks(name, resident, begun, begun + 0.02 + took_s, batch=batch, ending=ending, wait=took_s / 2)
        if ending is Ending.DELIVERED:
            history.gets(name)
    left = [s + 0.02 for s in starts]
    history.batch(f"B{number:05d}", left=left, applications=names)


def alone(history, number, took=0.1):
    history.asks(
        f"S{number}", f"R9{number}", number / 2, number / 2 + 0.02 + took, batch=f"B9{number:04d}", wait=took / 2
    )
    history.batch(f"B9{number:04d}", BatchKind.SEQUENCE)
    return Batch(
        batch=f"B9{number:04d}",
        phase="P0",
        kind=BatchKind.SEQUENCE,
        applications=(asked(f"S{number}", f"R9{number}"),),
        purpose="solo",
    )


def slots(count, **more):
    return [
        planned_pair(500 + n, 700.0, phase="P2s", slot=Slot.GAP, purpose="pair:steered", **more) for n in range(count)
    ]


def decided(history, batches, phase=STEERED, **more):
    return decide(Seen(view=history.view(), batches=tuple(batches), seed=7, **more), phase, 1)


def test_where_nothing_was_seen_pairs_stay_as_planned(history):
    plays(history, 1, 0.4)
    batches = [planned_pair(1, 400.0), *slots(20)]
    found = decided(history, batches)
    assert {d.why for d in found} == {"as_planned"}
    assert [as_decided(b, d) for b, d in zip(slots(20), found, strict=True)] == slots(20)


def test_pairs_are_sent_where_two_people_seem_to_have_met(history):
    batches = [alone(history, n) for n in range(3)]
    for number, gap in ((3, 0.005), (4, 0.3), (5, 1.2)):
        plays(history, number, gap, took=(0.5, 0.1) if number == 3 else (0.1, 0.1))  # the first pair: slow, overtaken
        batches.append(planned_pair(number, gap * 1000))
    found = decided(history, [*batches, *slots(60)])
    near = [d.gap_ms for d in found if d.why == "near_miss"]
    assert len(near) > 30
    assert 3 < statistics.median(near) < 8
    assert all("B00003" in d.detail for d in found if d.why == "near_miss")
    assert any(d.why == "solo_latency" and 80 < abs(d.gap_ms) < 120 for d in found)


def test_a_document_in_two_hands_weighs_most(history):
    for number, gap in ((3, 0.2), (4, 0.9)):
        plays(history, number, gap)
    history.gets("A41", body="one").gets("A42", body="one")
    history.gets("A31", body="two").asks("A9", "R9", 90).gets("A9", body="two")  # a third person's hands
    trials = trials_of(history.view(), {b.batch: b for b in (planned_pair(3), planned_pair(4))}, {})
    assert [(t.batch, t.hit) for t in trials] == [("B00003", False), ("B00004", True)]
    assert trials[1].gap_ms == pytest.approx(900)
    assert "given_elsewhere" in trials[0].signs


@pytest.mark.parametrize(
    ("sign", "took", "endings"),
    [
        ("slow", (0.4, 0.4), (Ending.DELIVERED, Ending.DELIVERED)),
        ("overtaken", (0.3, 0.1), (Ending.DELIVERED, Ending.DELIVERED)),
        ("error", (0.1, 0.1), (Ending.FAILED, Ending.DELIVERED)),
    ],
)
def test_each_near_miss_is_seen(history, sign, took, endings):
    plays(history, 3, 0.05, took=took, endings=endings)
    (trial,) = trials_of(history.view(), {"B00003": planned_pair(3)}, {"juminhyo": 100.0})
    assert sign in trial.signs


def test_times_that_cluster_apart_from_the_time_alone_are_a_mode(history):
    for number in (3, 4, 5):
        plays(history, number, 0.0, took=(0.1, 2.0))
    plays(history, 6, 0.0, took=(0.1, 0.9))
    pairs = {f"B{n:05d}": planned_pair(n) for n in (3, 4, 5, 6)}
    trials = trials_of(history.view(), pairs, {"juminhyo": 100.0})
    assert ["mode" in t.signs for t in trials] == [True, True, True, False]


def test_the_same_journal_and_seed_decide_alike_and_what_is_decided_stays(history):
    batches = [alone(history, 0), *slots(10)]
    first = decided(history, batches)
    assert first == decided(history, batches)
    history.add(first[0])
    again = decided(history, batches)
    assert first[0].batch not in {d.batch for d in again}
    assert len(again) == 9


def test_pairs_within_and_across_a_second_get_the_same_gap_and_only_the_phase_differs(history):
    plays(history, 3, 0.3)
    history.gets("A31", body="one").gets("A32", body="one")
    second = [
        planned_pair(600 + n, 120.0, phase="P2s", slot=Slot.GAP, phase_ms=940.0 if n % 2 else 400.0) for n in range(8)
    ]
    found = decided(history, [planned_pair(3, 300.0), *second])
    played = [as_decided(b, d) for b, d in zip(second, found, strict=True)]
    gaps = [b.span_ms for b in played]
    assert gaps == pytest.approx([300.0, 300.0] * 3 + [120.0, 120.0])
    ends = [b.phase_ms + b.span_ms for b in played]
    assert [end > 1000.0 for end in ends] == [False, True] * 4


def test_a_decision_swaps_the_order_below_zero():
    swapped = as_decided(planned_pair(1, 50.0), Decided(batch="B00001", at_ns=1, why="near_miss", gap_ms=-7.0))
    assert [a.gap_ms for a in swapped.applications] == [7.0, 0.0]
    assert as_decided(planned_pair(1), Decided(batch="B00001", at_ns=1, why="enough", skipped=True)) is None


def held(number, kiosks=8):
    phase = "P4" if number == 1 else f"P4-{number}"
    members = tuple(asked(f"H{number}{k}", f"R{number}{k}", kiosk=f"K{k:03d}") for k in range(kiosks))
    slot = Slot.MORE if number > 1 else None
    return Batch(
        batch=f"B7{number:04d}", phase=phase, kind=BatchKind.CLOSED, applications=members, purpose="hold:8", slot=slot
    )


def test_a_load_is_held_on_until_enough_have_crossed_the_time_limit(history):
    batches = [held(1), held(2)]
    for k in range(8):
        history.asks(f"H1{k}", f"R1{k}", 0, 3, batch="B70001", wait=2.1 if k < 2 else 0.5)
    (more,) = decided(history, batches, HELD, limits_ms=(2000.0,))
    assert (more.skipped, more.why) == (False, "as_planned")
    assert "2 crossed" in more.detail
    history.asks("H19", "R19", 0, 3, batch="B70001", wait=2.0)
    (more,) = decided(history, batches, HELD, limits_ms=(2000.0,))
    assert (more.skipped, more.why) == (True, "enough")


def test_an_undeclared_time_limit_is_read_off_the_failures(history):
    for k in range(6):
        history.asks(f"H1{k}", f"R1{k}", 0, 9, batch="B70001", wait=5.0 + k / 100, ending=Ending.FAILED)
    assert detect_limit_ms(waits_ms(history.view())) == pytest.approx(5025, abs=10)
    (more,) = decided(history, [held(1), held(2)], HELD)
    assert more.skipped


def test_failures_at_any_time_are_no_time_limit(history):
    for k in range(8):
        history.asks(f"H1{k}", f"R1{k}", 0, 9, wait=1.0 + k, ending=Ending.FAILED)
    assert detect_limit_ms(waits_ms(history.view())) is None


def steps(*served):
    return [RampStep(kiosks=2**n, per_second=rate, median_ms=100.0) for n, rate in enumerate(served, 1)]


def test_the_knee_is_where_more_people_bring_no_more_documents():
    assert find_knee(steps(10, 20, 38, 40, 39)) == Knee(kiosks=8, per_second=38)
    assert find_knee(steps(10, 20, 40, 80)) is None
    assert find_knee(steps(19, 20, 18)) == Knee(kiosks=2, per_second=19)
