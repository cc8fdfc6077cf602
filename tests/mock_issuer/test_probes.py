"""Isolation probes by the reference adapter: refused by a correct issuer, answered by one that has the defect."""

from __future__ import annotations

import httpx
import pytest

from harness.records.certificates import Certificate, Options
from harness.records.history import Ending, ProbeAnswer
from harness.records.plan import Probe
from harness.records.target import Target
from kiosk_sim.targets.actions import Answered, Deliver, Delivered, Done, End, Result, Send, Session, Tried
from kiosk_sim.targets.order import Intrusion, Order, WrongSigner
from kiosk_sim.targets.reference import ReferenceAdapter
from tests.mock_issuer.cards import Card
from tests.mock_issuer.served import Issuer, Town

ADAPTER = ReferenceAdapter(Target(name="t", url="http://127.0.0.1"))


class Signer:
    """A town's card, as an adapter sees it."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def certificate_der(self) -> bytes:
        return self.card.der

    def sign(self, nonce: bytes) -> bytes:
        return self.card.sign(nonce)


def order(town: Town) -> Order:
    card = town.cards["R00001"]
    fields = {"application": "A1", "resident": "R00001", "card": card.serial, "store": "S001", "kiosk": "K801"}
    return Order(certificate=Certificate.JUMINHYO, options=Options(), signer=Signer(card), **fields)


def play(session: Session[End], issuer: Issuer) -> tuple[End, list[Tried]]:
    """Play a session with a client; return its end and what was tried."""
    tried: list[Tried] = []
    result: Result | None = None
    while True:
        try:
            action = session.send(result)  # type: ignore[arg-type]
        except StopIteration as stop:
            return stop.value, tried
        result = Done()
        if isinstance(action, Send):
            result = _answer(action, issuer.client)
        elif isinstance(action, Deliver):
            result = Delivered(digest="", bytes=len(action.body))
        elif isinstance(action, Tried):
            tried.append(action)


def _answer(send: Send, client: httpx.Client) -> Answered:
    got = client.request(send.method, send.path, headers=dict(send.headers), content=send.body)
    return Answered(status=got.status_code, headers=tuple(got.headers.items()), body=got.content)


def probed(town: Town, issuer: Issuer, probe: Probe) -> tuple[Ending, ProbeAnswer]:
    card = town.cards["R00002"]
    kiosk = "K801" if probe is Probe.NEXT_CUSTOMER else "K802"
    other = Intrusion(probe=probe, card=card.serial, kiosk=kiosk, store="S001", signer=Signer(card))
    end, tried = play(ADAPTER.intrude(order(town), other), issuer)
    (one,) = tried
    assert (one.answer is ProbeAnswer.ACCEPTED) is one.body.startswith(b"%PDF")
    return end.ending, one.answer


REFUSED, ACCEPTED = ProbeAnswer.REFUSED, ProbeAnswer.ACCEPTED


@pytest.mark.parametrize(
    ("defect", "foreign_job", "next_customer", "after_end"),
    [
        ("", REFUSED, REFUSED, REFUSED),
        ("D32", ACCEPTED, ACCEPTED, REFUSED),
        ("D14", REFUSED, ACCEPTED, REFUSED),
    ],
)
def test_each_probe_is_answered_where_the_defect_lets_it_and_whoever_is_probed_is_served(
    people, issuer, defect, foreign_job, next_customer, after_end
) -> None:
    if defect:
        issuer.switch(defect)
    assert probed(people, issuer, Probe.FOREIGN_JOB) == (Ending.DELIVERED, foreign_job)
    assert probed(people, issuer, Probe.AFTER_END) == (Ending.DELIVERED, after_end)
    assert probed(people, issuer, Probe.NEXT_CUSTOMER) == (Ending.ABORTED, next_customer)


def test_a_wrong_signature_is_refused_unless_the_session_begins_before_the_check(people, issuer) -> None:
    card = people.cards["R00003"]
    wrong = {"resident": "R00003", "card": card.serial, "signer": WrongSigner(Signer(card))}
    end, _ = play(ADAPTER.issue(_with(order(people), wrong)), issuer)
    assert (end.ending, end.code) == (Ending.REFUSED, "BAD_SIGNATURE")
    issuer.switch("D33")
    end, _ = play(ADAPTER.issue(_with(order(people), wrong)), issuer)
    assert end.code != "BAD_SIGNATURE"


def _with(one: Order, more: dict[str, object]) -> Order:
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return Order(**(fields | more))
