"""The collision window is mapped from pairs, and the second is told from the distance at equal gaps."""

import math

import pytest

from harness.judge.verdict import Completeness
from harness.judge.windows import PairTrial, fisher_greater, map_window, pair_trials, wilson, window_reasons
from harness.records.history import SecondFound


class Night:
    """Pairs played one after the other, 10 s apart, each of two residents of its own."""

    def __init__(self, history):
        self.history = history
        self.pairs = {}

    def pair(self, gap_ms, *, hit=False, seconds=(0, 0), dated=True, third=False):
        number = len(self.pairs) + 1
        at, batch = number * 10.0, f"B{number:05d}"
        names = f"A{number}1", f"A{number}2"
        for name, begun, second in zip(names, (at, at + gap_ms / 1000), seconds, strict=True):
            date = f"Mon, 01 Jun 2026 10:{number:02d}:{second:02d} GMT" if dated else ""
            self.history.asks(name, f"R{name[1:]}", begun, begun + 1, batch=batch, date=date)
        self.history.batch(batch, left=(at + 0.02, at + gap_ms / 1000 + 0.02), applications=names)
        self.pairs[batch] = names
        return names if hit or third else ()

    def trials(self, made, findings_of, wrong):
        for name in [n for two in self.pairs.values() for n in two]:
            donor = wrong.get(name)
            self.history.gets(name, [made.foreign_page(f"R{donor[1:]}")], body=donor) if donor else self.history.gets(
                name, body=name
            )
        plan = Completeness(phases=(), batches={}, pairs=self.pairs)
        return pair_trials(self.history.view(), findings_of(self.history), plan)


def test_a_pair_is_hit_where_one_has_the_others_and_left_aside_where_a_third_is_involved(made, history, findings_of):
    night = Night(history)
    first, _, third = night.pair(40, hit=True), night.pair(300), night.pair(7, third=True)
    trials = night.trials(made, findings_of, {first[0]: first[1], third[0]: "A21"})
    assert [(t.batch, t.hit) for t in trials] == [("B00001", True), ("B00002", False)]
    assert trials[0].gap_ms == pytest.approx(40)


def test_dates_tell_whether_a_pair_fell_into_one_second(made, history, findings_of):
    night = Night(history)
    night.pair(40), night.pair(40, seconds=(0, 1)), night.pair(40, dated=False)
    assert [t.same_second for t in night.trials(made, findings_of, {})] == [True, False, None]


def trial(gap_ms, hit, same_second=None, set_so=False):
    return PairTrial(batch="B1", gap_ms=gap_ms, hit=hit, same_second=same_second, set_so=set_so)


def test_the_window_has_hits_and_trials_by_gap_and_ends_where_clear_gaps_begin():
    trials = [trial(g, g <= 45) for g in (0.0, 0.5, 2, 8, 20, 45, 60, 150, 400, 1500)]
    window = map_window(trials)
    assert [(b.up_to_ms, b.hits, b.pairs) for b in window.bins] == [
        (1.0, 2, 2),
        (3.0, 1, 1),
        (10.0, 1, 1),
        (30.0, 1, 1),
        (100.0, 1, 2),
        (300.0, 0, 1),
        (1000.0, 0, 1),
        (math.inf, 0, 1),
    ]
    assert (window.longest_hit_ms, window.clear_from_ms) == (45, 60)
    assert map_window([trial(1, False)]) is None


def codes(trials):
    return [r.code for r in window_reasons(trials)]


def test_certain_within_a_second_and_never_across_its_end_is_the_second():
    trials = [trial(40, True, True) for _ in range(6)] + [trial(40, False, False) for _ in range(6)]
    where, second = window_reasons(trials)
    assert second.code == "same_second"
    assert "6/6" in second.ja
    assert "0 of 6" in second.en
    assert "not the distance" in second.en
    assert where.code == "window"


def test_as_often_across_the_end_of_a_second_is_the_distance():
    trials = [trial(40, n < 5, True) for n in range(6)] + [trial(40, n < 5, False) for n in range(6)]
    assert codes(trials) == ["window", "within_a_second_only"]


def test_that_few_pairs_show_no_difference_is_not_taken_for_none():
    trials = [trial(40, n < 5, True) for n in range(6)] + [trial(40, n < 4, False) for n in range(7)]
    assert codes(trials) == ["window", "second_undecided"]


def test_pairs_set_in_the_second_are_compared_with_each_other_and_not_with_the_sweep():
    swept = [trial(40, n % 4 == 0, True) for n in range(40)]  # rarely hit: nothing kept the target busy
    chosen = [trial(40, True, True, set_so=True)] * 6 + [trial(40, False, False, set_so=True)] * 6
    _, second = window_reasons([*swept, *chosen])
    assert second.code == "same_second"
    assert "6 of 6" in second.en


@pytest.mark.parametrize(("begin_s", "same"), [(0.5, True), (0.04, False), (0.025, None)])
def test_where_the_second_begins_counts_and_not_the_dates_of_late_answers(made, history, findings_of, begin_s, same):
    night = Night(history)
    night.pair(40, seconds=(0, 1))  # leaves 20 ms and 60 ms into our second
    history.add(SecondFound(node="n1", at_ns=made.ns(99), begins_ns=made.ns(begin_s), error_ns=1_000_000))
    assert [t.same_second for t in night.trials(made, findings_of, {})] == [same]


def test_too_few_pairs_decide_nothing():
    trials = [trial(40, True, True) for _ in range(3)] + [trial(40, False, False) for _ in range(3)]
    assert codes(trials) == ["window", "second_undecided"]
    assert codes(trials[:4]) == ["window"]


def test_longer_gaps_than_any_that_hit_do_not_count_for_the_second():
    across_far = [trial(900, False, False) for _ in range(30)]
    assert codes([trial(40, True, True) for _ in range(6)] + across_far) == ["window"]


def test_fishers_test_and_wilsons_interval_have_their_textbook_values():
    assert fisher_greater(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert fisher_greater(6, 6, 0, 6) == pytest.approx(1 / math.comb(12, 6))
    assert fisher_greater(0, 5, 0, 5) == 1.0
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
