"""One person's visit to the reference issuer: card, choice, fee, print, completion."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Generator
from typing import TypeVar
from urllib.parse import unquote

import msgspec

from harness.records.history import Ending
from harness.records.plan import Step
from kiosk_sim.targets.actions import (
    Abandon,
    Action,
    Answered,
    Deliver,
    End,
    Failed,
    Headers,
    Result,
    Send,
    Session,
    Wait,
)
from kiosk_sim.targets.endings import Asked, unanswered, unexpected
from kiosk_sim.targets.order import CardRefused, Order
from kiosk_sim.targets.reference_messages import (
    Accepted,
    Authenticated,
    Opened,
    Refusal,
    in_base64,
    post,
    read,
    spelled_out,
)

T = TypeVar("T")
# The target says that nothing was issued. NODE_DOWN is not among them: the node may have been at work already.
_FAILED_CODES = frozenset({"BUSY", "PRINT_TIMEOUT", "PRINT_FAILED"})
_NOT_PAID = "NOT_PAID"  # of the 409s at the print the only one that is no business refusal


class _Over(Exception):
    """The visit is over before its time."""

    def __init__(self, end: End) -> None:
        self.end = end


Steps = Generator[Action, Result, T]


class Visit:
    """One person's visit: what the kiosk holds in memory between two requests."""

    def __init__(self, order: Order, *, fees: bool) -> None:
        self._order = order
        self._fees = fees
        self._session = ""
        self._token = ""
        self._application = ""
        self._node = ""
        self._charged = False
        self._kiosk = {"kiosk": order.kiosk, "store": order.store}

    def play(self) -> Session[End]:
        """Go through the steps; close the session whatever the end, unless the applicant walked away."""
        try:
            end = yield from self._steps()
        except _Over as over:
            end = over.end
        except Abandon as abandon:
            end = yield from self._cancel(abandon)
        if self._session:
            yield Send(method="DELETE", path=f"/v1/sessions/{self._session}", where="/v1/sessions/*", step=Step.CLOSE)
        return end

    def _steps(self) -> Steps[End]:
        yield from self._authenticate()
        yield Wait(ms=self._order.think_ms, step=Step.TAKE_CARD)
        yield Wait(ms=self._order.think_ms, step=Step.APPLY)
        accepted = yield from self._apply()
        if self._fees:
            yield Wait(ms=self._order.think_ms, step=Step.PAY)
            yield from self._pay(accepted.fee)
        return (yield from self._served())

    def _served(self) -> Steps[End]:
        """Collect every copy and tell that all are printed."""
        bodies = []
        for copy in range(1, self._order.options.copies + 1):
            bodies.append((yield from self._collect(copy)))
        acknowledged = yield from self._acknowledge(bodies)
        return self._end(Ending.DELIVERED, acknowledged=acknowledged)

    def _authenticate(self) -> Steps[None]:
        opened = yield from self._opened()
        self._session = opened.session
        signer = self._order.signer
        if signer is None:
            raise _Over(self._end(Ending.FAILED, "no_card", "the reference issuer needs a card; none was given"))
        try:
            signature = signer.sign(base64.b64decode(opened.nonce))
        except CardRefused as e:
            raise _Over(self._end(Ending.REFUSED, e.code, e.reason)) from None
        body = {"certificate": in_base64(signer.certificate_der()), "signature": in_base64(signature)}
        path = f"/v1/sessions/{self._session}/authentication"
        answer = yield from self._ask(
            post(path, body, Step.AUTHENTICATE, where="/v1/sessions/*/authentication"), Asked.NOT_YET
        )
        self._token = self._agreed(answer, 200, Authenticated, Asked.NOT_YET).token

    def _opened(self) -> Steps[Opened]:
        answer = yield from self._ask(post("/v1/sessions", self._kiosk, Step.OPEN), Asked.NOT_YET)
        return self._agreed(answer, 201, Opened, Asked.NOT_YET)

    def _apply(self) -> Steps[Accepted]:
        body = {
            "kiosk": self._order.kiosk,
            "certificate": self._order.certificate,
            "options": spelled_out(self._order.options),
        }
        answer = yield from self._ask(post("/v1/applications", body, Step.APPLY, self._bearer()), Asked.NOW)
        accepted = self._agreed(answer, 201, Accepted, Asked.NOW)
        self._application = accepted.application
        self._node = accepted.node
        return accepted

    def _pay(self, fee: int) -> Steps[None]:
        answer = yield from self._ask(self._about("payment", Step.PAY, {"amount": fee}), Asked.BEFORE)
        if answer.status != 200:
            raise _Over(self._other(answer, Asked.BEFORE))
        self._charged = True

    def _collect(self, copy: int) -> Steps[bytes]:
        path = f"/v1/applications/{self._application}/document?copy={copy}"
        answer = yield from self._ask(
            Send(
                method="GET",
                path=path,
                headers=self._bearer(),
                step=Step.COLLECT,
                document=True,
                synchronise=copy == 1,
            ),
            Asked.BEFORE,
        )
        if answer.status != 200:
            raise _Over(self._not_printed(answer))
        yield Deliver(
            body=answer.body,
            copy=copy,
            content_type=answer.header("content-type"),
            issue_number=unquote(answer.header("x-issue-number")),  # headers are ASCII
            request_id=answer.header("x-request-id"),
            node=answer.header("x-node-id"),
        )
        return answer.body

    def _not_printed(self, answer: Answered) -> End:
        """End at the print: refused, the fee returned, where the register has changed since the application."""
        told = read(answer, Refusal) if answer.status == 409 else None
        if told is None or told.code == _NOT_PAID:
            return self._other(answer, Asked.BEFORE)
        self._charged = False
        return self._end(Ending.REFUSED, told.code, told.message)

    def _acknowledge(self, bodies: list[bytes]) -> Steps[bool]:
        """Tell that all copies are printed; a lost answer does not undo the delivery."""
        digest = hashlib.sha256(b"".join(bodies)).hexdigest()
        answer = yield self._about("completion", Step.ACKNOWLEDGE, {"digest": digest})
        return isinstance(answer, Answered) and answer.status == 204

    def _cancel(self, abandon: Abandon) -> Steps[End]:
        if not self._application:
            return self._end(Ending.ABORTED, "cancelled", f"before {abandon.step}; nothing was applied for")
        answer = yield self._about("cancellation", Step.CANCEL, {})
        accepted = isinstance(answer, Answered) and answer.status == 204
        told = "the target accepted the cancellation" if accepted else f"cancellation not accepted: {answer!r}"
        return self._end(Ending.ABORTED, "cancelled", f"before {abandon.step}; {told}")

    def _ask(self, send: Send, asked: Asked) -> Steps[Answered]:
        answer = yield send
        if isinstance(answer, Failed):
            raise _Over(self._marked(unanswered(answer, asked)))
        assert isinstance(answer, Answered)
        return answer

    def _agreed(self, answer: Answered, status: int, kind: type[T], asked: Asked) -> T:
        """Return the agreed answer; end the visit where it is another."""
        body = read(answer, kind) if answer.status == status else None
        if body is None:
            raise _Over(self._other(answer, asked))
        return body

    def _other(self, answer: Answered, asked: Asked) -> End:
        """End after anything but the agreed answer: a refusal, a failure the target reports, or the unexpected."""
        told = read(answer, Refusal) if answer.status >= 400 else None
        if told is None:
            return self._marked(unexpected(answer, asked))
        if answer.status in (403, 409) and asked is not Asked.BEFORE:
            return self._end(Ending.REFUSED, told.code, told.message)
        rejected = answer.status < 500 and asked is Asked.NOW
        if rejected or told.code in _FAILED_CODES or asked is Asked.NOT_YET:
            self._charged = False
            return self._end(Ending.FAILED, told.code, told.message)
        return self._end(Ending.UNRESOLVED, told.code, told.message)

    def _end(self, ending: Ending, code: str = "", reason: str = "", *, acknowledged: bool = False) -> End:
        return self._marked(End(ending=ending, code=code, reason=reason, acknowledged=acknowledged))

    def _marked(self, end: End) -> End:
        """Add what the kiosk knows of the application."""
        charged = self._charged if self._fees and self._application else None
        return msgspec.structs.replace(end, request_id=self._application, node=self._node, charged=charged)

    def _about(self, what: str, step: Step, body: object) -> Send:
        return post(f"/v1/applications/{self._application}/{what}", body, step, self._bearer())

    def _bearer(self) -> Headers:
        return (("authorization", f"Bearer {self._token}"),)
