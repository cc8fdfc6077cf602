"""Sessions without any driver: the reference visit by canned answers, and what an adapter may rely on."""

from __future__ import annotations

import base64
import hashlib
import re

import msgspec
import pytest

from harness.records.certificates import Certificate, Options
from harness.records.history import Answer, Ending, UpdateResult
from harness.records.plan import PlannedUpdate, Step
from harness.records.target import Client, Target
from kiosk_sim.targets import actions, endings
from kiosk_sim.targets.actions import (
    Abandon,
    Answered,
    Deliver,
    Delivered,
    Done,
    End,
    Failed,
    FileArrived,
    Ran,
    Run,
    Send,
    Wait,
)
from kiosk_sim.targets.endings import Asked, describe, unanswered
from kiosk_sim.targets.order import CardRefused, Order
from kiosk_sim.targets.reference import ReferenceAdapter

TARGET = Target(name="t", url="http://127.0.0.1")


class Card:
    def __init__(self, refusal=None):
        self.refusal = refusal

    def certificate_der(self):
        return b"DER"

    def sign(self, nonce):
        if self.refusal:
            raise self.refusal
        return b"signed " + nonce


def order(**more):
    fields = {
        "application": "A1",
        "resident": "R1",
        "card": "11",
        "certificate": Certificate.INKAN,
        "options": Options(),
        "kiosk": "K1",
        "store": "S1",
        "signer": Card(),
    }
    return Order(**(fields | more))


def answers(**by_step):
    """Return the agreed answer of every step, some replaced."""
    agreed = {
        "open": Answered(status=201, body=b'{"session":"s","nonce":"bm9uY2U="}'),
        "authenticate": Answered(status=200, body=b'{"token":"t"}'),
        "apply": Answered(status=201, body=b'{"application":"Q1","fee":300,"node":"n1"}'),
        "pay": Answered(status=200, body=b'{"receipt":"1"}'),
        "collect": Answered(status=200, headers=(("x-issue-number", "9"), ("x-request-id", "Q1")), body=b"%PDF"),
        "acknowledge": Answered(status=204),
        "close": Answered(status=204),
        "cancel": Answered(status=204),
    }
    return agreed | by_step


def play(session, by_step):
    """Play a session against canned answers; return its end and what it yielded."""
    yielded, result = [], None
    try:
        while True:
            action = session.send(result)
            yielded.append(action)
            match action:
                case Send():
                    result = by_step[action.step.value]
                case Deliver():
                    result = Delivered(digest="d", bytes=len(action.body))
                case _:
                    result = Done()
    except StopIteration as stop:
        return stop.value, yielded


def sends(yielded):
    return {a.step: a for a in yielded if isinstance(a, Send)}


def test_a_visit_says_what_the_interface_asks_for():
    end, yielded = play(ReferenceAdapter(TARGET).issue(order(options=Options(copies=1))), answers())
    sent = sends(yielded)
    proof = msgspec.json.decode(sent[Step.AUTHENTICATE].body)
    assert base64.b64decode(proof["signature"]) == b"signed nonce"
    assert base64.b64decode(proof["certificate"]) == b"DER"
    applied = msgspec.json.decode(sent[Step.APPLY].body)
    assert applied["certificate"] == "inkan"
    assert applied["options"]["copies"] == 1
    assert dict(sent[Step.APPLY].headers)["authorization"] == "Bearer t"
    assert msgspec.json.decode(sent[Step.PAY].body) == {"amount": 300}
    assert msgspec.json.decode(sent[Step.ACKNOWLEDGE].body) == {"digest": hashlib.sha256(b"%PDF").hexdigest()}
    assert end == End(ending=Ending.DELIVERED, request_id="Q1", node="n1", charged=True, acknowledged=True)


def test_the_target_never_learns_the_harness_own_ids():
    _, yielded = play(ReferenceAdapter(TARGET).issue(order(application="A-ours", resident="R-ours")), answers())
    for send in sends(yielded).values():
        everything = send.path.encode() + send.body + repr(send.headers).encode()
        assert b"A-ours" not in everything
        assert b"R-ours" not in everything


def test_what_the_journal_may_say_of_a_path_holds_no_session():
    _, yielded = play(ReferenceAdapter(TARGET).issue(order()), answers())
    for send in sends(yielded).values():
        assert "/s/" not in (send.where or send.path)
        assert not (send.where or send.path).endswith("/s")


def test_every_copy_is_collected_and_delivered():
    end, yielded = play(ReferenceAdapter(TARGET).issue(order(options=Options(copies=3))), answers())
    assert [d.copy for d in yielded if isinstance(d, Deliver)] == [1, 2, 3]
    assert end.ending is Ending.DELIVERED


def test_the_card_leaves_before_anything_is_chosen_and_the_person_thinks():
    _, yielded = play(ReferenceAdapter(TARGET).issue(order(think_ms=40.0)), answers())
    waits = [(w.step, w.ms) for w in yielded if isinstance(w, Wait)]
    assert waits == [(Step.TAKE_CARD, 40.0), (Step.APPLY, 40.0), (Step.PAY, 40.0)]


def test_without_fees_nobody_pays():
    _, yielded = play(ReferenceAdapter(msgspec.structs.replace(TARGET, fees=False)).issue(order()), answers())
    assert Step.PAY not in sends(yielded)


@pytest.mark.parametrize("code", ["card_locked", "wrong_pin"])
def test_a_card_that_refuses_ends_the_visit_before_authentication(code):
    visit = ReferenceAdapter(TARGET).issue(order(signer=Card(CardRefused(code, "no"))))
    end, yielded = play(visit, answers())
    assert (end.ending, end.code) == (Ending.REFUSED, code)
    assert set(sends(yielded)) == {Step.OPEN, Step.CLOSE}


def test_a_fee_is_not_charged_once_the_print_timed_out():
    timeout = Answered(status=504, body=b'{"code":"PRINT_TIMEOUT","message":"m"}')
    end, _ = play(ReferenceAdapter(TARGET).issue(order()), answers(collect=timeout))
    assert (end.ending, end.code, end.charged) == (Ending.FAILED, "PRINT_TIMEOUT", False)


@pytest.mark.parametrize(
    ("answer", "asked", "ending"),
    [
        (Answer.UNREACHABLE, Asked.NOT_YET, Ending.FAILED),
        (Answer.UNREACHABLE, Asked.NOW, Ending.FAILED),
        (Answer.UNREACHABLE, Asked.BEFORE, Ending.UNRESOLVED),
        (Answer.RESET, Asked.NOT_YET, Ending.FAILED),
        (Answer.RESET, Asked.NOW, Ending.UNRESOLVED),
        (Answer.TIMEOUT, Asked.NOW, Ending.UNRESOLVED),
        (Answer.MALFORMED, Asked.NOW, Ending.UNRESOLVED),
        (Answer.TOO_LARGE, Asked.BEFORE, Ending.UNRESOLVED),
    ],
)
def test_failed_is_claimed_only_where_nothing_can_have_been_issued(answer, asked, ending):
    assert unanswered(Failed(answer=answer, reason="r"), asked).ending is ending


@pytest.mark.parametrize(
    ("step", "status", "code", "ending"),
    [
        ("open", 503, "NODE_DOWN", Ending.FAILED),
        ("authenticate", 403, "CARD_REVOKED", Ending.REFUSED),
        ("authenticate", 404, "SESSION_UNKNOWN", Ending.FAILED),
        ("apply", 409, "DECEASED", Ending.REFUSED),
        ("apply", 401, "UNAUTHORIZED", Ending.FAILED),
        ("apply", 400, "BAD_REQUEST", Ending.FAILED),
        ("apply", 503, "BUSY", Ending.FAILED),
        ("apply", 503, "NODE_DOWN", Ending.UNRESOLVED),
        ("apply", 500, "INTERNAL", Ending.UNRESOLVED),
        ("pay", 409, "WRONG_AMOUNT", Ending.UNRESOLVED),
        ("collect", 409, "SEAL_CANCELLED", Ending.REFUSED),
        ("collect", 409, "NOT_PAID", Ending.UNRESOLVED),
        ("collect", 500, "PRINT_FAILED", Ending.FAILED),
        ("collect", 404, "APPLICATION_CLOSED", Ending.UNRESOLVED),
        ("collect", 503, "NODE_DOWN", Ending.UNRESOLVED),
    ],
)
def test_a_told_code_is_a_refusal_a_failure_or_unknown(step, status, code, ending):
    told = Answered(status=status, body=msgspec.json.encode({"code": code, "message": "m"}))
    end, _ = play(ReferenceAdapter(TARGET).issue(order()), answers(**{step: told}))
    assert (end.ending, end.code) == (ending, code)


def test_html_and_redirects_are_described_without_quoting_them():
    page = Answered(status=200, headers=(("content-type", "text/html; charset=utf-8"),), body=b"<p>secret")
    assert "HTML page of 9 bytes" in describe(page)
    assert "secret" not in describe(page)
    assert "not followed" in describe(Answered(status=307))


def test_a_cancel_before_applying_sends_no_cancellation():
    visit = ReferenceAdapter(TARGET).issue(order())
    next(visit)
    with pytest.raises(StopIteration) as stop:
        visit.throw(Abandon(Step.OPEN))
    assert stop.value.value.ending is Ending.ABORTED


def test_updates_are_applied_failed_or_unresolved():
    update = PlannedUpdate(update="U1", resident="R1", field="address", value="x")

    def came_of(answer):
        return play(ReferenceAdapter(TARGET).update(update), {"control": answer})[0]

    assert came_of(Answered(status=200, body=b'{"version":3}')).version == "3"
    refused = came_of(Answered(status=409, body=b'{"code":"X","message":"y"}'))
    assert (refused.result, refused.reason) == (UpdateResult.FAILED, "X: y")
    assert came_of(Answered(status=500)).result is UpdateResult.UNRESOLVED
    lost = Failed(answer=Answer.RESET, reason="r")
    assert came_of(lost).result is UpdateResult.UNRESOLVED
    assert came_of(Failed(answer=Answer.UNREACHABLE, reason="r")).result is UpdateResult.FAILED


@pytest.mark.parametrize("body", [b"not json", b'[{"node":1}]', b"{}"])
def test_control_answers_that_are_not_as_agreed_are_told(body):
    adapter = ReferenceAdapter(TARGET)
    canned = {"control": Answered(status=200, body=body)}
    assert play(adapter.builds(), canned)[0].nodes == ()
    ledger = play(adapter.ledger(), canned)[0]
    assert not ledger.complete
    assert ledger.reason


def test_the_reference_interface_is_not_the_centres():
    with pytest.raises(ValueError, match="centre"):
        ReferenceAdapter(msgspec.structs.replace(TARGET, client=Client.CENTRE))


@pytest.mark.parametrize(
    "action",
    [
        Send(method="GET", path="/secret", step=Step.APPLY, headers=(("a", "secret"),), body=b"secret"),
        Run(argv=("/bin/x", "secret"), step=Step.COLLECT),
        Deliver(body=b"secret"),
        Answered(status=200, headers=(("a", "secret"),), body=b"secret"),
        Failed(answer=Answer.RESET, reason="r", part=b"secret"),
        FileArrived(path="p", body=b"secret"),
        Ran(exit_code=0, output=b"secret"),
        order(card="secret", resident="secret"),
    ],
)
def test_representations_hold_neither_secrets_nor_documents(action):
    assert "secret" not in repr(action)


def test_the_example_for_plug_in_authors_works():
    example = re.search(r"\n    (def issue.*?)\n$", actions.__doc__, re.S)[1]
    names = {**vars(actions), **vars(endings), "Order": Order, "Step": Step, "Ending": Ending}
    exec("from __future__ import annotations\n" + re.sub(r"(?m)^    ", "", example), names)
    done = {"apply": Answered(status=200, headers=(("content-type", "application/pdf"),), body=b"%PDF")}
    end, yielded = play(names["issue"](None, order()), done)
    assert end.ending is Ending.DELIVERED
    assert yielded[1] == Deliver(body=b"%PDF", content_type="application/pdf")
    end, _ = play(names["issue"](None, order()), {"apply": Answered(status=500)})
    assert end.ending is Ending.UNRESOLVED
