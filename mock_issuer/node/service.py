"""The node's interface, spoken by the centre alone: routes, the headers of an application, the shared secret."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import quote

from msgspec import Struct

from mock_issuer.defects.catalogue import Switch
from mock_issuer.defects.switches import Switches
from mock_issuer.ledger import ApplicationState
from mock_issuer.node.applications import Application, Applications, Request
from mock_issuer.node.counter import Counter
from mock_issuer.node.desk import Desk
from mock_issuer.refusals import Refusal
from mock_issuer.web import Answer, Headers, Routes, json_answer, refused
from mock_issuer.web import Request as WebRequest


class Payment(Struct, frozen=True, kw_only=True):
    """A fee paid at the kiosk."""

    amount: int


class Completion(Struct, frozen=True, kw_only=True):
    """The kiosk has printed everything."""

    digest: str = ""


class Service:
    """Answers the centre."""

    def __init__(
        self, node: str, build: str, secret: str, desk: Desk, counter: Counter, applications: Applications
    ) -> None:
        """Wire the handlers."""
        self._node = node
        self._build = build
        self._secret = secret
        self.desk = desk
        self._counter = counter
        self._applications = applications
        self._switches: Switches = desk.switches
        one = "/applications/{application}"
        self._routes = Routes(
            {
                "GET /health": self._health,
                "POST /applications": self._apply,
                f"POST {one}/payment": self._pay,
                f"GET {one}/document": self._collect,
                f"POST {one}/completion": self._complete,
                f"POST {one}/cancellation": self._cancel,
                "DELETE /sessions/{session}": self._close_session,
                "GET /defects": self._active,
                "PUT /defects": self._turn_on,
                "DELETE /defects": self._turn_off,
            }
        )

    def __call__(self, request: WebRequest) -> Answer:
        """Answer a request of the centre; nobody else knows the secret."""
        if not secrets.compare_digest(request.headers.get("x-centre", ""), self._secret):
            return refused(Refusal(403, "NOT_THE_CENTRE", "nodes answer the centre only"))
        return self._routes(request)

    def _health(self, request: WebRequest) -> Answer:
        return json_answer({"node": self._node, "build": self._build, "open": self._applications.count_open()})

    def _headers(self, name: str) -> Headers:
        return (
            ("X-Request-Id", name),
            ("X-Node-Id", self._node),
            ("X-Build-Id", self._switches.behaviour.build or self._build),
        )

    def _apply(self, request: WebRequest) -> Answer:
        name = self._switches.behaviour.application_name(self._node)
        try:
            application = self.desk.apply(name, request.record(Request))
        except Refusal as refusal:
            return refused(refusal, self._headers(name))
        body = {"application": name, "fee": application.fee, "node": self._node}
        return json_answer(body, 201, self._headers(name))

    def _find(self, name: str) -> Application:
        return self._applications.find(name)

    def _pay(self, request: WebRequest, application: str) -> Answer:
        return self._about(application, lambda: self._paid(application, request.record(Payment)))

    def _paid(self, name: str, payment: Payment) -> Answer:
        self._find(name).pay(payment.amount)
        return json_answer({"receipt": f"R-{name}"})

    def _collect(self, request: WebRequest, application: str) -> Answer:
        copy = _copy(request.query.get("copy", "1"))
        again = "x-again" in request.headers
        return self._about(application, lambda: self._collected(application, copy, again))

    def _collected(self, name: str, copy: int, again: bool) -> Answer:
        application = self._find(name)
        document = self._counter.collect(application, copy, again=again)
        number = quote(application.number_of(copy))  # headers are ASCII: percent-encoded UTF-8
        return Answer(body=document, content_type="application/pdf", headers=(("X-Issue-Number", number),))

    def _complete(self, request: WebRequest, application: str) -> Answer:
        return self._about(application, lambda: self._completed(application, request.record(Completion)))

    def _completed(self, name: str, completion: Completion) -> Answer:
        self._counter.complete(self._find(name), completion.digest)
        return Answer(status=204)

    def _cancel(self, request: WebRequest, application: str) -> Answer:
        return self._about(application, lambda: self._cancelled(application))

    def _cancelled(self, name: str) -> Answer:
        self._counter.give_up(self._find(name), ApplicationState.CANCELLED, "BY_APPLICANT")
        return Answer(status=204)

    def _about(self, name: str, do: Callable[[], Answer]) -> Answer:
        """Answer with the application's headers, refusals too."""
        try:
            answer = do()
        except Refusal as refusal:
            return refused(refusal, self._headers(name))
        return Answer(
            status=answer.status,
            body=answer.body,
            content_type=answer.content_type,
            headers=answer.headers + self._headers(name),
        )

    def _close_session(self, request: WebRequest, session: str) -> Answer:
        self._counter.close_session(session)
        return Answer(status=204)

    def _active(self, request: WebRequest) -> Answer:
        return json_answer(self._switches.active())

    def _turn_on(self, request: WebRequest) -> Answer:
        try:
            self._switches.turn_on(request.record(Switch))
        except ValueError as e:
            raise Refusal(400, "BAD_REQUEST", str(e)) from None
        return json_answer(self._switches.active())

    def _turn_off(self, request: WebRequest) -> Answer:
        self._switches.turn_off(request.query.get("defect"))
        return json_answer(self._switches.active())


def _copy(text: str) -> int:
    if not text.isdecimal():
        raise Refusal(400, "BAD_REQUEST", "copy is a number from 1")
    return int(text)
