"""Builds histories by hand: applications, deliveries and what their pages say, in seconds since the run's start."""

import hashlib

from msgspec.structs import replace

from harness.checks.documents import Documents
from harness.checks.gather import gather
from harness.records.certificates import Certificate, Options
from harness.records.findings import Evidence
from harness.records.history import (
    JOURNAL_VERSION,
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    BatchStarted,
    Delivery,
    Ending,
    LedgerEntry,
    LedgerRead,
    PhaseEnded,
    PhaseStarted,
    PlayerCounters,
    ProofCheck,
    SegmentClosed,
    SegmentOpened,
    SelfProof,
    SendIntent,
    SendOutcome,
    UpdateIntent,
    UpdateOutcome,
    UpdateResult,
)
from harness.records.ownership import DocumentOwnership, OwnerWeight, PageOwnership, PageVerdict
from harness.records.plan import BatchKind, Step
from harness.records.reading import ReadingStatus

ORIGIN_S = 5000
WALL_S = 1_743_557_400  # 2025-04-02 10:30:00 in Japan


def ns(seconds):
    return round((ORIGIN_S + seconds) * 1e9)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def own_page(resident, page=1, number="", counter=None, certificate=None, verdict=PageVerdict.OWN):
    return PageOwnership(
        page=page,
        verdict=verdict,
        owners=(OwnerWeight(resident=resident, bits=20.0),),
        issue_number=number,
        counter=counter,
        certificate=certificate,
    )


def foreign_page(*owners, page=1, number="", certificate=None, verdict=PageVerdict.FOREIGN, bits=13.0):
    items = tuple(
        Evidence(kind="foreign item", page=page, item="name", value=f"{o}の氏名", owner=o, bits=bits) for o in owners
    )
    return PageOwnership(
        page=page,
        verdict=verdict,
        owners=tuple(OwnerWeight(resident=o, bits=bits) for o in owners),
        evidence=items,
        issue_number=number,
        certificate=certificate,
    )


class History:
    """One writer's segment under construction, and the ownerships of its documents."""

    def __init__(self):
        self.writer = "engine-1"
        self.records = []
        self.documents = Documents()
        self.bodies = {}  # digest -> times stored
        self.residents = {}
        self.batches = []
        self.opened = SegmentOpened(
            version=JOURNAL_VERSION,
            run="run",
            writer=self.writer,
            host="host",
            pid=1,
            monotonic_ns=ns(-1),
            wall_ns=(WALL_S - 1) * 10**9,
        )

    def add(self, *records):
        self.records += records
        return self

    def batch(self, batch, kind=BatchKind.BURST, *, at=0.0, end=60.0, left=(), applications=(), void=""):
        self.batches.append(batch)
        self.add(BatchStarted(batch=batch, phase="P1", kind=kind, at_ns=ns(at)))
        self.add(BatchEnded(batch=batch, at_ns=ns(end), void=void))
        if left:
            self.waiting_release = BatchReleased(
                batch=batch, at_ns=ns(at), applications=tuple(applications), left_ns=tuple(ns(t) for t in left)
            )
            self.add(self.waiting_release)
        return self

    def asks(
        self,
        application,
        resident,
        at=0.0,
        until=1.0,
        *,
        kiosk="K001",
        certificate=Certificate.JUMINHYO,
        options=None,
        ending=Ending.DELIVERED,
        code="",
        wait=None,
        card=None,
        node="n1",
        batch="B00001",
        date="",
        copies=None,
        charged=None,
        acknowledged=None,
        abort=None,
        authenticated=200,
        cancelled=0,
        ended=True,
        probe=None,
        connection="c",
    ):
        """Write an application's records but its deliveries; `ending` None leaves it without an end."""
        options = options or Options()
        self.residents[application] = resident
        self.add(
            ApplicationStarted(
                application=application,
                batch=batch,
                phase="P1",
                resident=resident,
                card=card or f"9{resident[1:]}",
                certificate=certificate,
                options=options,
                kiosk=kiosk,
                store="S001",
                at_ns=ns(at),
                node=node,
                abort=abort,
                probe=probe,
            )
        )
        self._send(application, 1, Step.AUTHENTICATE, at, at + 0.01, authenticated)
        dated = (("Date", date),) if date else ()
        self._send(application, 2, Step.APPLY, at + 0.02, at + 0.03, 201, dated, connection)
        if wait is not None:
            self._send(application, 3, Step.COLLECT, until - wait, until, 200, connection=connection)
        if cancelled:
            self._send(application, 4, Step.CANCEL, until - 0.01, until, cancelled)
        if ending is None:
            return self
        delivered = ending is Ending.DELIVERED
        self.add(
            ApplicationEnded(
                application=application,
                ending=ending,
                at_ns=ns(until),
                code=code,
                request_id=f"q{application}",
                node=node,
                copies=(options.copies if delivered else 0) if copies is None else copies,
                charged=delivered if charged is None else charged,
                acknowledged=delivered if acknowledged is None else acknowledged,
            )
        )
        return self

    def _send(self, application, ordinal, step, left, back, status, headers=(), connection="c"):
        send = f"{application}/{ordinal}"
        self.add(
            SendIntent(
                send=send,
                application=application,
                step=step,
                where="POST /x",
                connection=connection,
                at_ns=ns(left),
                bytes=9,
            ),
            SendOutcome(
                send=send,
                answer=Answer.ANSWERED,
                at_ns=ns(back),
                left_ns=ns(left),
                status=status,
                headers=headers,
            ),
        )

    def gets(
        self,
        application,
        pages=None,
        *,
        at=None,
        body=None,
        copy=1,
        number="",
        reported=None,
        late=False,
        complete=True,
        status=ReadingStatus.READ,
        delivery=None,
        node="n1",
        **document,
    ):
        """Write a delivery and what its pages say: `pages` None is one own page with `number`."""
        delivery = delivery or f"D{len(self.documents) + 1:04d}"
        body = body or delivery
        resident = self.residents.get(application, "")
        ends = [r for r in self.records if isinstance(r, ApplicationEnded) and r.application == application]
        at_ns = ns(at) if at is not None else (ends[0].at_ns - 1 if ends else ns(1))
        if pages is None:
            pages = (own_page(resident, number=number),) if status is ReadingStatus.READ else ()
        self.bodies[digest(body)] = self.bodies.get(digest(body), 0) + 1
        self.add(
            Delivery(
                delivery=delivery,
                application=application,
                kiosk="K001",
                digest=digest(body),
                bytes=len(body),
                at_ns=at_ns,
                copy=copy,
                issue_number=number if reported is None else reported,
                request_id=f"q{application}",
                node=node,
                complete=complete,
                late=late,
            )
        )
        self.documents[delivery] = DocumentOwnership(
            application=application,
            delivery=delivery,
            digest=digest(body),
            status=status,
            pages=tuple(pages),
            **document,
        )
        return self

    def updates(self, update, resident, field, value, at, until, result=UpdateResult.APPLIED):
        self.add(UpdateIntent(update=update, resident=resident, field=field, value=value, at_ns=ns(at)))
        if until is not None:
            self.add(UpdateOutcome(update=update, result=result, at_ns=ns(until)))
        return self

    def ledger(self, *applications, state="issued", numbers=(), complete=True):
        for application in applications:
            self.add(
                LedgerEntry(
                    request_id=f"q{application}",
                    card="9",
                    certificate="juminhyo",
                    state=state,
                    issue_numbers=tuple(numbers),
                )
            )
        self.add(LedgerRead(at_ns=ns(90), entries=len(applications), complete=complete))
        return self

    def whole(self):
        """Return the segment as a complete run writes it: opening, proof, phase, counters, closing."""
        passed = SelfProof(passed=True, checks=(ProofCheck(name="one send", passed=True, detail=""),), at_ns=ns(-0.5))
        body = [
            self.opened,
            passed,
            PhaseStarted(phase="P1", at_ns=ns(-0.1)),
            *self.records,
            PhaseEnded(phase="P1", at_ns=ns(95), complete=True),
            self.counters(),
        ]
        return [*body, SegmentClosed(records=len(body), at_ns=ns(96))]

    def counters(self, **wrong):
        def count(kind):
            return sum(isinstance(r, kind) for r in self.records)

        true = PlayerCounters(
            started=count(ApplicationStarted),
            ended=count(ApplicationEnded),
            sends=count(SendIntent),
            outcomes=count(SendOutcome),
            deliveries=count(Delivery),
            at_ns=ns(95),
        )
        return replace(true, **wrong)

    def view(self, records=None):
        return gather((self.writer, n, r) for n, r in enumerate(records or self.whole()))
