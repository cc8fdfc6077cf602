"""Where the target's clock begins its seconds is found from dated answers, soundly and in about ten probes."""

from email.utils import formatdate

from hypothesis import given
from hypothesis import strategies as st

from harness.records.plan import Step
from kiosk_sim.second import ServerSecond, epoch_second
from kiosk_sim.target_clock import timed
from kiosk_sim.targets.actions import Answered, Health, Send

SECOND = 1_000_000_000
EPOCH = 1_790_000_000 * SECOND
trips = st.integers(100_000, 30_000_000)  # ns there and back
begins = st.integers(0, SECOND - 1)


def true_second(begin_ns, at_ns):
    """What the target's clock says: its seconds begin `begin_ns` after ours."""
    return (EPOCH + at_ns - begin_ns) // SECOND


def apart(one_ns, other_ns):
    distance = (one_ns - other_ns) % SECOND
    return min(distance, SECOND - distance)


@given(begins, st.lists(st.tuples(st.integers(0, 40 * SECOND), trips, st.floats(0, 1)), min_size=1, max_size=60))
def test_whatever_answers_come_the_true_begin_lies_within_the_error(begin_ns, answers):
    second = ServerSecond()
    for sent_ns, trip_ns, share in sorted(answers):
        second.hear(sent_ns, sent_ns + trip_ns, true_second(begin_ns, sent_ns + round(trip_ns * share)))
    assert second.contradictions == 0
    assert apart(second.begins_ns, begin_ns) <= second.error_ns + 1


@given(begins, st.integers(100_000, 3_000_000))
def test_ten_probes_find_it_to_five_milliseconds(begin_ns, trip_ns):
    second, now_ns = ServerSecond(), 5 * SECOND
    for _ in range(10):
        now_ns = second.probe_ns(now_ns)
        second.hear(now_ns, now_ns + trip_ns, true_second(begin_ns, now_ns + trip_ns // 2))
        now_ns += trip_ns
    assert second.error_ns <= 5_000_000
    assert apart(second.begins_ns, begin_ns) <= second.error_ns + 1


def test_a_clock_that_is_set_is_found_anew():
    second = ServerSecond()
    second.hear(0, 1_000_000, 100)
    second.hear(SECOND, SECOND + 1_000_000, 900)
    assert (second.contradictions, second.answers) == (1, 1)


@given(begins, st.floats(0, 999), st.integers(0, 30 * SECOND))
def test_an_instant_lies_at_the_phase_and_within_a_second_from_now(begin_ns, phase_ms, now_ns):
    second = ServerSecond()
    second.hear(begin_ns, begin_ns + 2, 0)
    at_ns = second.next_ns(phase_ms, now_ns)
    assert now_ns <= at_ns < now_ns + SECOND
    assert apart(at_ns, second.begins_ns + round(phase_ms * 1e6)) <= 1


def test_only_a_date_is_a_date():
    assert epoch_second(formatdate(1_790_000_000, usegmt=True)) == 1_790_000_000
    assert [epoch_second(text) for text in ("", "soon", "Thu, 99 Foo 2026 10:00:00 GMT")] == [None, None, None]


def test_a_timed_session_is_played_at_the_node_and_returns_what_it_returns():
    def session():
        answer = yield Send(method="GET", path="/health", step=Step.CONTROL)
        return Health(alive=answer.status == 200)

    heard = []
    playing = timed(session, "n2", lambda sent, answered, headers: heard.append((answered >= sent > 0, headers)))
    assert next(playing).node == "n2"
    try:
        playing.send(Answered(status=200, headers=(("date", "x"),)))
    except StopIteration as stop:
        assert stop.value == Health(alive=True)
    assert heard == [(True, (("date", "x"),))]
