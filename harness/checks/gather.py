"""Builds the HistoryView: one pass over the journal's records, memory linear in applications and deliveries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from harness.checks.clocks import WorkerClock, at_home, bring_home, unmeasured, worker_clocks
from harness.checks.history import NEVER, HistoryView, NodeFact, Played, Segment, Update
from harness.checks.rows import Rows
from harness.checks.table import Table
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    BatchStarted,
    BurstBracket,
    BurstWithdrawn,
    ClockMeasured,
    Decided,
    Delivery,
    FaultEnded,
    FaultStarted,
    GeneratorLoad,
    HistoryRecord,
    InternalError,
    Interrupted,
    Leased,
    LedgerBefore,
    LedgerEntry,
    LedgerRead,
    NodeSeen,
    Note,
    PhaseEnded,
    PhaseStarted,
    PlayerCounters,
    Probed,
    Pulse,
    ReadersEnded,
    RecoveryPlayed,
    RunResumed,
    SecondFound,
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
    WindowSet,
    WorkerCensus,
)

SecondHalf = ApplicationEnded | BatchReleased | BatchEnded | Settlement | UpdateOutcome


def gather(records: Iterable[tuple[str, int, HistoryRecord]]) -> HistoryView:
    """Join (writer, sequence, record) triples, each writer's in its order, writers in any order.

    Contradictions (an ending of an unknown application, an id started twice) become `oddities`, never errors.
    """
    gatherer = _Gatherer()
    gatherer.take(records)
    return gatherer.view()


class _Gatherer:
    """Everything under construction."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.batches = Table(Played)
        self.updates = Table(Update)
        self.batch_places: dict[str, int] = {}
        self.update_places: dict[str, int] = {}
        self.waiting: list[SecondHalf] = []
        self.opened: dict[str, SegmentOpened] = {}
        self.closed_after: dict[str, int] = {}  # records that a writer's closing record says came before it
        self.last_ns: dict[str, int] = {}
        self.phases: dict[str, bool] = {}
        self.ledger: dict[str, LedgerEntry] = {}
        self.ledger_reads: list[LedgerRead] = []
        self.nodes: dict[tuple[str, str], NodeFact] = {}
        self.proofs: list[SelfProof] = []
        self.counters: dict[str, PlayerCounters] = {}
        self.endings: Counter[str] = Counter()
        self.deaths: list[tuple[int, str]] = []
        self.interruptions: list[tuple[int, str]] = []
        self.resumed: list[int] = []
        self.workers: list[WorkerCensus] = []
        self.measured: list[ClockMeasured] = []
        self.measurers: list[str] = []  # writers that measured: masters, on the run's own clock
        self.decisions: dict[str, Decided] = {}
        self.seconds: list[SecondFound] = []
        self.withdrawals: list[tuple[str, BurstWithdrawn]] = []  # with their writers, as the next two
        self.brackets: list[tuple[str, BurstBracket]] = []
        self.loads: list[tuple[str, GeneratorLoad]] = []
        self.readers: list[ReadersEnded] = []
        self.probed: list[Probed] = []
        self.faults: list[FaultStarted] = []
        self.fault_ends: dict[str, FaultEnded] = {}
        self.internal_errors: list[str] = []
        self.windows: list[WindowSet] = []
        self.recoveries: dict[str, RecoveryPlayed] = {}  # by writer; each supervisor writes one at most
        self.records: Counter[str] = Counter()
        self.rules = self._rules()
        self.joins: dict[type, Callable[[Any], bool]] = {
            ApplicationEnded: self.rows.end,
            BatchReleased: self.rows.release,
            BatchEnded: self._join_batch,
            Settlement: self.rows.settle,
            UpdateOutcome: self._join_update,
        }

    def _rules(self) -> dict[type, Callable[[str, Any], None]]:
        """Return what to do with each kind of record; a kind that is not here must not be overlooked."""
        return {
            SegmentOpened: self._segment_opened,
            SegmentClosed: self._segment_closed,
            PhaseStarted: self._phase_started,
            PhaseEnded: self._phase_ended,
            BatchStarted: self._batch_started,
            ApplicationStarted: self.rows.begin,
            SendIntent: self.rows.send,
            SendOutcome: self.rows.answer,
            Delivery: self.rows.deliver,
            ApplicationEnded: self._second_half,
            BatchReleased: self._second_half,
            BurstWithdrawn: lambda w, r: self.withdrawals.append((w, r)),
            BurstBracket: lambda w, r: self.brackets.append((w, r)),
            GeneratorLoad: lambda w, r: self.loads.append((w, r)),
            BatchEnded: self._second_half,
            Settlement: self._second_half,
            UpdateOutcome: self._second_half,
            UpdateIntent: self._update_intent,
            LedgerEntry: self._ledger_entry,
            LedgerRead: lambda w, r: self.ledger_reads.append(r),
            LedgerBefore: lambda w, r: None,  # for whoever settles; the ledger of the run is read at its end
            NodeSeen: self._node_seen,
            TargetHealth: self._target_health,
            SelfProof: lambda w, r: self.proofs.append(r),
            PlayerCounters: self._player_counters,
            Interrupted: lambda w, r: self.interruptions.append((r.at_ns, r.reason)),
            FaultStarted: lambda w, r: self.faults.append(r),
            FaultEnded: self._fault_ended,
            InternalError: lambda w, r: self.internal_errors.append(r.what),
            WindowSet: lambda w, r: self.windows.append(r),
            Pulse: lambda w, r: None,  # what follows from it is journaled as an interruption
            RecoveryPlayed: self.recoveries.__setitem__,
            RunResumed: lambda w, r: self.resumed.append(r.at_ns),
            WorkerCensus: lambda w, r: self.workers.append(r),
            ClockMeasured: self._clock_measured,
            Leased: lambda w, r: None,  # for whoever goes on with the run; the worker's own segment tells the rest
            Decided: self._decided,
            SecondFound: lambda w, r: self.seconds.append(r),
            ReadersEnded: lambda w, r: self.readers.append(r),
            Probed: lambda w, r: self.probed.append(r),
            Note: lambda w, r: None,
        }

    def take(self, records: Iterable[tuple[str, int, HistoryRecord]]) -> None:
        """Take all records; those of one writer come together, so that they are counted together."""
        rules, one = self.rules, self.rows.one
        writer, count, last_ns = "", 0, 0
        for name, _, record in records:
            if name != writer:
                self._leave(writer, count, last_ns)
                writer, count, last_ns = one(name), 0, 0
            rules[type(record)](writer, record)
            count += 1
            at_ns = getattr(record, "at_ns", 0)
            last_ns = at_ns if at_ns > last_ns else last_ns
        self._leave(writer, count, last_ns)

    def _leave(self, writer: str, count: int, last_ns: int) -> None:
        if count:
            self.records[writer] += count
            self.last_ns[writer] = max(last_ns, self.last_ns.get(writer, 0))

    def _segment_opened(self, writer: str, record: SegmentOpened) -> None:
        self.opened[writer] = record
        self.last_ns[writer] = max(record.monotonic_ns, self.last_ns.get(writer, 0))

    def _segment_closed(self, writer: str, record: SegmentClosed) -> None:
        self.closed_after[writer] = record.records

    def _phase_started(self, writer: str, record: PhaseStarted) -> None:
        self.phases.setdefault(record.phase, False)

    def _phase_ended(self, writer: str, record: PhaseEnded) -> None:
        self.phases[record.phase] = self.phases.get(record.phase, False) or record.complete

    def _batch_started(self, writer: str, record: BatchStarted) -> None:
        if record.batch in self.batch_places:
            return  # a resumed run begins a half-played batch again, and its end makes it void
        row = Played(self.rows.one(record.batch), record.phase, record.kind, record.at_ns, NEVER, "")
        self.batch_places[row.batch] = self.batches.append(row)

    def _second_half(self, writer: str, record: SecondHalf) -> None:
        """Join with its first half, now or, where another writer's segment holds that, at the end."""
        if isinstance(record, ApplicationEnded):
            self.endings[writer] += 1
        if not self.joins[type(record)](record):
            self.waiting.append(record)

    def _join_batch(self, record: BatchEnded) -> bool:
        place = self.batch_places.get(record.batch, NEVER)
        if place == NEVER:
            return False
        self.batches.put(place, "ended_ns", record.at_ns)
        self.batches.put(place, "void", record.void)
        return True

    def _fault_ended(self, writer: str, record: FaultEnded) -> None:
        self.fault_ends[record.fault] = record

    def _join_update(self, record: UpdateOutcome) -> bool:
        place = self.update_places.get(record.update, NEVER)
        if place == NEVER:
            return False
        self.updates.put(place, "to_ns", record.at_ns)
        self.updates.put(place, "result", record.result)
        return True

    def _update_intent(self, writer: str, record: UpdateIntent) -> None:
        row = Update(
            update=record.update,
            resident=record.resident,
            field=record.field,
            value=record.value,
            from_ns=record.at_ns,
            to_ns=NEVER,
            result=UpdateResult.UNRESOLVED,
        )
        self.update_places[record.update] = self.updates.append(row)

    def _ledger_entry(self, writer: str, record: LedgerEntry) -> None:
        self.ledger[record.request_id] = record

    def _node_seen(self, writer: str, record: NodeSeen) -> None:
        fact = NodeFact(node=record.node, build=record.build, source=record.source)
        self.nodes.setdefault((record.node, record.build), fact)

    def _target_health(self, writer: str, record: TargetHealth) -> None:
        if not record.alive:
            self.deaths.append((record.at_ns, record.reason))

    def _clock_measured(self, writer: str, record: ClockMeasured) -> None:
        self.measured.append(record)
        if writer not in self.measurers:
            self.measurers.append(writer)

    def _decided(self, writer: str, record: Decided) -> None:
        self.decisions.setdefault(record.batch, record)

    def _player_counters(self, writer: str, record: PlayerCounters) -> None:
        self.counters[writer] = record

    def view(self) -> HistoryView:
        """Join what came in another order, and hand everything over."""
        rows = self.rows
        left_over = [record for record in self.waiting if not self.joins[type(record)](record)]
        clocks = worker_clocks(self.measured)
        bring_home(rows.applications, rows.deliveries, clocks)
        return HistoryView(
            applications=rows.applications,
            deliveries=rows.deliveries,
            batches=self.batches,
            updates=self.updates,
            places=rows.places,
            deliveries_of=rows.deliveries_of(),
            releases=tuple(rows.releases),
            release_errors_ns=rows.release_errors_ns,
            segments=tuple(self._segment(w, clocks.get(w)) for w in sorted(self.records)),
            phases=self.phases,
            ledger=self.ledger,
            ledger_reads=tuple(self.ledger_reads),
            nodes=tuple(self.nodes[k] for k in sorted(self.nodes)),
            proofs=tuple(self.proofs),
            counters=self.counters,
            intents=dict(rows.intents),
            outcomes=dict(rows.outcomes),
            endings=dict(self.endings),
            unanswered=rows.unanswered,
            deaths=tuple(sorted(self.deaths)),
            interruptions=tuple(sorted(self.interruptions)),
            resumed_ns=tuple(sorted(self.resumed)),
            workers=tuple(self.workers),
            clocks_unknown=unmeasured(self.workers, self.measured),
            decisions=self.decisions,
            seconds=tuple(self.seconds),
            held=rows.held,
            withdrawals=tuple(at_home(r, clocks.get(w)) for w, r in self.withdrawals),
            brackets=tuple(at_home(r, clocks.get(w)) for w, r in self.brackets),
            loads=tuple(at_home(r, clocks.get(w)) for w, r in self.loads),
            readers=tuple(self.readers),
            probed=tuple(self.probed),
            faults=tuple(self.faults),
            fault_ends=self.fault_ends,
            line_faults=dict(rows.line_faults),
            internal_errors=tuple(self.internal_errors),
            windows=tuple(self.windows),
            recoveries=self.recoveries,
            oddities=(*rows.oddities, *map(_without_first_half, left_over)),
            records=sum(self.records.values()),
        )

    def _segment(self, writer: str, clock: WorkerClock | None) -> Segment:
        opened = self.opened.get(writer)
        anchor_ns = self._anchor_ns(writer, clock)
        known = writer not in unmeasured(self.workers, self.measured)
        last_ns = self.last_ns.get(writer, 0) if known else 0
        return Segment(
            writer=writer,
            version=opened.version if opened else 0,
            wall_minus_monotonic_ns=anchor_ns,
            started_wall_ns=opened.wall_ns if opened else 0,
            closed=opened is not None and self.closed_after.get(writer, NEVER) == self.records[writer] - 1,
            last_ns=clock.read(last_ns) if clock else last_ns,
            records=self.records[writer],
        )

    def _anchor_ns(self, writer: str, clock: WorkerClock | None) -> int:
        """Return the wall clock minus the clock that a writer's times are told on; the master's for one elsewhere."""
        if clock is not None:
            writer = next((w for w in self.measurers if w in self.opened), writer)
        opened = self.opened.get(writer)
        return opened.wall_ns - opened.monotonic_ns if opened else 0


def _without_first_half(record: SecondHalf) -> str:
    names = ("application", "batch", "update")
    name = next((str(getattr(record, n)) for n in names if getattr(record, n, "")), "?")
    return f"{type(record).__name__} of {name}, which was never started"
