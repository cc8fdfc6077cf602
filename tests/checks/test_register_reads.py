"""Freshness of one register and of documents with several fields, against trying every order of events."""

import random

import linear
import pytest

from harness.checks.joint_reads import is_torn, latest_common_ns, needed_reflection_ns
from harness.checks.register_reads import Read, judge_reads
from harness.checks.value_history import FOREVER, Slack, ValueHistory, Write
from harness.records.findings import Anomaly


def writes_of(rng, most=4):
    """Sequential changes between few values, so that values come back; some fail, the last may be unresolved."""
    at, writes = 0, []
    for number in range(rng.randrange(most + 1)):
        start = at + rng.randrange(4)
        end = start + rng.randrange(4)
        failed = rng.random() < 0.15
        writes.append(Write(f"U{number}", rng.randrange(3), start, end, failed))
        at = end
    if writes and rng.random() < 0.25 and not writes[-1].failed:
        writes[-1] = writes[-1]._replace(end_ns=FOREVER)
    return writes


def reads_of(rng, most=4):
    spans = [(rng.randrange(16), rng.randrange(5)) for _ in range(rng.randrange(1, most + 1))]
    return [Read(f"D{n}", s, s + d, rng.randrange(4)) for n, (s, d) in enumerate(spans)]


def slack_of(rng):
    return Slack(reflection_ns=rng.choice((0, 0, 1, 3)), clock_error_ns=rng.choice((0, 0, 1)))


def plain(writes):
    return tuple((w.start_ns, w.end_ns, w.value) for w in writes if not w.failed)


def disagrees(rng):
    """Return a random history that the checker and the search judge differently; None where they agree."""
    writes, reads, slack = writes_of(rng), reads_of(rng), slack_of(rng)
    history = ValueHistory(0, writes)
    judged = judge_reads(history, reads, slack)
    bounds = {"delta": slack.reflection_ns, "eps": slack.clock_error_ns}
    for one in judged:
        alone = linear.explainable(0, plain(writes), [one.read[1:]], **bounds)
        if alone is not (one.anomaly in {None, Anomaly.NEW_OLD_INVERSION}):
            return writes, one, slack
    if all(one.anomaly in {None, Anomaly.NEW_OLD_INVERSION} for one in judged):
        together = linear.explainable(0, plain(writes), [r[1:] for r in reads], **bounds)
        if together is not all(one.anomaly is None for one in judged):
            return writes, reads, slack
    return None


def disagrees_on_several(rng):
    """The same for a document of several fields: torn or not, and the smallest reflection time."""
    chains = [writes_of(rng, 3) for _ in range(rng.randrange(1, 4))]
    start = rng.randrange(14)
    end, slack = start + rng.randrange(4), slack_of(rng)
    values = [rng.randrange(3) for _ in chains]
    fields = [(ValueHistory(0, c), v) for c, v in zip(chains, values, strict=True)]
    told = [(0, plain(c), v) for c, v in zip(chains, values, strict=True)]

    def fits(which, delta):
        return linear.fits_together(which, start, end, delta=delta, eps=slack.clock_error_ns)

    torn = all(fits([one], slack.reflection_ns) for one in told) and not fits(told, slack.reflection_ns)
    needed = next((delta for delta in range(20) if fits(told, delta)), None)
    same = is_torn(fields, start, end, slack) is torn
    if same and needed_reflection_ns(fields, start, end, slack.clock_error_ns) == needed:
        return None
    return chains, values, (start, end), slack, torn, needed


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_search_over_every_order(seed):
    rng = random.Random(seed)
    assert [found for _ in range(700) if (found := disagrees(rng))] == []


@pytest.mark.parametrize("seed", range(3))
def test_agrees_on_documents_with_several_fields(seed):
    rng = random.Random(seed)
    assert [found for _ in range(700) if (found := disagrees_on_several(rng))] == []


def test_agrees_on_changes_that_overlap():
    rng = random.Random(4)
    for _ in range(700):
        starts = sorted(rng.sample(range(12), 4))
        writes = [Write("U", rng.randrange(3), s, s + rng.randrange(1, 7)) for s in starts]
        read, slack = reads_of(rng, 1)[0], slack_of(rng)
        judged = judge_reads(ValueHistory(0, writes), [read], slack)[0]
        bounds = {"delta": slack.reflection_ns, "eps": slack.clock_error_ns}
        assert linear.explainable(0, plain(writes), [read[1:]], **bounds) is (judged.anomaly is None), (writes, judged)


def disagrees_without_order(rng):
    """Changes of different values that overlap, all instants different: inversions included, and which never are."""
    writes, reads = rng.randrange(1, 4), rng.randrange(1, 5)
    at = rng.sample(range(40), 2 * (writes + reads))
    spans = [tuple(sorted(at[2 * n : 2 * n + 2])) for n in range(writes + reads)]
    changes = [Write(f"U{n}", n + 1, *span) for n, span in enumerate(sorted(spans[:writes]))]
    if rng.random() < 0.3:
        unresolved = rng.randrange(writes)
        changes[unresolved] = changes[unresolved]._replace(end_ns=FOREVER)
    if again := rng.random() < 0.2:  # a value that two changes brought: what is told must still be so
        changes[-1] = changes[-1]._replace(value=rng.randrange(3))
    seen = [Read(f"D{n}", *span, rng.randrange(writes + 1)) for n, span in enumerate(spans[writes:])]
    found = any(one.anomaly for one in judge_reads(ValueHistory(0, changes), seen))
    possible = linear.explainable(0, plain(changes), [r[1:] for r in seen])
    return (changes, seen) if (found and possible) or not (found or possible or again) else None


def test_agrees_on_inversions_between_changes_that_overlap():
    rng = random.Random(5)
    assert [found for _ in range(2_000) if (found := disagrees_without_order(rng))] == []


@pytest.mark.slow
def test_forty_thousand_random_histories():
    rng = random.Random(40_000)
    assert [found for _ in range(30_000) if (found := disagrees(rng))] == []
    assert [found for _ in range(10_000) if (found := disagrees_on_several(rng))] == []
    assert [found for _ in range(10_000) if (found := disagrees_without_order(rng))] == []


def test_every_anomaly_and_every_kind_of_history_is_met():
    """The comparison above would be empty if the random histories never came to where it matters."""
    rng, met, unresolved = random.Random(1), set(), 0
    for _ in range(2_000):
        writes = writes_of(rng)
        unresolved += any(w.end_ns == FOREVER for w in writes)
        met |= {one.anomaly for one in judge_reads(ValueHistory(0, writes), reads_of(rng), slack_of(rng))}
    assert met == {
        None,
        Anomaly.STALE,
        Anomaly.FUTURE,
        Anomaly.GARBAGE,
        Anomaly.ABORTED_READ,
        Anomaly.NEW_OLD_INVERSION,
    }
    assert unresolved > 100


OLD_NEW = ValueHistory("old", [Write("U1", "new", 10, 12)])


@pytest.mark.parametrize(
    ("start", "end", "value", "anomaly"),
    [
        (0, 5, "old", None),
        (0, 5, "new", Anomaly.FUTURE),
        (11, 13, "old", None),
        (11, 13, "new", None),
        (13, 14, "old", Anomaly.STALE),
        (13, 14, "other", Anomaly.GARBAGE),
    ],
)
def test_before_during_and_after_a_change(start, end, value, anomaly):
    assert judge_reads(OLD_NEW, [Read("D", start, end, value)])[0].anomaly is anomaly


def test_stale_says_how_many_versions_and_how_long():
    history = ValueHistory("a", [Write("U1", "b", 10, 12), Write("U2", "c", 20, 22), Write("U3", "d", 30, 32)])
    stale = judge_reads(history, [Read("D", 40, 41, "b")])[0]
    assert (stale.anomaly, stale.version, stale.behind, stale.late_ns) == (Anomaly.STALE, 1, 2, 18)


def test_a_reflection_time_allows_old_reads_and_no_older_ones():
    slack = Slack(reflection_ns=30)
    assert judge_reads(OLD_NEW, [Read("D", 42, 43, "old")], slack)[0].anomaly is None
    assert judge_reads(OLD_NEW, [Read("D", 43, 44, "old")], slack)[0].anomaly is Anomaly.STALE


def test_a_value_that_comes_back_is_no_old_one():
    history = ValueHistory("registered", [Write("U1", "absent", 10, 11), Write("U2", "registered", 20, 21)])
    reads = [Read("D1", 12, 13, "absent"), Read("D2", 22, 23, "registered")]
    assert [one.anomaly for one in judge_reads(history, reads)] == [None, None]


def test_old_after_new_while_the_change_is_under_way_is_an_inversion():
    history = ValueHistory("old", [Write("U1", "new", 10, 100)])
    judged = judge_reads(history, [Read("D1", 20, 21, "new"), Read("D2", 22, 23, "old")])
    assert judged[1].anomaly is Anomaly.NEW_OLD_INVERSION
    assert judged[1].other.name == "D1"


def test_reads_that_overlap_may_differ():
    history = ValueHistory("old", [Write("U1", "new", 10, 100)])
    judged = judge_reads(history, [Read("D1", 20, 25, "new"), Read("D2", 24, 26, "old")])
    assert [one.anomaly for one in judged] == [None, None]


def test_a_failed_change_must_not_show():
    history = ValueHistory("old", [Write("U1", "new", 10, 12, failed=True)])
    assert judge_reads(history, [Read("D", 20, 21, "new")])[0].anomaly is Anomaly.ABORTED_READ


def test_after_a_change_of_unknown_outcome_both_are_right_for_ever():
    history = ValueHistory("old", [Write("U1", "new", 10, FOREVER)])
    for value in ("old", "new"):
        assert judge_reads(history, [Read("D", 1_000, 1_001, value)])[0].anomaly is None


def test_changes_that_overlap_are_judged_without_an_order():
    history = ValueHistory("a", [Write("U1", "b", 10, 30), Write("U2", "c", 20, 40)])
    assert not history.known_order
    alone = {value: judge_reads(history, [Read("D", 50, 51, value)])[0].anomaly for value in "abc"}
    assert alone == {"a": Anomaly.STALE, "b": None, "c": None}


def test_of_changes_that_overlap_only_one_came_last():
    history = ValueHistory("a", [Write("U1", "b", 10, 30), Write("U2", "c", 20, 40)])
    judged = judge_reads(history, [Read("D1", 50, 51, "b"), Read("D2", 60, 61, "c"), Read("D3", 70, 71, "b")])
    assert [one.anomaly for one in judged] == [None, None, Anomaly.NEW_OLD_INVERSION]
    assert (judged[2].other.name, judged[2].newer) == ("D2", 2)


def test_a_change_that_fell_between_two_reads_of_an_older_value_contradicts_them():
    history = ValueHistory("a", [Write("U1", "b", 10, 100), Write("U2", "c", 30, 40)])
    judged = judge_reads(history, [Read("D1", 20, 25, "b"), Read("D2", 50, 55, "b")])
    assert [one.anomaly for one in judged] == [None, Anomaly.NEW_OLD_INVERSION]
    assert (judged[1].other, judged[1].newer) == (None, 2)


def test_a_document_of_two_states_is_torn():
    name = ValueHistory("old", [Write("U1", "new", 10, 11)])
    address = ValueHistory("here", [Write("U2", "there", 20, 21)])
    slack = Slack(reflection_ns=30)
    assert not is_torn([(name, "new"), (address, "here")], 25, 26, slack)
    assert is_torn([(name, "old"), (address, "there")], 25, 26, slack)
    assert latest_common_ns([(name, "old"), (address, "there")], 26) is None


def test_the_smallest_reflection_time_that_explains_a_document():
    assert needed_reflection_ns([(OLD_NEW, "old")], 42, 43) == 30
    assert needed_reflection_ns([(OLD_NEW, "new")], 42, 43) == 0
    assert needed_reflection_ns([(OLD_NEW, "garbage")], 42, 43) is None


def test_time_grows_with_n_log_n():
    """Ten times as many changes and reads may take at most some twenty times as many steps; counted, not timed."""
    steps = []
    for size in (1_000, 10_000):
        history = ValueHistory(0, [Write(f"U{n}", Counted(n % 7), 10 * n, 10 * n + 5) for n in range(size)])
        reads = [Read(f"D{n}", 10 * n + 6, 10 * n + 8, Counted(n % 7)) for n in range(size)]
        Counted.compared = 0
        assert all(one.anomaly is None for one in judge_reads(history, reads))
        steps.append(Counted.compared)
    assert steps[1] <= 20 * steps[0]


class Counted:
    """A value that counts how often it is compared."""

    compared = 0

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        Counted.compared += 1
        return hash(self.value)

    def __eq__(self, other):
        Counted.compared += 1
        return isinstance(other, Counted) and self.value == other.value
