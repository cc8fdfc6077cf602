"""Each defect, switched on, hands wrong documents out by its own mechanism; switched off, none. The debug log tells."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from types import FunctionType

import pytest

from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.debuglog import Rendered, WrongHandover, read_debug_logs, wrong_handovers
from mock_issuer.defects import catalogue
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.catalogue import CATALOGUE, parse_switch
from mock_issuer.defects.correct import AnswerRule
from mock_issuer.defects.switches import Switches


def in_parallel(count: int, visit: Callable[[int], object]) -> list[object]:
    """Run `visit(0..count-1)` in threads that start together."""
    gate = threading.Barrier(count)

    def go(number: int) -> object:
        gate.wait(timeout=20)
        return visit(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(go, range(count)))


def renderings(issuer) -> list[Rendered]:
    return [line for line in read_debug_logs(issuer.state / "debug") if isinstance(line, Rendered)]


@pytest.fixture
def wrongs(issuer) -> Callable[[], list[WrongHandover]]:
    """Return the wrong hand-overs since the test began."""
    before = {w.handed.application for w in wrong_handovers(issuer.state / "debug")}
    return lambda: [w for w in wrong_handovers(issuer.state / "debug") if w.handed.application not in before]


def everyone_at_once(issuer, people, kiosk, count: int = 16, nodes: tuple[str, ...] = ("n1", "n2")) -> None:
    kiosks = [kiosk(issuer, f"K2{number:02d}", nodes[number % len(nodes)]) for number in range(count)]
    in_parallel(count, lambda n: kiosks[n].visit(people.cards[f"R{n + 20:05d}"], "juminhyo"))


def until(enough: Callable[[], bool], play: Callable[[], None], rounds: int = 12) -> None:
    """Play again until there is enough to see: how many meet in one round is the machine's chance, not the defect's."""
    for _ in range(rounds):
        play()
        if enough():
            return
    pytest.fail(f"not enough to see after {rounds} rounds")


def test_the_clean_issuer_gives_everyone_their_own_under_load(issuer, people, kiosk, wrongs) -> None:
    for _ in range(3):
        everyone_at_once(issuer, people, kiosk)
    assert wrongs() == []


def test_d02_gives_the_later_application_of_the_same_second_to_the_earlier(issuer, people, kiosk, wrongs) -> None:
    assert issuer.switch("D02").json() == {"n1": {"D02": {}}, "n2": {"D02": {}}}
    until(lambda: len(wrongs()) >= 8, lambda: everyone_at_once(issuer, people, kiosk))
    found = wrongs()
    made = {line.application: line for line in renderings(issuer)}
    for wrong in found:
        victim, donor = made[wrong.handed.application], made[wrong.donor_application]
        assert victim.key == donor.key  # one second
    issuer.clean()
    before = len(found)
    everyone_at_once(issuer, people, kiosk)
    assert len(wrongs()) == before


def test_d21_confuses_equal_ranks_of_two_nodes_and_only_them(issuer, people, kiosk, wrongs) -> None:
    issuer.switch("D21")
    until(lambda: len(wrongs()) >= 4, lambda: everyone_at_once(issuer, people, kiosk))
    found = wrongs()
    for wrong in found:
        assert wrong.donor_application[:2] != wrong.handed.application[:2]  # the other node's
    issuer.clean()
    issuer.switch("D21", "n1")
    everyone_at_once(issuer, people, kiosk)  # one counter alone is unique
    assert len(wrongs()) == len(found)


def test_a_defect_at_one_node_shows_at_that_node_only(issuer, people, kiosk, wrongs) -> None:
    assert issuer.switch("D02", "n2").json() == {"n1": {}, "n2": {"D02": {}}}
    until(lambda: len(wrongs()) >= 2, lambda: everyone_at_once(issuer, people, kiosk))
    assert {w.handed.application[:2] for w in wrongs()} == {"n2"}


@pytest.fixture(scope="module")
def quiet_street(settle, person):
    """A person whose name fails only in generation, and neighbours; one node."""
    people = [person(1), person(2, gaiji_pending=True), person(3), person(4)]
    return settle(people, "--nodes", "1", "--print-ms", "5")


@pytest.fixture
def street(quiet_street):
    quiet_street[1].clean()
    known = {w.handed.application for w in wrong_handovers(quiet_street[1].state / "debug")}

    def wrongs() -> list[tuple[str, str]]:
        found = wrong_handovers(quiet_street[1].state / "debug")
        return [(w.handed.resident, w.donor) for w in found if w.handed.application not in known]

    return (*quiet_street, wrongs)


def test_d06_gives_the_previous_customers_document_to_one_who_is_refused(street, kiosk) -> None:
    town, issuer, wrongs = street
    issuer.switch("D06")
    at = kiosk(issuer, "K301")
    at.visit(town.cards["R00001"], "juminhyo")
    at.visit(town.cards["R00002"], "juminhyo")  # would be GAIJI_PENDING
    assert wrongs() == [("R00002", "R00001")]
    at.visit(town.cards["R00003"], "juminhyo")
    assert len(wrongs()) == 1


@pytest.mark.parametrize("how", ["cancel", "walk away", "close"])
def test_d06_gives_a_left_document_to_the_customer_after_an_abort(street, kiosk, how: str) -> None:
    town, issuer, wrongs = street
    issuer.switch("D06")
    at = kiosk(issuer, f"K302-{how}")
    at.visit(town.cards["R00001"], "juminhyo")
    application = at.begin(town.cards["R00003"], "juminhyo")
    if how == "cancel":
        at.post(application, "cancellation")
        at.close()
    elif how == "close":
        at.close()
    at.visit(town.cards["R00004"], "juminhyo")
    assert wrongs() == [("R00004", "R00001")]


def test_d06_gives_an_uncollected_print_to_the_next(street, kiosk) -> None:
    town, issuer, wrongs = street
    issuer.switch("D06")
    at = kiosk(issuer, "K303")
    application = at.begin(town.cards["R00003"], "juminhyo")
    at.collect(application)  # printed, and the customer is gone
    at.visit(town.cards["R00004"], "juminhyo")
    assert wrongs() == [("R00004", "R00003")]


def test_without_d06_refused_and_aborted_applications_leave_nothing(street, kiosk) -> None:
    town, issuer, wrongs = street
    at = kiosk(issuer, "K304")
    at.visit(town.cards["R00001"], "juminhyo")
    at.authenticate(town.cards["R00002"])
    assert at.apply("juminhyo").json()["code"] == "GAIJI_PENDING"
    at.post(at.begin(town.cards["R00003"], "juminhyo"), "cancellation")
    at.collect(at.begin(town.cards["R00003"], "juminhyo"))
    at.visit(town.cards["R00004"], "juminhyo")
    assert wrongs() == []


def test_d20_issues_a_cancelled_seal_until_the_cache_is_old(street, kiosk) -> None:
    town, issuer, _ = street
    issuer.switch("D20", ttl_s=60.0)
    at = kiosk(issuer, "K305")
    at.visit(town.cards["R00003"], "inkan")
    issuer.update("R00003", "seal", "cancelled")
    at.visit(town.cards["R00003"], "inkan")  # a zombie
    issuer.switch("D20", ttl_s=0.0)
    at.authenticate(town.cards["R00003"])
    assert at.apply("inkan").json()["code"] == "SEAL_CANCELLED"
    issuer.update("R00003", "seal", "registered")


def overload(issuer, town, kiosk, visitors: int, rounds: int) -> list[int]:
    """Let more kiosks collect, again and again, than printing can serve; return the answers' status codes."""
    kiosks = [kiosk(issuer, f"K4{number:02d}") for number in range(visitors)]

    def go(number: int) -> list[int]:
        codes = []
        for _ in range(rounds):
            application = kiosks[number].begin(town.cards[f"R{number % 20 + 1:05d}"], "juminhyo")
            codes.append(kiosks[number].collect(application).status_code)
            kiosks[number].close()
        return codes

    return [code for codes in in_parallel(visitors, go) for code in codes]  # type: ignore[attr-defined]


@pytest.mark.slow
def test_d01_hands_the_next_applicants_file_to_whoever_waited_too_long(settle, person, kiosk) -> None:
    options = ("--nodes", "1", "--print-ms", "50", "--print-limit-s", "1.0")
    town, issuer = settle([person(number) for number in range(1, 21)], *options)
    codes: set[int] = set()
    until(lambda: 504 in codes, lambda: codes.update(overload(issuer, town, kiosk, 32, 4)), rounds=3)
    assert codes == {200, 504}  # overloaded, and yet:
    assert wrong_handovers(issuer.state / "debug") == ()
    states = {(e["state"], e["fee"], e["reason"]) for e in issuer.ledger().values()}
    assert ("cancelled", "returned", "PRINT_TIMEOUT") in states
    issuer.switch("D01")
    until(
        lambda: len(wrong_handovers(issuer.state / "debug")) >= 3,
        lambda: overload(issuer, town, kiosk, 32, 5),  # type: ignore[arg-type,return-value]
        rounds=3,
    )
    found = wrong_handovers(issuer.state / "debug")
    assert min(w.handed.waited_ms for w in found) >= 1000  # nobody below the limit
    rank = {line.application: place for place, line in enumerate(renderings(issuer))}
    assert all(rank[w.donor_application] > rank[w.handed.application] for w in found)  # donors come after
    issuer.clean()
    assert len(in_parallel(8, lambda n: kiosk(issuer, f"K5{n}").visit(town.cards[f"R{n + 1:05d}"], "inkan"))) == 8
    assert len(wrong_handovers(issuer.state / "debug")) == len(found)


DEFECTS = Path(catalogue.__file__).parent
# What a defect's module may import besides the issuer: nothing that waits, and nothing that throws dice.
HARMLESS = {
    "__future__", "collections.abc", "contextlib", "dataclasses", "datetime", "itertools", "msgspec", "msgspec.structs",
    "pathlib", "threading",
}  # fmt: skip
OF_ITS_MISTAKE = {"D24": {"secrets"}, "D32": {"time"}}  # a number drawn at random; a count that begins at the clock
DELAYS = {"sleep", "wait", "wait_for", "Timer", "Event", "Condition", "join", "monotonic", "perf_counter"}


@pytest.mark.parametrize("defect", sorted(CATALOGUE))
def test_no_defect_waits_or_throws_dice_its_delays_are_the_clean_issuers_own(defect: str) -> None:
    (file,) = DEFECTS.glob(f"{defect.lower()}_*.py")
    nodes = list(ast.walk(ast.parse(file.read_text())))
    imported = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    ours = {name for name in imported if name.partition(".")[0] == "mock_issuer"}
    assert imported - ours - HARMLESS == OF_ITS_MISTAKE.get(defect, set())
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    assert {getattr(one, "attr", getattr(one, "id", "")) for one in called} & DELAYS == set()


@pytest.mark.parametrize("name", [*CATALOGUE, *CONTROLS])
def test_a_switch_changes_something_and_off_again_nothing_of_it_is_left(name: str) -> None:
    switches = Switches()
    clean = parts_of(switches.behaviour)
    switches.turn_on(parse_switch(f"{name}@n1"))
    assert parts_of(switches.behaviour) != clean
    switches.turn_off(None)
    assert parts_of(switches.behaviour) == clean


def parts_of(behaviour: Behaviour) -> dict[str, object]:
    """What a behaviour is made of, by seam: values and functions themselves, of rules their kind."""
    parts = {one.name: getattr(behaviour, one.name) for one in fields(behaviour)}
    plain = (int, float, str, type(None), type, FunctionType, AnswerRule)
    return {name: part if isinstance(part, plain) else type(part) for name, part in parts.items()}


def test_nothing_of_a_defect_or_control_is_part_of_the_clean_issuer() -> None:
    homes = {getattr(part, "__module__", "") for part in parts_of(Behaviour()).values()}
    assert "mock_issuer.defects.correct" in homes
    assert not any(home.startswith(("mock_issuer.defects.d", "mock_issuer.controls.")) for home in homes)


@pytest.mark.parametrize("written", ["D99", "D02:limit=1", "D01:limit_s=soon", ""])
def test_switches_that_do_not_exist_are_told(written: str) -> None:
    with pytest.raises(ValueError, match=r"there are|parameter|NAME=NUMBER"):
        parse_switch(written)


def test_switches_are_written_with_node_and_parameters() -> None:
    switch = parse_switch("D01@n2:limit_s=2,linger_sheets=1")
    assert (switch.defect, switch.node, switch.params) == ("D01", "n2", {"limit_s": 2.0, "linger_sheets": 1.0})
    assert parse_switch("D02@2") == parse_switch("D02@n2")  # by number, too
    assert parse_switch("D19:ttl=2").params == {"ttl_s": 2.0}


def test_unknown_defects_and_nodes_are_refused_at_runtime(issuer) -> None:
    assert issuer.switch("D99").status_code == 400
    assert issuer.switch("D02", "n9").json()["code"] == "NODE_UNKNOWN"
    assert issuer.client.put("/admin/defects", json={"defect": "D02"}).status_code == 401
