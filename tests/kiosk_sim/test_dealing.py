"""Who of several workers serves whom: fixed by the plan, nothing dealt twice, the pool shared out."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.records.certificates import Certificate, Options
from harness.records.plan import Batch, BatchKind, PlannedApplication
from harness.records.target import Client, Target
from kiosk_sim.dealing import deal

KIOSK = Target(name="t", url="http://127.0.0.1:1", adapter="reference", client=Client.KIOSK)
CENTRE = Target(name="t", url="http://127.0.0.1:1", adapter="reference", client=Client.CENTRE, connections=5)


def batch(number, kiosks, lanes=None):
    members = tuple(
        PlannedApplication(
            application=f"A{number}{place}",
            resident=f"R{place}",
            card=str(place),
            certificate=Certificate.JUMINHYO,
            options=Options(),
            kiosk=kiosk,
            store="S1",
            lane=lanes[place] if lanes else None,
        )
        for place, kiosk in enumerate(kiosks)
    )
    return Batch(batch=f"B{number}", phase="P1", kind=BatchKind.BURST, applications=members)


def test_every_application_is_served_by_exactly_one_worker():
    batches = [batch(1, ["K1", "K2", "K3"]), batch(2, ["K3", "K4"])]
    dealing = deal(batches, 3, KIOSK)
    for one in batches:
        parts = [a for place in range(3) for a in dealing.part(one, place).applications]
        assert sorted(a.application for a in parts) == sorted(a.application for a in one.applications)


def test_a_kiosk_stays_with_its_worker():
    batches = [batch(1, ["K1", "K2"]), batch(2, ["K2", "K1"])]
    dealing = deal(batches, 2, KIOSK)
    places = {(a.kiosk, dealing.place(a)) for b in batches for a in b.applications}
    assert len(places) == 2


def test_neighbours_of_a_burst_meet_from_different_workers():
    one = batch(1, ["K1", "K2"])
    dealing = deal([one], 2, KIOSK)
    assert {dealing.place(a) for a in one.applications} == {0, 1}


def test_planned_connections_of_the_centre_keep_their_identity():
    one = batch(1, ["K1", "K2", "K3", "K4", "K5"], lanes=[0, 1, 2, 3, 4])
    dealing = deal([one], 2, CENTRE)
    assert [dealing.connections(place, CENTRE) for place in range(2)] == [3, 2]
    told = {}
    for place in range(2):
        for own in dealing.part(one, place).applications:
            assert own.lane < dealing.connections(place, CENTRE)
            told[own.application] = dealing.lane(own.lane, place)
    assert told == {a.application: a.lane for a in one.applications}


def test_a_pool_smaller_than_the_number_of_workers_is_refused():
    with pytest.raises(UsageError, match="connections = 5"):
        deal([batch(1, ["K1"])], 6, CENTRE)


def test_there_are_users_for_every_kiosk_of_every_worker():
    batches = (batch(1, ["K1", "K2", "K3"]),)
    dealing = deal(batches, 2, KIOSK)
    assert dealing.users(batches) >= 2 * max(len(dealing.kiosks_of(p, batches)) for p in range(2))
