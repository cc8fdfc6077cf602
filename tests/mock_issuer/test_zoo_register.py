"""Defects of the way from the register to the paper: old, torn, staged, unlinked or another's data."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mock_issuer import updates
from mock_issuer.people import Extract
from mock_issuer.truth import Kind


@contextmanager
def updating(office, resident: str, *changes: tuple[str, str]) -> Iterator[list[int]]:
    """Change fields of a resident in turn, again and again, while the block runs; the list tells the answers."""
    over, answers = threading.Event(), []

    def change() -> None:
        for number in itertools.count():
            field, value = changes[number % len(changes)]
            answers.append(office.update(resident, field, value.format(number)))
            if over.is_set():
                return

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join(timeout=20)


def the_same_person(office, count: int = 24) -> None:
    """Let one person apply for the whole household at many kiosks at once."""
    office.crowd("juminhyo", [31] * count, nodes=("n1",), scope="all")


def test_the_clean_issuer_prints_states_that_the_register_had_while_it_changes(office) -> None:
    with updating(office, "R00031", ("address", "架空県見本市新町{}番"), ("remarks", "備考{}")) as answers:
        for _ in range(2):
            the_same_person(office)
    assert set(answers) == {200}
    assert office.wrong() == []


def test_of_two_changes_of_one_resident_at_once_neither_is_lost(office, monkeypatch) -> None:
    proven = updates._require_fitting

    def meanwhile(update: updates.Update, extract: Extract) -> None:
        proven(update, extract)
        if update.field == "address":
            assert office.update("R00033", "remarks", "届出あり") == 200

    monkeypatch.setattr(updates, "_require_fitting", meanwhile)
    assert office.update("R00033", "address", "架空県見本市転居先4番") == 200
    office.get(33, "juminhyo")
    assert office.wrong() == []


def test_d26_prints_the_old_address_for_as_long_as_the_replica_lags(office) -> None:
    def play() -> None:
        office.update("R00032", "address", f"架空県見本市新町{time.monotonic_ns()}番")
        office.get(32, "juminhyo", node="n2")
        office.get(32, "juminhyo", node="n1")

    office.switch("D26", "n2", lag_s=60.0)
    play()
    (wrong,) = office.wrong()  # the other node is up to date
    assert (wrong.kind, wrong.victim, wrong.application[:2]) == (Kind.CONTENT, "R00032", "n2")
    office.switch("D26", "n2", lag_s=0.0)
    until = time.monotonic() + 20
    while len(office.wrong()) < 60:  # heals by itself
        before = len(office.wrong())
        office.get(32, "juminhyo", node="n2")
        if len(office.wrong()) == before:
            break
        assert time.monotonic() < until
    office.clean_again(play)


@pytest.mark.slow
def test_d27_prints_head_and_persons_of_different_states(office) -> None:
    def play() -> None:
        with updating(office, "R00031", ("address", "架空県見本市新町{}番"), ("remarks", "備考{}")):
            the_same_person(office)

    office.switch("D27")
    found = office.until(lambda wrong: len(wrong) >= 2, play)
    assert {(w.kind, w.victim) for w in found} == {(Kind.CONTENT, "R00031")}
    office.clean_again(play)


def test_d28_prints_a_state_that_never_came_to_hold(office) -> None:
    def play() -> None:
        with updating(office, "R00031", ("remarks", "長い備考" * 60)) as answers:
            the_same_person(office)
        assert set(answers) == {409}

    office.switch("D28")
    found = office.until(lambda wrong: len(wrong) >= 1, play)
    assert all("長い備考" in "".join(wrong.values) for wrong in found)
    office.clean_again(play)


@pytest.mark.parametrize(("field", "value"), [("former_name", "旧氏"), ("address", "架空県見本市転居先3番")])
def test_d35_goes_on_printing_what_was_not_linked(office, field: str, value: str) -> None:
    office.switch("D35", "n1")
    office.update("R00033", field, value)
    office.update("R00033", "remarks", "届出あり")
    until = time.monotonic() + 20
    while not office.wrong():  # the register itself is read until the copy has followed
        office.get(33, "inkan" if field == "address" else "juminhyo")
        assert time.monotonic() < until
    assert office.wrong()[0].kind is Kind.CONTENT
    before = len(office.wrong())
    office.get(33, "juminhyo", node="n2")
    assert len(office.wrong()) == before
    office.clean()
    before, until = -1, time.monotonic() + 20
    while len(office.wrong()) > before:  # until what was left out is linked
        before = len(office.wrong())
        office.get(33, "juminhyo")
        assert time.monotonic() < until
    office.clean_again(lambda: office.get(33, "juminhyo"))


@pytest.mark.slow
def test_d36_prints_the_updated_persons_data_or_fails_and_prints_on_retry(office) -> None:
    codes: list[int] = []

    def play() -> None:
        with updating(office, "R00034", ("remarks", "備考{}")), updating(office, "R00034", ("kana", "ミホン{}")):
            codes.extend(office.crowd("juminhyo", range(1, 25), nodes=("n1",), then=1))

    office.switch("D36", "n1")
    found = office.until(lambda wrong: len(wrong) >= 1 and 500 in codes, play)
    assert {(w.kind, w.donor) for w in found} == {(Kind.MIXED, "R00034")}
    assert office.get(5, "juminhyo") == 200
    codes.clear()
    office.clean_again(play)
    assert set(codes) == {200}
