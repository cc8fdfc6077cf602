"""A phase of faults plans what the target file allows, and nothing else; each with its aftermath."""

from __future__ import annotations

from datetime import date

import pytest

from harness.campaign import compile_plan
from harness.campaign.scenario import Faults, Scenario, Solo
from harness.errors import TargetNotAllowed, UsageError
from harness.population import make_population
from harness.records.faults import AllowedFaults, Command, LineFault, Link, LinkFault
from harness.records.plan import BatchKind, Step
from harness.records.target import Client, Target
from harness.run.allow import check_allowed

LINK = Link(name="db", listen="127.0.0.1:5701", to="127.0.0.1:5601")
NODE = Command(name="node", start=("/bin/true",), undo=("/bin/true",), longest_s=1.0)


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


def plan(people, faults, client=Client.KIOSK, **more):
    target = Target(name="t", url="http://127.0.0.1:1", faults=faults, client=client)
    phases = (Solo(phase="P0", title_ja="", title_en=""), Faults(phase="P6", title_ja="", title_en="", **more))
    scenario = Scenario(name="s", title_ja="", title_en="", phase=phases, digest="d")
    header, batches = compile_plan(scenario, people, target, 1, lambda key: key, date(2026, 11, 22))
    return header, [b for b in batches if b.phase == "P6"]


def test_without_an_allowance_the_phase_is_left_out_and_told(people):
    header, batches = plan(people, AllowedFaults())
    assert batches == []
    assert header.left_out.phases == ("P6",)


def test_a_line_fails_in_every_way_at_every_step_and_others_come_to_the_same_kiosk(people):
    _, batches = plan(people, AllowedFaults(line=True))
    met = {(b.applications[0].line_fault.step, b.applications[0].line_fault.how) for b in batches}
    assert met == {(s, how) for s in (Step.AUTHENTICATE, Step.APPLY, Step.COLLECT) for how in LineFault}
    for batch in batches:
        assert batch.kind is BatchKind.SEQUENCE
        assert len({a.resident for a in batch.applications}) == 3
        assert len({(a.kiosk, a.node) for a in batch.applications}) == 1


def test_of_the_centre_the_next_customers_use_the_same_connection_and_no_step_it_lacks(people):
    _, batches = plan(people, AllowedFaults(line=True), Client.CENTRE)
    assert {b.applications[0].line_fault.step for b in batches} == {Step.APPLY, Step.COLLECT}
    assert all(len({a.lane for a in b.applications}) == 1 for b in batches)
    assert None not in {a.lane for b in batches for a in b.applications}


def test_links_and_commands_fail_while_people_are_served_and_all_come_at_once_afterwards(people):
    _, batches = plan(people, AllowedFaults(link=(LINK,), command=(NODE,)), lasts_s=4.0, kiosks=3, stampede=5)
    served, after = batches[::2], batches[1::2]
    faults = [fault for batch in served for fault in batch.faults]
    assert [(f.on, f.how) for f in faults] == [*(("db", how) for how in LinkFault), ("node", None)]
    assert len({f.fault for f in faults}) == len(faults)
    assert [f.lasts_ms for f in faults] == [4000.0] * 4 + [1000.0]  # no longer than the command allows
    assert all(b.kind is BatchKind.CLOSED and len(b.applications) == 6 for b in served)
    assert all(b.kind is BatchKind.BURST and len(b.applications) == 5 and not b.faults for b in after)


@pytest.mark.parametrize(
    ("listen", "to", "error", "says"),
    [
        ("192.0.2.7:5701", "127.0.0.1:5601", TargetNotAllowed, "--i-may-test 192.0.2.7"),
        ("127.0.0.1:5701", "db.example:5601", TargetNotAllowed, "--i-may-test db.example"),
        ("127.0.0.1", "127.0.0.1:5601", UsageError, "is not HOST:PORT"),
    ],
)
def test_a_link_beyond_loopback_must_be_confirmed(listen, to, error, says):
    faults = AllowedFaults(link=(Link(name="db", listen=listen, to=to),))
    with pytest.raises(error, match=says):
        check_allowed(Target(name="t", url="http://127.0.0.1:1", faults=faults), ())
    if error is TargetNotAllowed:
        check_allowed(Target(name="t", url="http://127.0.0.1:1", faults=faults), ("192.0.2.7", "db.example"))
