"""What is shown of the exposure while a run is played is what is measured in the end, as long as nothing is void."""

from harness.judge.exposure import measure_exposure
from harness.records.history import ApplicationEnded, ApplicationStarted, BatchReleased, Ending
from harness.run.so_far import SoFar

SEEN = ApplicationStarted, ApplicationEnded, BatchReleased


def test_it_agrees_with_the_exposure_of_the_whole_history(history):
    left = {"A1": 0.0, "A2": 0.0005, "A3": 0.005, "A4": 0.05}
    history.batch("B1", left=left.values(), applications=left)
    for number, (name, at) in enumerate(left.items()):
        history.asks(name, f"R{number}", at, 1 + number, batch="B1", kiosk=f"K{number}")
    history.batch("B2", at=9.0)
    history.asks("A5", "R5", 10, 11, batch="B2", kiosk="K0", ending=Ending.FAILED)
    so_far = SoFar()
    for record in sorted((r for r in history.records if isinstance(r, SEEN)), key=lambda r: r.at_ns):
        so_far.see(record)
    e = measure_exposure(history.view(), history.documents)
    assert (so_far.overlapping_pairs, so_far.most_in_flight) == (e.overlapping_pairs, e.most_in_flight) == (6, 4)
    assert (so_far.pairs_under_1_ms, so_far.pairs_under_10_ms) == (e.pairs_under_1_ms, e.pairs_under_10_ms) == (1, 3)
    assert so_far.successions == e.same_kiosk_successions == 1
    assert (so_far.bursts, so_far.errors) == (1, 1)
