"""Defects of the centre: caches, pooled connections, retries, sessions and cards."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import timedelta

import httpx
import pytest
from click.testing import CliRunner

from mock_issuer.__main__ import main
from mock_issuer.debuglog import Entered, read_debug_logs
from mock_issuer.truth import Kind


def gaps(stage) -> list[Entered]:
    lines = read_debug_logs(stage.issuer.state / "debug")
    return [line for line in lines if isinstance(line, Entered) and line.gap]


def test_d19_gives_the_first_ones_document_to_all_until_its_time_is_over(stage) -> None:
    stage.issuer.switch("D19", ttl=60.0)
    for number in (1, 2, 3):
        stage.get(number, "kisaijiko")
    assert [(w.kind, w.victim, w.donor) for w in stage.wrong()] == [
        (Kind.ANOTHERS, "R00002", "R00001"),
        (Kind.ANOTHERS, "R00003", "R00001"),
    ]
    stage.get(4, "tax")  # another key
    stage.issuer.switch("D19", ttl=0.0)
    stage.get(5, "kisaijiko")
    assert len(stage.wrong()) == 2
    stage.clean_again(lambda: stage.get(6, "kisaijiko"))


def test_a_command_tells_what_was_wrong_with_which_document_and_who_was_let_in(stage) -> None:
    stage.issuer.switch("D19", ttl=60.0)
    for number in (7, 8):
        stage.get(number, "juminhyo")
    stage.issuer.clean()
    revoked = stage.town.authority.card("R00055", state="superseded")
    stage.town.authority.publish()
    stage.issuer.switch("D34")
    assert stage.at("K706").authenticate(revoked).status_code == 200
    arguments = ["truth", "--state", str(stage.issuer.state), "--population", str(stage.town.population)]
    told = [json.loads(line) for line in CliRunner().invoke(main, arguments).stdout.splitlines()]
    copied = [one for one in told if one["victim"] == "R00008"]
    assert [(one["kind"], one["donor"], len(one["digest"])) for one in copied] == [("another's", "R00007", 64)]
    assert [one["refusal"] for one in told if one["kind"] == "let in" and one["victim"] == "R00055"] == [
        "CARD_SUPERSEDED"
    ]


def test_d14_lets_the_next_customer_go_on_as_the_one_before(stage) -> None:
    stage.issuer.switch("D14")
    stage.at("K701").authenticate(stage.card(1))  # and walks away
    assert stage.get(2, "juminhyo", "K701") == 200
    (wrong,) = stage.wrong()
    assert (wrong.kind, wrong.victim, wrong.donor) == (Kind.INHERITED, "R00002", "R00001")
    assert stage.get(3, "juminhyo", "K701") == 200  # the session was closed in order
    assert len(stage.wrong()) == 1

    def play() -> None:
        stage.at("K701").authenticate(stage.card(1))
        stage.get(2, "juminhyo", "K701")

    stage.clean_again(play)


def test_d32_hands_a_job_to_whoever_knows_its_number(stage) -> None:
    def steal() -> httpx.Response:
        application = stage.at("K702").begin(stage.card(1), "juminhyo")
        stage.at("K703").authenticate(stage.card(2))
        return stage.at("K703").collect(application)

    stage.issuer.switch("D32")
    assert steal().status_code == 200
    (wrong,) = stage.wrong()
    assert (wrong.victim, wrong.donor) == ("R00002", "R00001")
    first, second = (stage.at("K702").begin(stage.card(1), "juminhyo") for _ in range(2))
    assert int(second[3:]) - int(first[3:]) == 1  # easily guessed
    stage.issuer.clean()
    assert steal().status_code == 404


def test_d33_lets_a_revoked_card_in_until_the_check_is_done(stage) -> None:
    revoked = stage.town.authority.card("R00051")
    stage.town.authority.revoke(revoked)
    stage.town.authority.publish()
    at = stage.at("K704")
    assert at.authenticate(revoked).status_code == 403
    stage.issuer.switch("D33")
    before = len(gaps(stage))
    assert at.authenticate(revoked).status_code == 200
    assert [gap.gap for gap in gaps(stage)[before:]] == ["CARD_REVOKED"]
    until = time.monotonic() + 10
    while at.apply("juminhyo").status_code != 401:
        assert time.monotonic() < until, "the check never ended the session"
    stage.issuer.clean()
    assert at.authenticate(revoked).status_code == 403


def test_d34_goes_by_the_lists_of_the_day_it_was_started(stage) -> None:
    renewed = stage.town.authority.card("R00052", state="superseded")
    lost = stage.town.authority.card("R00053")
    expired = stage.town.authority.card("R00054", life=timedelta(days=-1))
    stage.town.authority.revoke(lost)
    stage.town.authority.publish()
    at = stage.at("K705")
    assert [at.authenticate(card).status_code for card in (renewed, lost, expired)] == [403, 403, 403]
    stage.issuer.switch("D34")
    before = len(gaps(stage))
    assert [at.authenticate(card).status_code for card in (renewed, lost, expired)] == [200, 200, 403]
    assert [gap.gap for gap in gaps(stage)[before:]] == ["CARD_SUPERSEDED", "CARD_REVOKED"]
    stage.issuer.clean()
    assert at.authenticate(lost).status_code == 403


def hang_up(stage, number: int, kiosk: str) -> None:
    """Begin to collect, and hang up while the print is waited for."""
    at = stage.at(kiosk)
    application = at.begin(stage.card(number), "juminhyo")
    with httpx.Client(base_url=stage.issuer.url, trust_env=False) as impatient, contextlib.suppress(httpx.ReadTimeout):
        impatient.get(f"/v1/applications/{application}/document", headers=at.bearer, timeout=0.02)


def test_d15_shifts_all_answers_by_one_after_a_client_cancelled(slow) -> None:
    def play() -> None:
        hang_up(slow, 1, "K711")
        for number in (2, 3, 4):
            slow.get(number, "juminhyo", "K712")

    slow.issuer.switch("D15")
    found = slow.until(lambda wrong: len(wrong) >= 3, play, rounds=5)
    assert {wrong.kind for wrong in found} == {Kind.ANOTHERS}
    got = {w.victim: w.donor for w in found}
    assert "R00001" in got.values()  # hers was the answer that nobody waited for
    assert all(donor < victim for victim, donor in got.items())  # everyone gets that of somebody before them
    slow.clean_again(play)


@pytest.mark.slow
def test_d16_gives_the_late_answer_to_the_next_client(slow) -> None:
    def play() -> list[int]:
        return slow.crowd(people=range(1, 11), nodes=("n1",), then=1)

    slow.issuer.switch("D16", read_s=0.2)
    found = slow.until(lambda wrong: len(wrong) >= 2, play)
    assert {wrong.kind for wrong in found} == {Kind.ANOTHERS}
    slow.clean_again(play)


@pytest.mark.slow
def test_d17_gives_the_late_reply_to_the_next_reader(slow) -> None:
    def play() -> list[int]:
        return slow.crowd("koseki", people=range(1, 21), nodes=("n1",))

    slow.issuer.switch("D17", limit_s=0.4)
    found = slow.until(lambda wrong: len(wrong) >= 2, play, rounds=20)
    made = slow.made()
    assert all(made[w.donor_application].at <= w.at for w in found)
    slow.clean_again(play)
    assert slow.get(25, "koseki") == 200


@pytest.mark.slow
@pytest.mark.parametrize("defect", ["D18", "D31"])
def test_retries_of_the_clean_issuer_join_the_first_and_those_of_a_defect_do_not(slow, defect: str) -> None:
    def play() -> None:
        slow.crowd(people=range(1, 11), nodes=("n1",), then=1)

    def twice() -> int:
        return sum(len(entry["issue_numbers"]) > 1 for entry in slow.issuer.ledger().values())  # type: ignore[arg-type]

    slow.issuer.switch(defect, read_s=0.2)
    if defect == "D18":
        found = slow.until(bool, play)
        assert {wrong.kind for wrong in found} == {Kind.ANOTHERS}
    else:
        play()
        assert twice() > 0  # one copy was ordered
    before = twice()
    slow.clean_again(play)
    assert twice() == before
