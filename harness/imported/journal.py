"""Writes an imported history into a run folder, as the records that a player would have written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.imported.file import Import
from harness.imported.records import Applied, Changed, Received, instant_ns
from harness.journal import DocumentWriter, RunFolder
from harness.journal.run_folder import write_pieces
from harness.journal.segments import frame
from harness.records.history import (
    JOURNAL_VERSION,
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    BatchStarted,
    ClockMeasured,
    Delivery,
    HistoryRecord,
    LedgerEntry,
    LedgerRead,
    Note,
    PhaseEnded,
    PhaseStarted,
    PlayerCounters,
    SegmentClosed,
    SegmentOpened,
    UpdateIntent,
    UpdateOutcome,
    UpdateResult,
)
from harness.records.plan import BatchKind

PHASE, WRITER = "P1", "import-1"


def batch_of(one: Applied) -> str:
    """Return the batch of an application: its burst, or one of its own."""
    return f"burst {one.burst}" if one.burst else f"alone {one.id}"


def write_history(folder: RunFolder, given: Import) -> None:
    """Store the documents, then write one whole segment. The file's instants are its clock. Raises DiskFull."""
    store = DocumentWriter(folder, WRITER)
    digests = [store.put((given.file.parent / d.file).read_bytes()) for d in given.documents]
    store.close()
    sizes = [(given.file.parent / d.file).stat().st_size for d in given.documents]
    write_pieces(folder.segment(WRITER), _frames(_records(folder, given, digests, sizes), _last_ns(given)))


def _frames(records: Iterable[HistoryRecord], end_ns: int) -> Iterator[bytes]:
    count = 0
    for count, record in enumerate(records, 1):
        yield frame(count - 1, record)
    yield frame(count, SegmentClosed(records=count, at_ns=end_ns))


def first_ns(given: Import) -> int:
    """Return the earliest instant of a history, 0 of an empty one."""
    starts = [x.started for x in given.applications] + [x.started for x in given.updates]
    return min(map(instant_ns, starts), default=0)


def _last_ns(given: Import) -> int:
    ended = [x.ended for x in given.applications] + [x.ended for x in given.updates]
    ends = [instant_ns(x) for x in ended if x is not None]
    return max([*ends, *(instant_ns(d.received) for d in given.documents), first_ns(given)])


def _records(folder: RunFolder, given: Import, digests: list[str], sizes: list[int]) -> Iterator[HistoryRecord]:
    begin_ns, end_ns = first_ns(given), _last_ns(given)
    yield SegmentOpened(
        version=JOURNAL_VERSION,
        run=folder.path.name,
        writer=WRITER,
        host="import",
        pid=0,
        monotonic_ns=begin_ns,
        wall_ns=begin_ns,
    )
    yield Note(at_ns=begin_ns, text=f"recorded by {given.header.recorder}, imported from {given.file.name}")
    yield PhaseStarted(phase=PHASE, at_ns=begin_ns)
    yield from _clock(given, begin_ns, end_ns)
    yield from _batches(given.applications)
    received: dict[str, list[Received]] = {}
    for document in given.documents:
        received.setdefault(document.application, []).append(document)
    for one in given.applications:
        yield from _application(one, received.get(one.id, []))
    asked = {one.id: one for one in given.applications}
    for number, (document, digest, size) in enumerate(zip(given.documents, digests, sizes, strict=True), 1):
        yield _delivery(f"document {number}", document, digest, size, asked.get(document.application))
    for update in given.updates:
        yield from _update(update)
    yield from _ledger(given)
    yield PhaseEnded(phase=PHASE, at_ns=end_ns, complete=True)
    yield from _counters(given, end_ns)


def _batches(applications: Iterable[Applied]) -> Iterator[HistoryRecord]:
    members: dict[str, list[Applied]] = {}
    for one in applications:
        members.setdefault(batch_of(one), []).append(one)
    for batch, together in members.items():
        starts = tuple(instant_ns(a.applied if a.applied is not None else a.started) for a in together)
        kind = BatchKind.BURST if together[0].burst else BatchKind.SEQUENCE
        yield BatchStarted(batch=batch, phase=PHASE, kind=kind, at_ns=min(instant_ns(a.started) for a in together))
        if kind is BatchKind.BURST:
            names = tuple(a.id for a in together)
            yield BatchReleased(batch=batch, at_ns=min(starts), applications=names, left_ns=starts)
        ends = [instant_ns(a.ended) for a in together if a.ended is not None]
        yield BatchEnded(batch=batch, at_ns=max([*ends, *starts]))


def _clock(given: Import, *at_ns: int) -> Iterator[HistoryRecord]:
    """Say how far the recorder's clocks may lie apart, as of a worker on another host."""
    if error_ns := round(given.header.clock_error_ms * 1e6):
        for each_ns in dict.fromkeys(at_ns):
            yield ClockMeasured(
                worker=0,
                writer=WRITER,
                offset_ns=0,
                error_ns=error_ns,
                at_ns=each_ns,
                round_trip_ns=2 * error_ns,
                samples=1,
            )


def _application(one: Applied, documents: Iterable[Received]) -> Iterator[HistoryRecord]:
    yield ApplicationStarted(
        application=one.id,
        batch=batch_of(one),
        phase=PHASE,
        resident=one.resident,
        card=one.card,
        certificate=one.certificate,
        options=one.options,
        kiosk=one.kiosk,
        store=one.store,
        at_ns=instant_ns(one.started),
        node=one.node,
    )
    if one.ended is None or one.ending is None:
        return
    ended_ns = instant_ns(one.ended)
    in_time = [d for d in documents if d.complete and instant_ns(d.received) <= ended_ns]
    yield ApplicationEnded(
        application=one.id,
        ending=one.ending,
        at_ns=ended_ns,
        code=one.code,
        reason=one.reason,
        request_id=one.request_id,
        node=one.node,
        copies=len(in_time),
        charged=one.charged,
        acknowledged=one.acknowledged,
    )


def _delivery(name: str, document: Received, digest: str, size: int, asked: Applied | None) -> Delivery:
    received_ns = instant_ns(document.received)
    late = asked is not None and asked.ended is not None and received_ns > instant_ns(asked.ended)
    return Delivery(
        delivery=document.id or name,
        application=document.application,
        kiosk=document.kiosk or (asked.kiosk if asked else ""),
        digest=digest,
        bytes=size,
        at_ns=received_ns,
        content_type=document.content_type,
        copy=document.copy,
        issue_number=document.issue_number,
        request_id=document.request_id or (asked.request_id if asked else ""),
        node=document.node,
        complete=document.complete,
        late=late,
    )


def _update(update: Changed) -> Iterator[HistoryRecord]:
    yield UpdateIntent(
        update=update.id,
        resident=update.resident,
        field=update.field,
        value=update.value,
        at_ns=instant_ns(update.started),
    )
    if update.ended is not None:
        yield UpdateOutcome(update=update.id, result=update.result, at_ns=instant_ns(update.ended))
    elif update.result is not UpdateResult.APPLIED:
        yield UpdateOutcome(update=update.id, result=update.result, at_ns=instant_ns(update.started))


def _ledger(given: Import) -> Iterator[HistoryRecord]:
    for entry in given.ledger:
        yield LedgerEntry(
            request_id=entry.request_id,
            card=entry.card,
            certificate=entry.certificate,
            state=entry.state,
            issue_numbers=entry.issue_numbers,
            node=entry.node,
            at=entry.at,
        )
    if given.ledger_end is not None:
        yield LedgerRead(at_ns=instant_ns(given.ledger_end.at), entries=len(given.ledger), complete=True)


def _counters(given: Import, end_ns: int) -> Iterator[HistoryRecord]:
    """Write the recorder's own counts, where it gives them: the lines themselves prove nothing of what is missing."""
    header = given.header
    if header.applications is None or header.documents is None:
        return
    ended = sum(1 for a in given.applications if a.ended is not None and a.ending is not None)
    begun_only = len(given.applications) - ended
    yield PlayerCounters(
        started=header.applications,
        ended=header.applications - begun_only,
        sends=0,
        outcomes=0,
        deliveries=header.documents,
        at_ns=end_ns,
    )
