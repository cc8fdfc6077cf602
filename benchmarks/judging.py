"""How fast a history is judged, its documents read already: records gathered, applications checked, memory, growth.

Run: python benchmarks/judging.py [--applications 10000 100000 1000000]

Seconds are of one processor (CPU time), so that a busy machine tells the same.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sizes import measure_each

from harness.checks.documents import Documents, condense
from harness.checks.donors import trace_donors
from harness.checks.exactly_once import check_exactly_once
from harness.checks.freshness import check_freshness
from harness.checks.gather import gather
from harness.checks.history import Delivered, HistoryView
from harness.checks.isolation import check_isolation
from harness.checks.numbers import check_numbers
from harness.checks.ownership import check_ownership
from harness.checks.pages import check_pages
from harness.checks.register import Register
from harness.judge.accounting import Sources, account_applications, account_deliveries
from harness.judge.classes import final_classes
from harness.judge.exposure import measure_exposure
from harness.records.certificates import Certificate, Options
from harness.records.findings import Evidence, Finding
from harness.records.history import (
    JOURNAL_VERSION,
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    Delivery,
    Ending,
    HistoryRecord,
    PlayerCounters,
    SegmentClosed,
    SegmentOpened,
    SendIntent,
    SendOutcome,
)
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.plan import Step
from harness.records.reading import ReadingStatus
from harness.records.resident import Resident

T = TypeVar("T")

STEPS = (Step.OPEN, Step.AUTHENTICATE, Step.APPLY, Step.PAY, Step.COLLECT, Step.ACKNOWLEDGE)
RESIDENTS = 10_000
MISDELIVERED_EVERY = 5_000
MS = 1_000_000


def main() -> None:
    """Measure each size."""
    measure_each(measure, "applications", __doc__, 10_000, 100_000)


def measure(size: int) -> None:
    """Gather, check and account one history; print speeds and peak memory."""
    made_s, count = timed(lambda: sum(1 for _ in records(size)))
    gather_s, view = timed(lambda: gather(records(size)))
    gather_s -= made_s
    made_s, _ = timed(lambda: sum(1 for _ in documents_of(view)))
    keep_s, documents = timed(lambda: Documents((d.delivery, condense(d)) for d in documents_of(view)))
    keep_s -= made_s
    check_s, findings = timed(lambda: check(view, documents))
    rest_s, closes = timed(lambda: account(view, documents, findings))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{size:>9,} applications, {count:>10,} records: gathered {count / gather_s:>9,.0f} records/s, "
        f"checked {size / check_s:>9,.0f} applications/s, accounted {size / rest_s:>9,.0f} applications/s, "
        f"all in {gather_s + keep_s + check_s + rest_s:6.1f} s CPU ({gather_s:.1f} gathering, {keep_s:.1f} keeping "
        f"documents, {check_s:.1f} checking, {rest_s:.1f} accounting), "
        f"peak {peak_mb} MB, {len(findings)} findings, closes: {closes}"
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return seconds of the processor and the result."""
    began_s = time.process_time()
    result = work()
    return time.process_time() - began_s, result


def records(size: int) -> Iterator[tuple[str, int, HistoryRecord]]:
    """Yield a history of `size` delivered applications, 10 ms apart, two seconds each."""
    count = 0
    for count, record in enumerate(_records(size)):
        yield "engine-1", count, record
    yield "engine-1", count + 1, SegmentClosed(records=count + 1, at_ns=size * 10 * MS)


def _records(size: int) -> Iterator[HistoryRecord]:
    yield SegmentOpened(
        version=JOURNAL_VERSION, run="r", writer="engine-1", host="h", pid=1, monotonic_ns=1, wall_ns=10**18
    )
    for number in range(size):
        yield from _application(number, f"A{number:07d}", number * 10 * MS + 1)
    sends = size * len(STEPS)
    yield PlayerCounters(started=size, ended=size, sends=sends, outcomes=sends, deliveries=size, at_ns=1)


def _application(number: int, name: str, at_ns: int) -> Iterator[HistoryRecord]:
    kiosk = f"K{number % 40:03d}"
    yield ApplicationStarted(
        application=name,
        batch=f"B{number // 10:06d}",
        phase="P1",
        resident=f"R{number % RESIDENTS:05d}",
        card=f"{number % RESIDENTS:08d}",
        certificate=Certificate.JUMINHYO,
        options=Options(),
        kiosk=kiosk,
        store="S001",
        at_ns=at_ns,
    )
    for ordinal, step in enumerate(STEPS):
        left_ns = at_ns + ordinal * 300 * MS
        send = f"{name}/{ordinal}"
        yield SendIntent(
            send=send, application=name, step=step, where="POST /v1/x", connection="c1", at_ns=left_ns, bytes=400
        )
        yield SendOutcome(send=send, answer=Answer.ANSWERED, at_ns=left_ns + 200 * MS, left_ns=left_ns, status=200)
    yield Delivery(
        delivery=f"D{number:07d}",
        application=name,
        kiosk=kiosk,
        digest=f"{number:064x}",
        bytes=60_000,
        at_ns=at_ns + 1_900 * MS,
        issue_number=f"N{number:08d}",
        request_id=f"q{number:07d}",
        node="n1",
    )
    yield ApplicationEnded(
        application=name,
        ending=Ending.DELIVERED,
        at_ns=at_ns + 2_000 * MS,
        request_id=f"q{number:07d}",
        node=f"n{number % 2 + 1}",
        copies=1,
        charged=True,
        acknowledged=True,
    )


def documents_of(view: HistoryView) -> Iterator[DocumentOwnership]:
    """Yield what was concluded of every delivery's document."""
    people = view.applications.strings("resident")
    yield from (document(delivered, people, number) for number, delivered in enumerate(view.deliveries))


def document(delivered: Delivered, people: Sequence[str], number: int) -> DocumentOwnership:
    """Return one page; every so often it is the next applicant's."""
    own = (number + 1) % MISDELIVERED_EVERY != 0
    other = people[(number + 1) % len(people)]
    evidence = (Evidence(kind="foreign item", page=1, item="name", value=other, owner=other, bits=13.0),)
    page = PageOwnership(
        page=1,
        verdict=PageVerdict.OWN if own else PageVerdict.FOREIGN,
        evidence=() if own else evidence,
        issue_number=delivered.issue_number,
        counter=(1, 1),
        certificate=Certificate.JUMINHYO,
    )
    return DocumentOwnership(
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        status=ReadingStatus.READ,
        pages=(page,),
    )


def check(view: HistoryView, documents: Documents) -> tuple[Finding, ...]:
    """Run all checks."""
    residents = {f"R{n:05d}": Resident(key=f"R{n:05d}", municipality="m") for n in range(RESIDENTS)}
    register = Register(residents, view.updates)
    donors = trace_donors(view, documents)
    return (
        *check_ownership(view, documents, donors),
        *check_pages(view, documents),
        *check_exactly_once(view, documents, donors),
        *check_numbers(view, documents),
        *check_freshness(view, documents, register, lambda r, c: "", lambda serial: True),
        *check_isolation(view, {}),
    )


def account(view: HistoryView, documents: Documents, findings: tuple[Finding, ...]) -> bool:
    """Classify, account and measure exposure; tell whether both identities close."""
    digests = set(view.deliveries.strings("digest"))
    sources = Sources(
        planned=view.places.keys(), stored=digests, stored_entries=len(digests), read=digests, ledger_offered=False
    )
    classes = final_classes(view, documents, findings)
    measure_exposure(view, documents)
    both = account_applications(view, sources, classes), account_deliveries(view, sources, documents)
    return all(identity.closes for identity in both)


if __name__ == "__main__":
    main()
