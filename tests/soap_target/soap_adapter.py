"""The adapter of the SOAP target: the harness stands as the centre, with a serial and no card, no PIN, no fee.

An example of a plug-in: it imports kiosk_sim.targets, and never opens a connection itself.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import zeep
from lxml import etree

from kiosk_sim.targets import (
    Abandon,
    Action,
    Answered,
    Asked,
    BasicAdapter,
    Builds,
    Certificate,
    Deliver,
    End,
    Ending,
    Failed,
    Health,
    NodeBuild,
    Order,
    Result,
    Scope,
    Send,
    Session,
    Step,
    Target,
    Wait,
    describe,
    unanswered,
    unexpected,
)

_CODES = {Certificate.JUMINHYO: "01", Certificate.INKAN: "02", Certificate.TAX: "03"}
_NODE = "soap"  # there is one, and it does not name itself
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


class SoapAdapter(BasicAdapter):
    """Speaks issue.wsdl."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        client = zeep.Client(str(Path(__file__).with_name("issue.wsdl")))
        self._binding = next(iter(client.wsdl.bindings.values()))
        self._poll_ms = target.limits.poll_ms
        self._polls = int(target.limits.document_s * 1000.0 / self._poll_ms)

    def issue(self, order: Order) -> Session[End]:
        """Ask, poll until the documents are made, deliver, conclude."""
        if order.certificate not in _CODES:
            return End(ending=Ending.REFUSED, code="not_offered", reason="the target does not issue this certificate")
        answer = yield self._request(order)
        if isinstance(answer, Failed):
            return unanswered(answer, Asked.NOW)
        told = self._read("RequestIssue", answer)
        if told is None:
            return unexpected(answer, Asked.NOW)
        if told.resultCode != "0":
            return End(ending=Ending.REFUSED, code=told.resultCode, reason=told.message)
        try:
            return (yield from self._collect(told.receiptNo))
        except Abandon:
            yield self._conclude(told.receiptNo, Step.CANCEL, printed=False)
            return End(ending=Ending.ABORTED, code="cancelled", request_id=told.receiptNo)

    def _request(self, order: Order) -> Send:
        options = order.options
        return self._send(
            "RequestIssue",
            Step.APPLY,
            serial=order.card,
            certificateCode=_CODES[order.certificate],
            household=options.scope is Scope.ALL,
            member=list(options.persons) if options.scope is Scope.SOME else [],
            withDomicile=options.honseki,
            withRelation=options.relation,
            taxYear=options.tax_year,
            copies=options.copies,
            terminal=order.kiosk,
        )

    def _collect(self, receipt: str) -> Generator[Action, Result, End]:
        for poll in range(self._polls):
            yield Wait(ms=self._poll_ms, step=Step.COLLECT)
            answer = yield self._send("FetchResult", Step.COLLECT, synchronise=poll == 0, receiptNo=receipt)
            if isinstance(answer, Failed):
                return unanswered(answer, Asked.BEFORE, request_id=receipt)
            told = self._read("FetchResult", answer)
            if told is None:
                return unexpected(answer, Asked.BEFORE, request_id=receipt)
            if told.state == "DONE":
                return (yield from self._deliver(receipt, told.document))
            if told.state != "WAIT":
                return End(ending=Ending.UNRESOLVED, code=told.state, request_id=receipt)
        return End(ending=Ending.UNRESOLVED, code="poll_limit", reason="not made in time", request_id=receipt)

    def _deliver(self, receipt: str, documents: list) -> Generator[Action, Result, End]:
        for copy, document in enumerate(documents, 1):
            yield Deliver(
                body=document.body,
                copy=copy,
                content_type="application/pdf",
                issue_number=document.number,
                request_id=receipt,
                node=_NODE,
            )
        answer = yield self._conclude(receipt, Step.ACKNOWLEDGE, printed=True)
        acknowledged = isinstance(answer, Answered) and self._read("Conclude", answer) == "0"
        return End(ending=Ending.DELIVERED, request_id=receipt, node=_NODE, acknowledged=acknowledged)

    def _conclude(self, receipt: str, step: Step, *, printed: bool) -> Send:
        return self._send("Conclude", step, receiptNo=receipt, printed=printed)

    def builds(self) -> Session[Builds]:
        """Ask for the version."""
        answer = yield self._send("Inquire", Step.CONTROL)
        told = self._read("Inquire", answer) if isinstance(answer, Answered) else None
        return Builds(nodes=(NodeBuild(node=_NODE, build=told.version),) if told else ())

    def probe(self) -> Session[Health]:
        """Ask whether the service is up."""
        answer = yield self._send("Inquire", Step.CONTROL)
        if isinstance(answer, Failed):
            return Health(alive=False, reason=answer.reason)
        told = self._read("Inquire", answer)
        return Health(alive=bool(told) and told.state == "UP", reason="" if told else describe(answer))

    def _send(self, operation: str, step: Step, *, synchronise: bool = True, **fields: object) -> Send:
        message = self._binding.get(operation).input.serialize(**fields)
        headers = (("content-type", "text/xml; charset=utf-8"), ("soapaction", message.headers["SOAPAction"]))
        return Send(
            method="POST",
            path="/soap",
            where=f"/soap {operation}",
            headers=headers,
            body=etree.tostring(message.content),
            step=step,
            synchronise=synchronise,
        )

    def _read(self, operation: str, answer: Answered):
        """Return the decoded reply, None where it is a fault or no SOAP at all."""
        if answer.status != 200:
            return None
        try:
            return self._binding.get(operation).output.deserialize(etree.fromstring(answer.body, _PARSER))
        except (etree.XMLSyntaxError, zeep.exceptions.Error):
            return None
