"""Defects that need a node to die, to be started again, or to run another build than its neighbours."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from mock_issuer.settings import State
from mock_issuer.truth import Kind


@pytest.fixture(scope="module")
def revived(settle, person):
    """An issuer whose node is started again when it died; print takes half a second."""
    people = [person(number) for number in range(1, 13)]
    return settle(people, "--nodes", "1", "--print-ms", "500", "--revive-nodes")


@pytest.fixture
def phoenix(revived, stage_of) -> Iterator[object]:
    yield from stage_of(*revived)


def wait_until(what: Callable[[], bool], within_s: float = 30.0) -> None:
    until = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def kill_while_printing(stage, *people: int) -> list[str]:
    """Let people wait for print at a kiosk each, kill the node, wait for its next life; return their applications."""
    kiosks = [stage.at(f"K6{number:02d}") for number in people]
    applications = [at.begin(stage.card(number), "juminhyo") for at, number in zip(kiosks, people, strict=True)]
    threads = [
        threading.Thread(target=at.collect, args=(application,))
        for at, application in zip(kiosks, applications, strict=True)
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: in_print_queue(stage) > 0)  # a print takes half a second
    os.kill(int(State(stage.issuer.state).pid_of("n1").read_text()), signal.SIGKILL)
    for thread in threads:
        thread.join(timeout=20)
    wait_until(lambda: [n["alive"] for n in stage.issuer.client.get("/v1/nodes").json()] == [True])
    wait_until(lambda: stage.get(12, "tax", "K699") == 200)
    return applications


def in_print_queue(stage) -> int:
    with closing(sqlite3.connect(State(stage.issuer.state).spool / "jobs.sqlite")) as jobs:
        return jobs.execute("SELECT count(*) FROM queue").fetchone()[0]


@pytest.mark.slow
def test_d29_books_what_was_paid_as_issued_and_the_clean_issuer_gives_the_fee_back(phoenix) -> None:
    def after() -> set[tuple[object, object]]:
        left = kill_while_printing(phoenix, 1, 2)
        ledger = phoenix.issuer.ledger()
        return {(ledger[name]["state"], ledger[name]["fee"]) for name in left}

    assert after() == {("failed", "returned")}
    phoenix.issuer.switch("D29")
    assert after() == {("issued", "charged")}
    assert phoenix.wrong() == []


@pytest.mark.slow
def test_d30_gives_the_replayed_print_to_whoever_polls_first(phoenix) -> None:
    phoenix.issuer.switch("D30")
    kill_while_printing(phoenix, 1, 2, 3)
    found = phoenix.wrong()
    assert {wrong.kind for wrong in found} == {Kind.ANOTHERS}
    assert found[0].victim == "R00012"
    assert found[0].donor in {"R00001", "R00002", "R00003"}
    phoenix.clean_again(lambda: phoenix.get(5, "juminhyo"))


def test_d25_is_an_old_build_at_one_node(stage) -> None:
    assert stage.issuer.switch("D25").status_code == 400
    stage.issuer.switch("D25", "n2")
    builds = {node["node"]: node["build"] for node in stage.issuer.client.get("/v1/nodes").json()}
    assert builds["n1"] != builds["n2"]

    def after_an_abort(node: str) -> None:
        at = stage.at("K620", node)
        stage.get(1, "juminhyo", "K620", node)
        at.post(at.begin(stage.card(2), "juminhyo"), "cancellation")
        at.close()
        stage.get(3, "juminhyo", "K620", node)

    after_an_abort("n1")
    assert stage.wrong() == []
    after_an_abort("n2")
    (wrong,) = stage.wrong()
    assert (wrong.victim, wrong.donor, wrong.defects) == ("R00003", "R00001", ("D25",))
