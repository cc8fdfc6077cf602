"""Defects of the way from the register to the paper: old, torn, staged, unlinked or another's data."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mock_issuer.truth import Kind


@contextmanager
def updating(stage, resident: str, *changes: tuple[str, str]) -> Iterator[list[int]]:
    """Change fields of a resident in turn, again and again, while the block runs; the list tells the answers."""
    over, answers = threading.Event(), []

    def change() -> None:
        for number in itertools.count():
            field, value = changes[number % len(changes)]
            answers.append(stage.issuer.update(resident, field, value.format(number)).status_code)
            if over.is_set():
                return

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join(timeout=20)


def the_same_person(stage, count: int = 24) -> None:
    """Let one person apply for the whole household at many kiosks at once."""
    stage.crowd("juminhyo", [31] * count, nodes=("n1",), scope="all")


def test_the_clean_issuer_prints_states_that_the_register_had_while_it_changes(stage) -> None:
    with updating(stage, "R00031", ("address", "架空県見本市新町{}番"), ("remarks", "備考{}")) as answers:
        for _ in range(2):
            the_same_person(stage)
    assert set(answers) == {200}
    assert stage.wrong() == []


def test_d26_prints_the_old_address_for_as_long_as_the_replica_lags(stage) -> None:
    def play() -> None:
        stage.issuer.update("R00032", "address", f"架空県見本市新町{time.monotonic_ns()}番")
        stage.get(32, "juminhyo", node="n2")
        stage.get(32, "juminhyo", node="n1")

    stage.issuer.switch("D26", "n2", lag_s=60.0)
    play()
    (wrong,) = stage.wrong()  # the other node is up to date
    assert (wrong.kind, wrong.victim, wrong.application[:2]) == (Kind.CONTENT, "R00032", "n2")
    stage.issuer.switch("D26", "n2", lag_s=0.0)
    until = time.monotonic() + 20
    while len(stage.wrong()) < 60:  # heals by itself
        before = len(stage.wrong())
        stage.get(32, "juminhyo", node="n2")
        if len(stage.wrong()) == before:
            break
        assert time.monotonic() < until
    stage.clean_again(play)


def test_d27_prints_head_and_persons_of_different_states(stage) -> None:
    def play() -> None:
        with updating(stage, "R00031", ("address", "架空県見本市新町{}番"), ("remarks", "備考{}")):
            the_same_person(stage)

    stage.issuer.switch("D27")
    found = stage.until(lambda wrong: len(wrong) >= 2, play)
    assert {(w.kind, w.victim) for w in found} == {(Kind.CONTENT, "R00031")}
    stage.clean_again(play)


def test_d28_prints_a_state_that_never_came_to_hold(stage) -> None:
    def play() -> None:
        with updating(stage, "R00031", ("remarks", "長い備考" * 60)) as answers:
            the_same_person(stage)
        assert set(answers) == {409}

    stage.issuer.switch("D28")
    found = stage.until(lambda wrong: len(wrong) >= 1, play)
    assert all("長い備考" in "".join(wrong.values) for wrong in found)
    stage.clean_again(play)


@pytest.mark.parametrize(("field", "value"), [("former_name", "旧氏"), ("address", "架空県見本市転居先3番")])
def test_d35_goes_on_printing_what_was_not_linked(stage, field: str, value: str) -> None:
    stage.issuer.switch("D35", "n1")
    stage.issuer.update("R00033", field, value)
    stage.issuer.update("R00033", "remarks", "届出あり")
    until = time.monotonic() + 20
    while not stage.wrong():  # the register itself is read until the copy has followed
        stage.get(33, "inkan" if field == "address" else "juminhyo")
        assert time.monotonic() < until
    assert stage.wrong()[0].kind is Kind.CONTENT
    before = len(stage.wrong())
    stage.get(33, "juminhyo", node="n2")
    assert len(stage.wrong()) == before
    stage.issuer.clean()
    until = time.monotonic() + 20
    while len(stage.wrong()) > before:  # until what was left out is linked
        before = len(stage.wrong())
        stage.get(33, "juminhyo")
        assert time.monotonic() < until
    stage.clean_again(lambda: stage.get(33, "juminhyo"))


def test_d36_prints_the_updated_persons_data_or_fails_and_prints_on_retry(stage) -> None:
    codes: list[int] = []

    def play() -> None:
        with updating(stage, "R00034", ("remarks", "備考{}")):
            codes.extend(stage.crowd("juminhyo", range(1, 25), nodes=("n1",), then=1))

    stage.issuer.switch("D36", "n1")
    found = stage.until(lambda wrong: len(wrong) >= 1 and 500 in codes, play, rounds=25)
    assert {(w.kind, w.donor) for w in found} == {(Kind.MIXED, "R00034")}
    assert stage.get(5, "juminhyo") == 200
    codes.clear()
    stage.clean_again(play)
    assert set(codes) == {200}
