"""Applications come in here: may it be issued, to whom, under which key; then the documents are made and stored."""

from __future__ import annotations

from dataclasses import dataclass

from mock_issuer import clock
from mock_issuer.debuglog import DebugLog
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.switches import Switches
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Layout, Order
from mock_issuer.documents.names import require_printable
from mock_issuer.documents.typesetter import Typesetter
from mock_issuer.ledger import ApplicationState, Entry, LedgerWriter
from mock_issuer.node.applications import Application, Applications, Request
from mock_issuer.node.numbers import IssueNumbers
from mock_issuer.node.output import OutputBuffer, OutputBuffers
from mock_issuer.node.seals import SealCache
from mock_issuer.refusals import Refusal, may_not_issue
from mock_issuer.register import Register
from mock_issuer.rules import FEES_YEN, require_issuable
from mock_issuer.spool import Spool


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Takes applications at one node."""

    node: str
    name_limit: int
    register: Register
    typesetter: Typesetter
    spool: Spool
    ledger: LedgerWriter
    debug: DebugLog
    applications: Applications
    numbers: IssueNumbers
    buffers: OutputBuffers
    seals: SealCache
    switches: Switches

    def apply(self, name: str, request: Request) -> Application:
        """Accept an application: its documents lie in the store when this returns.

        Raises Refusal, noted in the ledger, where it may not or cannot be issued.
        """
        try:
            return self._accept(name, request)
        except Refusal as refusal:
            self.ledger.write(self._refused(name, request, refusal))
            raise

    def _accept(self, name: str, request: Request) -> Application:
        if request.certificate not in COMPOSERS:
            raise Refusal(400, "BAD_REQUEST", f"certificate is one of {', '.join(COMPOSERS)}")
        behaviour = self.switches.behaviour
        order = self._order(request, behaviour)
        key = behaviour.work_key()
        numbers = self.numbers.take(request.options.copies)
        buffer = self.buffers.of(request.kiosk)
        generated = behaviour.output.reserve(buffer, name) and self._generate(
            name, request, order, key, numbers, buffer, behaviour
        )
        application = Application(
            name,
            request,
            node=self.node,
            key=key,
            numbers=numbers,
            fee=FEES_YEN[request.certificate] * request.options.copies,
            generated=generated,
            note=self.ledger.write,
        )
        self.applications.add(application)
        return application

    def _order(self, request: Request, behaviour: Behaviour) -> Order:
        """Read the register once and check what the rules say."""
        today = clock.today()
        with self.register.snapshot() as view:
            extract = view.extract(request.resident)
            if extract is None:
                raise may_not_issue("NOT_REGISTERED")
            require_issuable(extract, request.certificate, request.options, today)
            seal = None
            if request.certificate == "inkan":
                seal = self.seals.registered(view, request.resident, behaviour)
        return Order(
            certificate=request.certificate,
            choice=request.options,
            extract=extract,
            today=today,
            picture=seal.picture if seal else "",
            picture_mm=seal.diameter_mm if seal else 0.0,
        )

    def _generate(
        self,
        name: str,
        request: Request,
        order: Order,
        key: str,
        numbers: tuple[str, ...],
        buffer: OutputBuffer,
        behaviour: Behaviour,
    ) -> bool:
        """Set and store every copy; tell whether they were made. Characters and lengths show only here."""
        try:
            require_printable(order, self.name_limit)
            layout = COMPOSERS[order.certificate](order)
        except Refusal as refusal:
            behaviour.output.generation_failed(buffer, refusal)
            return False
        for copy, number in enumerate(numbers, 1):
            self._store_copy(name, request.resident, layout, key, copy, number)
        return True

    def _store_copy(self, name: str, resident: str, layout: Layout, key: str, copy: int, number: str) -> None:
        pdf = self.typesetter.set_document(layout, number)
        self.debug.rendered(pdf, application=name, resident=resident, key=key, copy=copy, number=number)
        self.spool.put(key, copy, pdf, application=name, pages=len(layout.pages))

    def _refused(self, name: str, request: Request, refusal: Refusal) -> Entry:
        return Entry(
            application=name,
            card=request.card,
            certificate=request.certificate,
            state=ApplicationState.REFUSED,
            issue_numbers=(),
            node=self.node,
            at=clock.stamp(),
            kiosk=request.kiosk,
            reason=refusal.code,
        )
