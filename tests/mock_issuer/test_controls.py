"""Controls differ in what a correct issuer may do differently; nobody gets another's document in any of them."""

from __future__ import annotations

import threading
import time

import pytest

from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.debuglog import HandedOver, Rendered, read_debug_logs
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.node.order import PrintOrder
from mock_issuer.settings import State
from mock_issuer.truth import wrong_documents


def lines_of(stage, name: str) -> list[Rendered | HandedOver]:
    lines = read_debug_logs(stage.issuer.state / "debug")
    return [line for line in lines if isinstance(line, Rendered | HandedOver) and line.defects == (name,)]


@pytest.mark.parametrize(
    "name", ["slow-but-correct", "out-of-order", "gaps-in-numbers", "nondeterministic-pdf", "clock-skew"]
)
def test_everyone_gets_their_own(stage, name: str) -> None:
    assert stage.issuer.switch(name).json()["n1"] == {name: {}}
    assert set(stage.crowd(people=range(1, 13))) == {200}
    assert stage.wrong() == []


def test_slow_is_slow_and_nothing_is_cancelled(slow) -> None:
    slow.issuer.switch("slow-but-correct", factor=4)
    assert set(slow.crowd(people=range(1, 9), nodes=("n1",))) == {200}
    waits = [line.waited_ms for line in lines_of(slow, "slow-but-correct") if isinstance(line, HandedOver)]
    assert max(waits) > 1000
    assert slow.wrong() == []


def test_busy_tells_so_and_who_is_served_gets_their_own(slow) -> None:
    slow.issuer.switch("busy-under-overload", line=2)
    codes: set[int] = set()
    for _ in range(5):  # a crowd may come too thinly to fill the line
        codes.update(slow.crowd(people=range(1, 13), nodes=("n1",)))
        if 503 in codes:
            break
    assert codes == {200, 503}
    assert slow.wrong() == []


def test_who_asks_again_gets_the_same_document(slow) -> None:
    slow.issuer.switch("idempotent-retry", read_s=0.15)
    assert set(slow.crowd(people=range(1, 11), nodes=("n1",), then=1)) == {200}
    assert slow.wrong() == []
    assert all(len(entry["issue_numbers"]) <= 1 for entry in slow.issuer.ledger().values())


def test_prints_overtake_each_other(slow) -> None:
    slow.issuer.switch("out-of-order")
    assert set(slow.crowd(people=range(1, 11), nodes=("n1",))) == {200}
    assert slow.wrong() == []
    behaviour = CONTROLS["out-of-order"].apply(Behaviour(), {})
    order, served = PrintOrder(), []
    tickets = [order.join() for _ in range(7)]
    while len(order):
        (turn,) = (number for number, ticket in enumerate(tickets) if ticket.turn.is_set() and number not in served)
        served.append(turn)
        order.leave(tickets[turn], behaviour.next_in_line)
    assert served != sorted(served) == list(range(7))


def test_numbers_have_gaps(stage) -> None:
    stage.issuer.switch("gaps-in-numbers", "n1", gap=7)
    for number in (1, 2):
        stage.get(number, "juminhyo")
    made = [
        line
        for line in lines_of(stage, "gaps-in-numbers")
        if isinstance(line, Rendered) and "-n1-" in line.issue_number
    ]
    first, second = (int(line.issue_number.rpartition("-")[2]) for line in made[-2:])
    assert second - first == 8


@pytest.mark.parametrize(("name", "printed"), [("kana-width", "ﾐﾎﾝ"), ("variant-glyphs", "葛城")])
def test_other_glyphs_are_the_same_names(serve, make_town, person, stage_of, name: str, printed: str) -> None:
    town = make_town([person(1), person(2, name="葛\U000e0100城　花子", kana="ミホン　バプコ")])
    for at in stage_of(town, serve(town, "--nodes", "1", "--control", name)):
        at.issuer.switch(name)
        assert at.get(2, "juminhyo") == 200
        values = {value for line in lines_of(at, name) if isinstance(line, Rendered) for _, value in line.pages[0]}
        assert any(printed in value for value in values)
        assert at.wrong() == []


def test_a_documented_reflection_time_is_kept(stage) -> None:
    stage.issuer.switch("reflection-time", delta_s=1.0)
    stage.issuer.update("R00041", "address", "架空県見本市反映町1番")
    since = stage.since
    until = time.monotonic() + 1.6
    while time.monotonic() < until:
        stage.get(41, "juminhyo")
    state, people = State(stage.issuer.state), stage.town.population
    assert wrong_documents(state, people, since, reflection_s=2.0) == ()
    assert wrong_documents(state, people, since) != ()  # undocumented, it would be a defect


def test_what_was_deleted_meanwhile_is_refused_at_print(stage) -> None:
    stage.issuer.switch("refusal-in-flight")
    at = stage.at("K730")
    application = at.begin(stage.card(42), "inkan")
    stage.issuer.update("R00042", "seal", "cancelled")
    answer = at.collect(application)
    assert (answer.status_code, answer.json()["code"]) == (409, "SEAL_CANCELLED")
    entry = stage.issuer.ledger()[application]
    assert (entry["state"], entry["fee"]) == ("refused", "returned")
    stage.issuer.update("R00042", "seal", "registered")


@pytest.mark.slow
def test_restarts_harm_nobody(stage) -> None:
    def starts() -> list[int]:
        """When each node's settings were written last: at its start."""
        return [(stage.issuer.state / "nodes" / f"{node}.json").stat().st_mtime_ns for node in ("n1", "n2")]

    before, over = starts(), threading.Event()
    codes: list[int] = []

    def come_and_go() -> None:
        while not over.is_set():
            codes.extend(stage.crowd(people=range(1, 5)))

    visitors = threading.Thread(target=come_and_go)
    stage.issuer.switch("restarts", every_s=1.0)
    visitors.start()
    until = time.monotonic() + 60
    while starts() == before and time.monotonic() < until:
        time.sleep(0.1)
    over.set()
    visitors.join(timeout=60)
    stage.issuer.clean()
    assert starts() != before
    assert set(codes) == {200}
    assert stage.wrong() == []


def test_controls_are_told_apart_from_defects() -> None:
    assert not any(name.startswith("D") for name in CONTROLS)
    assert all(control.title_ja and control.title_en for control in CONTROLS.values())
