"""Applications come in here: may it be issued, to whom, under which key; then the documents are made and stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mock_issuer import clock
from mock_issuer.debuglog import Applied, DebugLog, Rendered, printed
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.correct import Context
from mock_issuer.defects.switches import Switches
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Layout, Order
from mock_issuer.documents.names import require_printable
from mock_issuer.documents.typesetter import Typesetter
from mock_issuer.ledger import ApplicationState, Entry, LedgerWriter
from mock_issuer.node.applications import Application, Applications, Request
from mock_issuer.node.makers import Makers
from mock_issuer.node.numbers import IssueNumbers
from mock_issuer.node.output import OutputBuffer, OutputBuffers
from mock_issuer.node.reception import Reception
from mock_issuer.node.seals import SealCache
from mock_issuer.refusals import Refusal, may_not_issue
from mock_issuer.register import Register
from mock_issuer.rules import FEES_YEN, require_issuable
from mock_issuer.spool import Spool


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What a document is made for and stored under."""

    name: str  # of the application
    resident: str
    key: str
    numbers: tuple[str, ...]  # one a copy


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
    makers: Makers

    def apply(self, name: str, request: Request) -> Application:
        """Accept an application: its documents lie in the store when this returns.

        Raises Refusal, noted in the ledger, where it may not or cannot be issued.
        """
        self.debug.write(
            Applied(
                application=name,
                session=request.session,
                kiosk=request.kiosk,
                resident=request.resident,
                certificate=request.certificate,
                options=request.options,
                version=self.register.version(),
                at=clock.stamp(),
            )
        )
        try:
            return self.makers.make(name, request, self._accept)
        except Refusal as refusal:
            self.ledger.write(self._refused(name, request, refusal))
            raise

    def _accept(self, name: str, request: Request) -> Application:
        """Do the whole making in a worker: read and check, make and store, open the application."""
        if request.certificate not in COMPOSERS:
            raise Refusal(400, "BAD_REQUEST", f"certificate is one of {', '.join(COMPOSERS)}")
        behaviour = self.switches.behaviour
        context = behaviour.hold(request)
        key = behaviour.work_key(Reception(self.spool, self.node, name))
        order = self._order(context, behaviour)
        own = self.numbers.take(request.options.copies)
        numbers = tuple(behaviour.issue_number(key, copy, number) for copy, number in enumerate(own, 1))
        buffer = self.buffers.of(request.kiosk)
        try:
            generated = behaviour.output.reserve(buffer, name) and self._generate(
                _Job(name=name, resident=request.resident, key=key, numbers=numbers), order, buffer, behaviour
            )
        finally:
            behaviour.current.clear()
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

    def reissue(self, application: Application, copy: int) -> None:
        """Make one copy of an accepted application once more, under a new number. Raises Refusal."""
        behaviour = self.switches.behaviour
        order = self._order(behaviour.hold(application.request), behaviour)
        (number,) = self.numbers.take(1)
        job = _Job(name=application.name, resident=application.request.resident, key=application.key, numbers=(number,))
        self._store_copy(job, COMPOSERS[order.certificate](order), copy, number)
        application.renumber(copy, number)

    def _order(self, context: Context, behaviour: Behaviour) -> Order:
        """Read the register once and check what the rules say."""
        today = clock.today()
        with self.register.snapshot() as view:
            extract = view.extract(context.request.resident)
            if extract is None:
                raise may_not_issue("NOT_REGISTERED")
            request = context.request
            require_issuable(extract, request.certificate, request.options, today)
            extract = behaviour.current.extract(extract)
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

    def _generate(self, job: _Job, order: Order, buffer: OutputBuffer, behaviour: Behaviour) -> bool:
        """Set and store every copy; tell whether they were made. Characters and lengths show only here."""
        try:
            require_printable(order, self.name_limit)
            layout = COMPOSERS[order.certificate](order)
        except Refusal as refusal:
            behaviour.output.generation_failed(buffer, refusal)
            return False
        for copy, number in enumerate(job.numbers, 1):
            self._store_copy(job, layout, copy, number)
        return True

    def _store_copy(self, job: _Job, layout: Layout, copy: int, number: str) -> None:
        pdf = self.typesetter.set_document(layout, number)
        self.debug.write(
            Rendered(
                digest=hashlib.sha256(pdf).hexdigest(),
                application=job.name,
                resident=job.resident,
                key=job.key,
                copy=copy,
                issue_number=number,
                at=clock.stamp(),
                title=layout.title,
                pages=printed(layout.pages),
                pictures=tuple(page.picture for page in layout.pages if page.picture),
                version=self.register.version(),
            )
        )
        self.spool.put(job.key, copy, pdf, application=job.name, pages=len(layout.pages))

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
