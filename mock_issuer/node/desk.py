"""Applications come in here: may it be issued, to whom, under which key; the workshop then makes the documents."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from mock_issuer import clock
from mock_issuer.debuglog import Applied, DebugLog
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.rules import Context
from mock_issuer.defects.switches import Switches
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Order
from mock_issuer.documents.names import require_printable
from mock_issuer.ledger import ApplicationState, Entry, LedgerWriter
from mock_issuer.node.applications import Application, Applications, Request
from mock_issuer.node.makers import Makers
from mock_issuer.node.numbers import IssueNumbers
from mock_issuer.node.output import OutputBuffer, OutputBuffers
from mock_issuer.node.reception import Reception
from mock_issuer.node.replica import Replica
from mock_issuer.node.seals import SealCache
from mock_issuer.node.workshop import Job, Workshop
from mock_issuer.node.writers import PageWriter
from mock_issuer.refusals import Refusal, may_not_issue
from mock_issuer.register import Register
from mock_issuer.rules import FEES_YEN, require_issuable
from mock_issuer.spool import Spool
from mock_issuer.worktable import WorkTable


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Takes applications at one node."""

    node: str
    name_limit: int
    register: Register
    spool: Spool
    ledger: LedgerWriter
    debug: DebugLog
    applications: Applications
    numbers: IssueNumbers
    buffers: OutputBuffers
    seals: SealCache
    switches: Switches
    makers: Makers
    workshop: Workshop
    replica: Replica
    work: WorkTable

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
        self.switches.behaviour.reading.received(self.register, name, request.resident)
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
        order, job = self._received(name, request, behaviour)
        buffer = self.buffers.of(request.kiosk)
        try:
            generated = behaviour.output.reserve(buffer, name) and self._generate(job, order, buffer)
        finally:
            behaviour.current.clear()
        application = Application(
            name,
            request,
            node=self.node,
            key=job.key,
            numbers=job.numbers,
            fee=FEES_YEN[request.certificate] * request.options.copies,
            generated=generated,
            note=self.ledger.write,
        )
        self.applications.add(application)
        return application

    def _received(self, name: str, request: Request, behaviour: Behaviour) -> tuple[Order, Job]:
        """Read the register and give the application its numbers; the extract lies in its work row meanwhile."""
        context = behaviour.hold(request)
        key = behaviour.work_key(Reception(self.spool, self.node, name))
        with behaviour.work.row(name, self.node) as slot:
            try:
                order = self._order(name, context, behaviour, slot)
                own = self.numbers.take(request.options.copies, behaviour.number_gap)
            finally:
                extract = self.work.take(slot)
        if extract is None:
            raise Refusal(500, "WORK_ROW_LOST", "処理中のデータが見つかりません。もう一度お試しください。")
        copies = tuple(range(1, len(own) + 1))
        numbers = tuple(behaviour.issue_number(key, copy, number) for copy, number in zip(copies, own, strict=True))
        job = Job(name, request.resident, key, copies, numbers, behaviour)
        return replace(order, extract=behaviour.current.extract(extract)), job

    def require_still(self, application: Application) -> None:
        """Raise Refusal 409 where the rules no longer allow what was applied for."""
        request, behaviour = application.request, Behaviour()
        with self.replica.view(behaviour) as view:
            extract = view.extract(request.resident)
            if extract is None:
                raise may_not_issue("NOT_REGISTERED")
            require_issuable(extract, request.certificate, request.options, clock.today())
            if request.certificate == "inkan":
                self.seals.registered(view, request.resident, behaviour)

    def reissue(self, application: Application, copy: int) -> None:
        """Make one copy of an accepted application once more, under a new number. Raises Refusal."""
        behaviour = self.switches.behaviour
        order = self._order(application.name, behaviour.hold(application.request), behaviour, application.name)
        self.work.take(application.name)
        (number,) = self.numbers.take(1)
        job = Job(application.name, application.request.resident, application.key, (copy,), (number,), behaviour)
        self.workshop.make(job, order, PageWriter())
        application.renumber(copy, number)

    def _order(self, name: str, context: Context, behaviour: Behaviour, slot: str) -> Order:
        """Read the register once, hand the extract to the making by its work row, and check what the rules say."""
        today = clock.today()
        with self.replica.view(behaviour) as view:
            extract = behaviour.reading.extract(view, name, context.request.resident)
            if extract is None:
                raise may_not_issue("NOT_REGISTERED")
            self.work.put(slot, extract)
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
            dates=behaviour.dates(self.register.era_of),
        )

    def _generate(self, job: Job, order: Order, buffer: OutputBuffer) -> bool:
        """Set and store every copy; tell whether they were made. Characters and lengths show only here."""
        behaviour = job.behaviour
        writer = behaviour.writers.take()
        try:
            require_printable(order, self.name_limit)
            self.workshop.make(job, order, writer)
        except Refusal as refusal:
            behaviour.writers.failed(writer)
            behaviour.output.generation_failed(buffer, refusal)
            return False
        finally:
            behaviour.writers.done(writer)
        return True

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
