"""Arrivals end when too many applications fail, and when probe or health command say so several times in a row."""

import pytest

from harness.records.history import ApplicationEnded, Ending, Pulse
from harness.records.stop_when import StopWhen
from harness.run.vigil import Vigil

CHECK = ("./health", "--quick")


def ended(ending, number=0):
    return ApplicationEnded(application=f"A{number}", ending=ending, at_ns=1)


def after(rules, *records):
    vigil = Vigil(rules)
    for record in records:
        vigil.see(record)
    return vigil.reason


def pulse(**said):
    return Pulse(at_ns=1, **said)


@pytest.mark.parametrize(("errors", "stops"), [(4, False), (5, True)])
def test_errors_count_once_as_many_as_were_asked_for_have_ended(errors, stops):
    rule = StopWhen(error_rate=0.5, of_last=10)
    records = [ended(Ending.UNRESOLVED if n % 2 else Ending.FAILED) for n in range(errors)]
    assert after([rule], *records) == ""
    records += [ended(Ending.DELIVERED)] * (10 - errors)
    assert bool(after([rule], *records)) is stops


def test_only_the_last_ones_count_and_who_gives_up_or_is_refused_is_no_error():
    rule = StopWhen(error_rate=0.5, of_last=10)
    old = [ended(Ending.FAILED)] * 4
    fine = [ended(Ending.REFUSED)] * 10 + [ended(Ending.ABORTED)] * 90
    assert after([rule], *old, *fine, *old) == ""
    reason = "stop_when: 5 of the last 10 applications failed (error_rate = 0.5)"
    assert after([rule], *old, *fine, *old, ended(Ending.FAILED)) == reason


def test_a_slow_or_failing_probe_stops_when_it_is_so_several_times_in_a_row():
    rule = StopWhen(probe_ms=500, in_a_row=2)
    slow, fast, dead = pulse(probe_ms=900.0), pulse(probe_ms=20.0), pulse(probe_ms=3.0, failed="the probe failed: gone")
    assert after([rule], slow, fast, dead, fast, slow) == ""
    assert after([rule], dead, slow) == "stop_when: the probe took 900 ms (probe_ms = 500), 2 times in a row"
    assert after([rule], slow, dead, fast) == "stop_when: the probe failed: gone, 2 times in a row"


def test_the_health_command_is_counted_apart_from_the_probe_and_each_rule_heeds_its_own():
    rules = [StopWhen(probe_ms=500, health_command=CHECK), StopWhen(health_command=("./other",), in_a_row=1)]
    sick = pulse(command=CHECK, failed="the health command health ended with exit code 1")
    assert after(rules, sick, pulse(probe_ms=3.0), pulse(command=("./other",))) == ""
    assert after(rules, sick, pulse(probe_ms=3.0), pulse(command=("./other",)), sick).endswith("2 times in a row")


def test_without_limits_nothing_stops_a_run():
    records = [ended(Ending.FAILED)] * 99 + [pulse(probe_ms=9e9, failed="gone")] * 9
    assert after([StopWhen(), StopWhen(error_rate=1.0, of_last=100)], *records) == ""
