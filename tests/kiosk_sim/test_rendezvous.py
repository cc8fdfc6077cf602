"""A burst's applications leave together, in the order of their gaps, by one hand."""

from __future__ import annotations

import gc
import threading
import time

from harness.records.plan import Step
from kiosk_sim.drivers.transport import IllegalRequest
from kiosk_sim.rendezvous import Rendezvous


def start(target, *arguments):
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def test_nobody_leaves_before_everybody_has_arrived():
    gate = Rendezvous(Step.APPLY, {"A": 0.0, "B": 0.0})
    left = []
    threads = [start(gate.hold, "A", lambda: left.append("A") or time.monotonic_ns())]
    releaser = start(gate.release, 5.0)
    time.sleep(0.05)
    assert left == []
    threads.append(start(gate.hold, "B", lambda: left.append("B") or time.monotonic_ns()))
    for thread in [*threads, releaser]:
        thread.join(2)
    assert sorted(left) == ["A", "B"]


def test_departures_follow_their_gaps():
    gaps = {"A": 3.0, "B": 0.0, "C": 30.0}
    gate = Rendezvous(Step.APPLY, gaps)
    for name in gaps:
        start(gate.hold, name, time.monotonic_ns)
    at_ns = gate.release(2.0)
    result = gate.result(at_ns)
    late_ms = {
        name: (left - at_ns) / 1e6 - gaps[name] for name, left in zip(result.applications, result.left_ns, strict=True)
    }
    assert late_ms.keys() == gaps.keys()
    assert all(0.0 <= late < 250.0 for late in late_ms.values())


def test_who_is_late_is_absent_and_passes_later_without_waiting():
    gate = Rendezvous(Step.APPLY, {"A": 0.0, "B": 0.0})
    start(gate.hold, "A", time.monotonic_ns)
    at_ns = gate.release(0.05)
    gate.hold("B", time.monotonic_ns)
    assert gate.result(at_ns).absent == ("B",)


def test_who_leaves_is_not_waited_for():
    gate = Rendezvous(Step.APPLY, {"A": 0.0, "B": 0.0})
    start(gate.hold, "A", time.monotonic_ns)
    gate.leave("B")
    started = time.monotonic()
    gate.release(5.0)
    assert time.monotonic() - started < 1.0


def test_a_stopping_player_waits_for_nobody():
    gate = Rendezvous(Step.APPLY, {"A": 0.0, "B": 0.0})
    start(gate.hold, "A", time.monotonic_ns)
    threading.Timer(0.05, gate.hurry).start()
    at_ns = gate.release(5.0)
    assert gate.result(at_ns).absent == ("B",)


def test_a_failing_send_fails_where_it_belongs_and_nowhere_else():
    gate = Rendezvous(Step.APPLY, {"A": 0.0, "B": 0.0})
    met = []

    def broken():
        raise IllegalRequest("no")

    def hold(name, fire):
        try:
            gate.hold(name, fire)
        except IllegalRequest:
            met.append(name)

    threads = [start(hold, "A", broken), start(hold, "B", time.monotonic_ns)]
    at_ns = gate.release(2.0)
    for thread in threads:
        thread.join(2)
    assert met == ["A"]
    assert gate.result(at_ns).applications == ("B",)
    assert gc.isenabled()


def test_the_centres_applications_send_for_themselves_and_report():
    gate = Rendezvous(Step.APPLY, {"A": 0.0})

    def visit():
        gate.hold("A", None)
        gate.departed("A", 1234)

    thread = start(visit)
    at_ns = gate.release(2.0)
    thread.join(2)
    assert gate.result(at_ns).left_ns == (1234,)
