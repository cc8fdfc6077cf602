"""What was exercised, counted."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.judge.exposure import measure_exposure, node_builds
from harness.judge.verdict import Completeness
from harness.records.history import Decided, Ending, NodeSeen
from harness.records.plan import BatchKind


def exposure(history):
    return measure_exposure(history.view(), history.documents)


def test_overlaps_nodes_and_most_in_flight(history):
    history.asks("A1", "R1", 0, 10, node="n1").asks("A2", "R2", 5, 15, node="n1").asks("A3", "R3", 8, 9, node="n2")
    history.asks("A4", "R4", 20, 21, node="")
    e = exposure(history)
    assert (e.overlapping_pairs, e.same_node_pairs, e.cross_node_pairs, e.most_in_flight) == (3, 1, 2, 3)


def test_of_pairs_on_two_nodes_those_are_counted_who_are_the_n_th_of_either(history):
    history.asks("A1", "R1", 0, 10, node="n1").asks("A2", "R2", 1, 2, node="n2").asks("A3", "R3", 3, 10, node="n1")
    history.asks("A4", "R4", 4, 10, node="n2").asks("A5", "R5", 11, 12, node="n1").asks("A6", "R6", 13, 14, node="n2")
    e = exposure(history)
    assert (e.cross_node_pairs, e.equal_rank_pairs) == (3, 2)


def test_pairs_in_the_same_second_of_the_wall_clock(history):
    history.asks("A1", "R1", 0.1).asks("A2", "R2", 0.9).asks("A3", "R3", 1.0).asks("A4", "R4", 0.5)
    assert exposure(history).same_second_pairs == 3


def test_departures_of_bursts_and_their_spread(history):
    for number, at in enumerate((0.0, 0.0005, 0.005, 0.05), 1):
        history.asks(f"A{number}", f"R{number}", at)
    history.batch("B00001", left=(0.0, 0.0005, 0.005, 0.05), applications=("A1", "A2", "A3", "A4"))
    e = exposure(history)
    assert (e.bursts, e.pairs_under_1_ms, e.pairs_under_10_ms, e.pairs_under_100_ms) == (1, 1, 3, 6)
    assert e.median_spread_ms == 50.0


def test_a_void_burst_counts_only_as_void(history):
    history.asks("A1", "R1").asks("A2", "R2")
    history.batch("B00001", left=(0.0, 0.0), applications=("A1", "A2"), void="A3 did not arrive")
    e = exposure(history)
    assert (e.bursts, e.void_batches, e.pairs_under_1_ms, e.overlapping_pairs) == (0, 1, 0, 0)
    assert e.applications == 2


def test_a_burst_in_which_nobody_received_a_document_is_no_trial(history):
    for number in (1, 2):
        history.asks(f"A{number}", f"R{number}", ending=Ending.FAILED, code="busy")
    history.batch("B00001", left=(0.0, 0.0), applications=("A1", "A2"))
    e = exposure(history)
    assert (e.bursts, e.bursts_apart, e.overlapping_pairs) == (0, 1, 1)


def test_a_sequence_is_no_burst(history):
    history.asks("A1", "R1").batch("B00001", BatchKind.SEQUENCE)
    assert exposure(history).bursts == 0


def test_successions_at_a_kiosk_and_after_something_other_than_a_delivery(history):
    history.asks("A1", "R1", 0, 1).asks("A2", "R2", 2, 3, ending=Ending.FAILED).asks("A3", "R3", 4, 5)
    e = exposure(history)
    assert (e.same_kiosk_successions, e.after_refusal_or_error) == (2, 1)


def test_waits_pages_residents_and_updates(history, made):
    history.asks("A1", "R1", 0, 5, wait=4.5).gets("A1", [made.own_page("R1"), made.own_page("R1", page=2)])
    history.asks("A2", "R1", 6, 7, wait=0.5).gets("A2").updates("U1", "R1", "address", "新", 8, 9)
    e = exposure(history)
    assert (e.longest_wait_ms, e.pages, e.residents, e.delivered, e.updates) == (4500.0, 3, 1, 2, 1)


def test_an_empty_history_exposes_nothing(history):
    e = exposure(history)
    assert (e.applications, e.overlapping_pairs, e.longest_wait_ms, e.median_spread_ms) == (0, 0, 0.0, 0.0)


spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10), st.sampled_from(["n1", "n2", ""])), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(spans)
def test_the_sweep_agrees_with_comparing_all_pairs(made, cases):
    history = made.History()
    for number, (start, length, node) in enumerate(cases):
        history.asks(f"A{number}", "R1", start, start + length, node=node)
    e = exposure(history)
    pairs = [(a, b) for i, a in enumerate(cases) for b in cases[:i] if a[0] <= b[0] + b[1] and b[0] <= a[0] + a[1]]
    assert e.overlapping_pairs == len(pairs)
    assert e.same_node_pairs == sum(1 for a, b in pairs if a[2] and a[2] == b[2])
    assert e.cross_node_pairs == sum(1 for a, b in pairs if a[2] and b[2] and a[2] != b[2])
    assert e.same_second_pairs == sum(1 for i, a in enumerate(cases) for b in cases[:i] if a[0] == b[0])


def test_builds_are_measured_where_reported_else_declared_else_unknown(history):
    history.asks("A1", "R1", node="n1").asks("A2", "R2", node="n2").asks("A3", "R3", node="n3")
    history.add(NodeSeen(node="n1", build="1.0", source="measured", at_ns=1))
    history.add(NodeSeen(node="n1", build="1.1", source="measured", at_ns=2))
    builds = node_builds(history.view(), [("n1", "0.9"), ("n2", "0.9")])
    assert [(b.node, b.build, b.source, b.applications) for b in builds] == [
        ("n1", "1.0", "measured", 1),
        ("n1", "1.1", "measured", 1),
        ("n2", "0.9", "declared", 1),
        ("n3", "", "unknown", 1),
    ]


def planned(spans_ms, **more):
    return Completeness(phases=(), batches={}, spans_ms=spans_ms, **more)


def pair(history, number, start, until, gap):
    """Add a burst of two applications that begin `gap` s apart and take until - start each."""
    first, second = f"A{number}1", f"A{number}2"
    batch = f"B0000{number}"
    history.asks(first, f"R{number}1", start, until, wait=0.01, batch=batch)
    history.asks(second, f"R{number}2", start + gap, until + gap, wait=0.01, batch=batch)
    history.batch(batch, left=(start + 0.02, start + gap + 0.02), applications=(first, second))
    return batch


def test_only_bursts_whose_applications_overlapped_count(history):
    together, close, apart = pair(history, 1, 0, 1, 0.0), pair(history, 2, 10, 11, 0.9), pair(history, 3, 20, 21, 2.0)
    e = measure_exposure(history.view(), history.documents, planned({together: 0.0, close: 900.0, apart: 2000.0}))
    assert (e.bursts, e.bursts_apart) == (2, 1)
    told = [(g.up_to_ms, g.bursts, g.overlapped, round(g.longest_ms)) for g in e.gaps]
    assert told == [(0.0, 1, 1, 0), (1000.0, 1, 1, 900), (None, 1, 0, 2000)]


def test_measured_gaps_stand_beside_the_planned_class(history):
    spans = {pair(history, n, 10 * n, 10 * n + 1, gap): 10.0 for n, gap in ((1, 0.01), (2, 0.02), (3, 0.47))}
    kept, strayed = measure_exposure(history.view(), history.documents, planned(spans)).gaps
    assert (kept.up_to_ms, kept.bursts, round(kept.median_ms), round(kept.longest_ms)) == (10.0, 2, 15, 20)
    assert (strayed.up_to_ms, strayed.bursts, round(strayed.longest_ms)) == (1000.0, 1, 470)


def test_overlap_runs_from_applying_to_the_document(history):
    # both are at their kiosks at once, but the second applies only when the first has its document
    history.asks("A1", "R1", 0, 1, wait=0.5).asks("A2", "R2", 0.99, 3, wait=0.1)
    history.batch("B00001", left=(0.02, 1.01), applications=("A1", "A2"))
    assert exposure(history).bursts == 0


def test_successions_are_told_by_how_the_customer_before_ended(history):
    endings = [Ending.DELIVERED, Ending.REFUSED, Ending.FAILED, Ending.UNRESOLVED, Ending.ABORTED, Ending.DELIVERED]
    for number, ending in enumerate(endings):
        history.asks(f"A{number}", f"R{number}", 2 * number, 2 * number + 1, ending=ending)
    e = exposure(history)
    assert (e.same_kiosk_successions, e.after_refusal, e.after_error, e.after_abort) == (5, 1, 2, 1)
    assert e.after_refusal_or_error == 4


def test_pairs_that_the_target_dates_alike_and_pairs_set_across_its_second(history):
    within, across = pair(history, 1, 0, 1, 0.1), pair(history, 2, 10, 11, 0.1)
    history.asks("A3", "R3", 20, date="Mon, 01 Jan 2026 00:00:09 GMT", kiosk="K9")
    history.asks("A4", "R4", 30, date="Mon, 01 Jan 2026 00:00:09 GMT", kiosk="K9")
    history.asks("A5", "R5", 40, date="", kiosk="K9")
    assert exposure(history).same_server_second_pairs == 1
    e = measure_exposure(
        history.view(),
        history.documents,
        planned(
            {},
            pairs={"B1": ("A3", "A4"), "B2": ("A3", "A5"), within: ("A11", "A12"), across: ("A21", "A22")},
            purposes={"B1": "pair:second-within", "B2": "pair:second-across", within: "pair:sweep"},
        ),
    )
    assert (e.within_second_pairs, e.across_second_pairs) == (1, 0)  # without a date nothing is known


def test_applications_around_a_change_of_their_resident_and_during_anybodys(history):
    history.asks("A1", "R1", 0, 1).asks("A2", "R1", 4, 5).asks("A3", "R1", 30, 31).asks("A4", "R2", 6.5, 7)
    history.updates("U1", "R1", "address", "x", 6.4, 6.6)
    e = exposure(history)
    assert (e.reads_near_update, e.during_update) == (1, 1)


def test_waits_beyond_declared_limits_are_counted_and_an_undeclared_one_is_inferred(history):
    for number in range(6):
        history.asks(f"A{number}", f"R{number}", number, number + 9, wait=5.0, ending=Ending.FAILED)
    history.asks("A9", "R9", 0, 9, wait=1.0)
    history.batch("B00001", BatchKind.CLOSED)
    declared = measure_exposure(history.view(), history.documents, planned({}, time_limits_ms=(2000.0, 60_000.0)))
    assert [(one.limit_ms, one.source, one.crossed) for one in declared.limits] == [
        (2000.0, "declared", 6),
        (60_000.0, "declared", 0),
    ]
    (inferred,) = exposure(history).limits
    assert (inferred.limit_ms, inferred.source, inferred.crossed) == (5000.0, "detected", 6)


def test_the_knee_of_a_ramp_and_pairs_by_relation(history):
    number = 0
    for step, (kiosks, seconds) in enumerate(((2, 1), (4, 1), (8, 2), (16, 4))):
        batch = f"B0001{step}"
        for _ in range(kiosks):
            number += 1
            history.asks(f"A{number}", f"R{number}", 10 * step, 10 * step + seconds, batch=batch)
        history.batch(batch, BatchKind.CLOSED)
    purposes = {f"B0001{step}": f"ramp:{2 ** (step + 1)}" for step in range(4)}
    e = measure_exposure(
        history.view(), history.documents, planned({}, purposes=purposes, relations={"B00010": "household"})
    )
    assert (e.knee.kiosks, e.knee.per_second, e.knee.most_kiosks) == (4, 4.0, 16)
    assert [(r.source, r.count) for r in e.relations] == [("household", 1)]


def test_steered_pairs_are_those_that_near_misses_chose(history):
    for number, why in enumerate(("near_miss", "hit", "solo_latency", "as_planned", "enough")):
        history.add(Decided(batch=f"B{number}", at_ns=1, why=why))
    assert exposure(history).steered_pairs == 3
