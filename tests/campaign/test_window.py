"""A window ends when it was said, keeps time for what comes after the last arrival, and says what it has room for."""

from datetime import date, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan
from harness.campaign.forecast import Window, forecast
from harness.campaign.night import Stretch, night_of
from harness.campaign.pace import Pace
from harness.campaign.recovery import with_recovery
from harness.campaign.scenario import Bursts, Recovery, Scenario, Solo
from harness.campaign.window import Reserve, arrivals_s, window_end
from harness.errors import UsageError
from harness.population import make_population
from harness.records.certificates import Certificate
from harness.records.plan import Driver
from harness.records.target import Node, Target

JST = timezone(timedelta(hours=9))
EVENING = datetime(2026, 11, 22, 22, 15, tzinfo=JST)
RESERVE = Reserve(drain_s=60, recovery_s=20, settle_s=10)
TARGET = Target(name="t", url="http://127.0.0.1:1", nodes=(Node(id="n1"), Node(id="n2")), route_header="X-Node")
PACE = Pace(source="declared", detail="", solo_ms=1000.0, per_second=10.0)
NIGHT = Scenario(
    name="s",
    title_ja="",
    title_en="",
    certificates=(Certificate.JUMINHYO, Certificate.TAX),
    phase=(
        Solo(phase="P0", title_ja="", title_en=""),
        Bursts(phase="P3", title_ja="", title_en="", sizes=(4,), rounds=300),
    ),
)


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


@pytest.mark.parametrize(
    ("budget", "until", "end"),
    [
        ("90s", "", EVENING + timedelta(seconds=90)),
        ("10m", "", EVENING + timedelta(minutes=10)),
        ("1.5h", "", EVENING + timedelta(minutes=90)),
        ("night", "", datetime(2026, 11, 23, 5, 30, tzinfo=JST)),
        ("", "05:30", datetime(2026, 11, 23, 5, 30, tzinfo=JST)),
        ("", "23:00", datetime(2026, 11, 22, 23, 0, tzinfo=JST)),
        ("", "22:15", datetime(2026, 11, 23, 22, 15, tzinfo=JST)),
        ("", "", None),
    ],
)
def test_a_window_ends_when_it_was_said(budget, until, end):
    assert window_end(budget, until, EVENING) == end


@pytest.mark.parametrize(
    ("budget", "until", "told"),
    [
        ("10", "", "10m or 2h"),
        ("0m", "", "10m or 2h"),
        ("", "5 am", "HH:MM"),
        ("", "24:00", "HH:MM"),
        ("1h", "05:30", "one"),
    ],
)
def test_what_is_no_time_is_refused_with_what_is(budget, until, told):
    with pytest.raises(UsageError, match=told):
        window_end(budget, until, EVENING)


def test_a_window_without_time_for_arrivals_is_refused():
    assert arrivals_s(100, RESERVE) == pytest.approx(2)
    with pytest.raises(UsageError, match="60 s to draining, 20 s to the confirmation of recovery"):
        arrivals_s(98, RESERVE)


def test_a_phase_that_does_not_fit_is_broken_off_and_the_nights_are_counted():
    stretches = [Stretch(phase=f"P{n}", expected_s=100, bursts=50 * n) for n in range(4)]
    night = night_of(stretches, 98 + 250, RESERVE, baseline_s=None)
    assert (night.whole, night.begun, night.left) == (("P0", "P1"), "P2", ("P3",))
    assert night.bursts == 50 + 50  # all of P1, half of P2
    assert night.bound == pytest.approx(0.0295, abs=0.0005)
    assert night.nights == 2
    assert night_of(stretches, 600, RESERVE, None).nights == 1


def test_every_window_ends_with_one_normal_issue_of_each_certificate_on_each_node(people):
    plain, _ = compile_plan(NIGHT, people, TARGET, 1, lambda key: "", date(2026, 11, 22))
    assert not any(p.recovery for p in plain.phases)
    header, batches = compile_plan(with_recovery(NIGHT), people, TARGET, 1, lambda key: "", date(2026, 11, 22))
    confirmations = [p for p in header.phases if p.recovery]
    assert [p.phase for p in header.phases[:2]] == ["P0", "P3"]
    assert {p.driver for p in confirmations} == {Driver.QUIET}
    for phase in confirmations:
        alone = [b.applications for b in batches if b.phase == phase.phase]
        wanted = {(kind, node) for kind in NIGHT.certificates for node in ("n1", "n2")}
        assert {(one.certificate, one.node) for (one,) in alone} == wanted
        assert not any(one.abort for (one,) in alone)


def test_a_scenario_that_has_its_own_confirmation_gets_no_second_one():
    own = Recovery(phase="P8", title_ja="", title_en="", windows=2)
    campaign = replace(NIGHT, phase=(*NIGHT.phase, own))
    assert with_recovery(campaign) == campaign


def test_the_plan_says_what_a_window_gives_and_counts_one_confirmation(people):
    header, batches = compile_plan(with_recovery(NIGHT), people, TARGET, 1, lambda key: "", date(2026, 11, 22))
    seen = forecast(header, batches, TARGET, PACE, None, Window(seconds=240, baseline_s=99.0))
    assert [p.phase for p in seen.phases] == ["P0", "P3", "P9"]
    assert seen.header.batches == sum(p.batches for p in seen.phases)
    night = seen.night
    spent = night.before_s + night.arrivals_s + night.reserve.total_s
    assert spent == pytest.approx(240, abs=1)
    assert night.reserve.recovery_s > 4 * PACE.solo_ms / 1000
    assert (night.begun, night.baseline_s) == ("P3", 99.0)
    assert 0 < night.bursts < 300
    assert night.nights > 1
