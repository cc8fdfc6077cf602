"""Builds the HistoryView: one pass over the journal's records, memory linear in applications and deliveries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from functools import singledispatchmethod
from typing import TypeVar, cast

from harness.checks.history import (
    NEVER,
    Application,
    Delivered,
    HistoryView,
    NodeFact,
    Played,
    Segment,
    Update,
)
from harness.checks.table import Table
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    BatchStarted,
    Delivery,
    HistoryRecord,
    Interrupted,
    LedgerEntry,
    LedgerRead,
    NodeSeen,
    Note,
    PhaseEnded,
    PhaseStarted,
    PlayerCounters,
    RunResumed,
    SegmentClosed,
    SegmentOpened,
    SelfProof,
    SendIntent,
    SendOutcome,
    Settlement,
    TargetHealth,
    UpdateIntent,
    UpdateOutcome,
    UpdateResult,
)
from harness.records.plan import Step

H = TypeVar("H", bound=Hashable)


def gather(records: Iterable[tuple[str, int, HistoryRecord]]) -> HistoryView:
    """Join (writer, sequence, record) triples, each writer's in its order, writers in any order.

    Contradictions (an ending of an unknown application, an id started twice) become `oddities`, never errors.
    """
    gatherer = _Gatherer()
    for writer, _, record in records:
        gatherer.take(writer, record)
    return gatherer.view()


class _Gatherer:
    """Columns under construction."""

    def __init__(self) -> None:
        self.applications = Table(Application)
        self.deliveries = Table(Delivered)
        self.batches = Table(Played)
        self.updates = Table(Update)
        self.places: dict[str, int] = {}
        self.batch_places: dict[str, int] = {}
        self.update_places: dict[str, int] = {}
        self.sends: dict[str, tuple[str, Step]] = {}
        self.waiting: list[ApplicationEnded | BatchReleased | Settlement | UpdateOutcome | BatchEnded] = []
        self.releases: list[tuple[str, tuple[int, ...]]] = []
        self.opened: dict[str, SegmentOpened] = {}
        self.closed: set[str] = set()
        self.last_ns: dict[str, int] = {}
        self.phases: dict[str, bool] = {}
        self.ledger: dict[str, LedgerEntry] = {}
        self.ledger_reads: list[LedgerRead] = []
        self.nodes: dict[tuple[str, str], NodeFact] = {}
        self.proofs: list[SelfProof] = []
        self.counters: dict[str, PlayerCounters] = {}
        self.intents: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.endings: Counter[str] = Counter()
        self.deaths: list[tuple[int, str]] = []
        self.interruptions: list[tuple[int, str]] = []
        self.resumed: list[int] = []
        self.oddities: list[str] = []
        self.records: Counter[str] = Counter()
        self.known: dict[Hashable, Hashable] = {}
        self.writer = ""

    def take(self, writer: str, record: HistoryRecord) -> None:
        """Take one record."""
        self.writer = self._one(writer)
        self.closed.discard(writer)
        self._take(record)
        self.records[writer] += 1
        at_ns = getattr(record, "at_ns", 0)
        if at_ns > self.last_ns.get(writer, 0):
            self.last_ns[writer] = at_ns

    def _one(self, value: H) -> H:
        """Return the one object kept for equal values: ids and options repeat in many records."""
        return cast(H, self.known.setdefault(value, value))

    @singledispatchmethod
    def _take(self, record: object) -> None:
        raise TypeError(f"no rule for records of kind {type(record).__name__}")

    @_take.register
    def _segment_opened(self, record: SegmentOpened) -> None:
        self.opened[self.writer] = record
        self.last_ns[self.writer] = record.monotonic_ns

    @_take.register
    def _segment_closed(self, record: SegmentClosed) -> None:
        if record.records == self.records[self.writer]:
            self.closed.add(self.writer)

    @_take.register
    def _phase_started(self, record: PhaseStarted) -> None:
        self.phases.setdefault(record.phase, False)

    @_take.register
    def _phase_ended(self, record: PhaseEnded) -> None:
        self.phases[record.phase] = self.phases.get(record.phase, False) or record.complete

    @_take.register
    def _batch_started(self, record: BatchStarted) -> None:
        one = self._one
        row = Played(one(record.batch), one(record.phase), record.kind, record.at_ns, NEVER, "")
        if record.batch in self.batch_places:
            self.oddities.append(f"batch {record.batch} was started twice")
        self.batch_places[record.batch] = self.batches.append(row)

    @_take.register
    def _application_started(self, record: ApplicationStarted) -> None:
        one = self._one
        row = Application(
            application=one(record.application),
            batch=one(record.batch),
            phase=one(record.phase),
            resident=one(record.resident),
            card=one(record.card),
            certificate=record.certificate,
            options=one(record.options),
            kiosk=one(record.kiosk),
            store=one(record.store),
            node=one(record.node),
            abort=one(record.abort),
            writer=self.writer,
            started_ns=record.at_ns,
        )
        if record.application in self.places:
            self.oddities.append(f"application {record.application} was started twice")
            return
        self.places[row.application] = self.applications.append(row)

    @_take.register
    def _send_intent(self, record: SendIntent) -> None:
        self.intents[self.writer] += 1
        self.sends[record.send] = (record.application, record.step)
        place = self.places.get(record.application, NEVER)
        if place == NEVER:
            return
        table = self.applications
        table.put(place, "sends", table.integers("sends")[place] + 1)

    @_take.register
    def _send_outcome(self, record: SendOutcome) -> None:
        self.outcomes[self.writer] += 1
        sent = self.sends.pop(record.send, None)
        if sent is None:
            self.oddities.append(f"send {record.send} has an outcome without an intent, or two outcomes")
            return
        application, step = sent
        place = self.places.get(application, NEVER)
        if place == NEVER:
            return
        table = self.applications
        table.put(place, "answers", table.integers("answers")[place] + 1)
        if step is Step.AUTHENTICATE:
            table.put(place, "authenticated", record.status)
        elif step is Step.APPLY:
            table.put(place, "server_date", self._one(_header(record, "date")))
        elif step is Step.CANCEL:
            table.put(place, "cancelled", record.status)
        elif step is Step.COLLECT:
            self._collected(place, record)

    def _collected(self, place: int, record: SendOutcome) -> None:
        table = self.applications
        if table.integers("collect_from_ns")[place] == NEVER:
            table.put(place, "collect_from_ns", record.left_ns or record.at_ns)
        table.put(place, "collect_to_ns", record.at_ns)
        table.put(place, "collect_answer", record.answer)

    @_take.register
    def _delivery(self, record: Delivery) -> None:
        one = self._one
        self.deliveries.append(
            Delivered(
                delivery=record.delivery,
                application=one(record.application),
                place=NEVER,
                kiosk=one(record.kiosk),
                digest=one(record.digest),
                bytes=record.bytes,
                at_ns=record.at_ns,
                content_type=one(record.content_type),
                copy=record.copy,
                issue_number=one(record.issue_number),
                request_id=one(record.request_id),
                node=one(record.node),
                complete=record.complete,
                late=record.late,
                writer=self.writer,
            )
        )

    @_take.register(ApplicationEnded)
    @_take.register(BatchReleased)
    @_take.register(BatchEnded)
    @_take.register(Settlement)
    @_take.register(UpdateOutcome)
    def _second_half(self, record: ApplicationEnded | BatchReleased | BatchEnded | Settlement | UpdateOutcome) -> None:
        """Join with its first half, now or, where another writer's segment holds that, at the end."""
        if isinstance(record, ApplicationEnded):
            self.endings[self.writer] += 1
        if not self._join(record):
            self.waiting.append(record)

    @singledispatchmethod
    def _join(self, record: object) -> bool:
        raise TypeError(f"no rule to join records of kind {type(record).__name__}")

    @_join.register
    def _join_ended(self, record: ApplicationEnded) -> bool:
        place = self.places.get(record.application, NEVER)
        if place == NEVER:
            return False
        if self.applications.integers("ended_ns")[place] != NEVER:
            self.oddities.append(f"application {record.application} ended twice")
            return True
        put = self.applications.put
        put(place, "ended_ns", record.at_ns)
        put(place, "ending", record.ending)
        put(place, "code", self._one(record.code))
        put(place, "reason", self._one(record.reason))
        put(place, "request_id", self._one(record.request_id))
        put(place, "copies", record.copies)
        put(place, "charged", record.charged)
        put(place, "acknowledged", record.acknowledged)
        if record.node:
            put(place, "node", self._one(record.node))
        return True

    @_join.register
    def _join_released(self, record: BatchReleased) -> bool:
        if any(a not in self.places for a in record.applications):
            return False
        self.releases.append((self._one(record.batch), record.left_ns))
        for application, left_ns in zip(record.applications, record.left_ns, strict=False):
            self.applications.put(self.places[application], "left_ns", left_ns)
        return True

    @_join.register
    def _join_batch(self, record: BatchEnded) -> bool:
        place = self.batch_places.get(record.batch, NEVER)
        if place == NEVER:
            return False
        self.batches.put(place, "ended_ns", record.at_ns)
        self.batches.put(place, "void", record.void)
        return True

    @_join.register
    def _join_settlement(self, record: Settlement) -> bool:
        place = self.places.get(record.application, NEVER)
        if place == NEVER:
            return False
        self.applications.put(place, "settled", record.settled)
        self.applications.put(place, "settled_by", self._one(record.source))
        return True

    @_join.register
    def _join_update(self, record: UpdateOutcome) -> bool:
        place = self.update_places.get(record.update, NEVER)
        if place == NEVER:
            return False
        self.updates.put(place, "to_ns", record.at_ns)
        self.updates.put(place, "result", record.result)
        return True

    @_take.register
    def _update_intent(self, record: UpdateIntent) -> None:
        row = Update(
            record.update,
            record.resident,
            record.field,
            record.value,
            record.at_ns,
            NEVER,
            UpdateResult.UNRESOLVED,
        )
        self.update_places[record.update] = self.updates.append(row)

    @_take.register
    def _ledger_entry(self, record: LedgerEntry) -> None:
        self.ledger[record.request_id] = record

    @_take.register
    def _ledger_read(self, record: LedgerRead) -> None:
        self.ledger_reads.append(record)

    @_take.register
    def _node_seen(self, record: NodeSeen) -> None:
        fact = NodeFact(node=record.node, build=record.build, source=record.source)
        self.nodes.setdefault((record.node, record.build), fact)

    @_take.register
    def _target_health(self, record: TargetHealth) -> None:
        if not record.alive:
            self.deaths.append((record.at_ns, record.reason))

    @_take.register
    def _self_proof(self, record: SelfProof) -> None:
        self.proofs.append(record)

    @_take.register
    def _player_counters(self, record: PlayerCounters) -> None:
        self.counters[self.writer] = record

    @_take.register
    def _interrupted(self, record: Interrupted) -> None:
        self.interruptions.append((record.at_ns, record.reason))

    @_take.register
    def _run_resumed(self, record: RunResumed) -> None:
        self.resumed.append(record.at_ns)

    @_take.register
    def _note(self, record: Note) -> None:
        """Notes steer nothing."""

    def view(self) -> HistoryView:
        """Join what came in another order, and hand the columns over."""
        for record in self.waiting:
            if not self._join(record):
                self.oddities.append(_orphan_record(record))
        return HistoryView(
            applications=self.applications,
            deliveries=self.deliveries,
            batches=self.batches,
            updates=self.updates,
            places=self.places,
            deliveries_of=self._deliveries_of(),
            releases=tuple(self.releases),
            segments=tuple(self._segment(w) for w in sorted(self.records)),
            phases=self.phases,
            ledger=self.ledger,
            ledger_reads=tuple(self.ledger_reads),
            nodes=tuple(self.nodes[k] for k in sorted(self.nodes)),
            proofs=tuple(self.proofs),
            counters=self.counters,
            intents=dict(self.intents),
            outcomes=dict(self.outcomes),
            endings=dict(self.endings),
            unanswered=tuple(sorted(self.sends)),
            deaths=tuple(sorted(self.deaths)),
            interruptions=tuple(sorted(self.interruptions)),
            resumed_ns=tuple(sorted(self.resumed)),
            oddities=tuple(self.oddities),
            records=sum(self.records.values()),
        )

    def _deliveries_of(self) -> dict[int, tuple[int, ...]]:
        rows: dict[int, list[int]] = {}
        names, at_ns = self.deliveries.strings("application"), self.deliveries.integers("at_ns")
        for number in sorted(range(len(names)), key=lambda n: (at_ns[n], n)):
            place = self.places.get(names[number], NEVER)
            if place != NEVER:
                self.deliveries.put(number, "place", place)
                rows.setdefault(place, []).append(number)
        return {place: tuple(numbers) for place, numbers in rows.items()}

    def _segment(self, writer: str) -> Segment:
        opened = self.opened.get(writer)
        return Segment(
            writer=writer,
            version=opened.version if opened else 0,
            wall_minus_monotonic_ns=opened.wall_ns - opened.monotonic_ns if opened else 0,
            started_wall_ns=opened.wall_ns if opened else 0,
            closed=opened is not None and writer in self.closed,
            last_ns=self.last_ns.get(writer, 0),
        )


def _header(record: SendOutcome, name: str) -> str:
    return next((value for key, value in record.headers if key.lower() == name), "")


def _orphan_record(record: object) -> str:
    names = ("application", "batch", "update")
    name = next((str(getattr(record, n)) for n in names if getattr(record, n, "")), "?")
    return f"{type(record).__name__} of {name}, which was never started"
