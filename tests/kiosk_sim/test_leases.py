"""Slots of connections are handed out first come, first served, and never twice."""

from __future__ import annotations

import threading
import time

from harness.records.target import Client
from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.transport import CONTROL, Holder, Origin

HERE = Origin.of("http://127.0.0.1:80")


def test_the_centres_slots_go_to_whoever_waits_longest(until):
    leases = Leases(Client.CENTRE, 1)
    order, threads = [], []

    def visit(name):
        with leases.slot(Holder(name), HERE):
            order.append(name)

    with leases.slot(Holder("first"), HERE):
        for name in ("a", "b", "c"):
            threads.append(threading.Thread(target=visit, args=(name,)))
            threads[-1].start()
            time.sleep(0.1)  # until it waits
        assert order == []
    for thread in threads:
        thread.join(30)
    assert order == ["a", "b", "c"]


def test_control_requests_never_wait_for_the_centres_pool():
    leases = Leases(Client.CENTRE, 1)
    with leases.slot(Holder("K1"), HERE), leases.slot(Holder(CONTROL), HERE):
        pass


def test_a_slot_is_used_by_one_at_a_time():
    leases = Leases(Client.KIOSK, 4)
    inside, most = [], []

    def visit():
        with leases.slot(Holder("K1"), HERE):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.005)
            inside.pop()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert max(most) == 1
    assert len(most) == 8


def test_a_kiosk_has_a_slot_for_each_node_of_its_own():
    leases = Leases(Client.KIOSK, 4)
    there = Origin.of("http://127.0.0.1:81")
    with leases.slot(Holder("K1"), HERE) as one, leases.slot(Holder("K1"), there) as two:
        one.connection, two.connection = "c1", "c2"
    assert sorted(leases.drop(Holder("K1"))) == ["c1", "c2"]


def test_only_a_card_takes_its_connection_with_it():
    for client, left in ((Client.KIOSK, []), (Client.CENTRE, []), (Client.CARD, ["c"])):
        leases = Leases(client, 1)
        holder = Holder("K1", "11")
        with leases.slot(holder, HERE) as slot:
            slot.connection = "c"
        assert leases.finish(holder) == left
