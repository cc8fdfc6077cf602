"""The history as checks see it: rows per application, delivery, batch and update, joined from the journal's records."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from harness.checks.links import Links
from harness.checks.repeated import Repeated
from harness.checks.table import Table
from harness.records.certificates import Certificate, Options
from harness.records.faults import LineFault
from harness.records.history import (
    BurstBracket,
    BurstWithdrawn,
    Decided,
    Ending,
    FaultEnded,
    FaultStarted,
    GeneratorLoad,
    Held,
    LedgerEntry,
    LedgerRead,
    PlayerCounters,
    Probed,
    ReadersEnded,
    RecoveryPlayed,
    SecondFound,
    SelfProof,
    SettledAs,
    UpdateResult,
    WindowSet,
    WorkerCensus,
)
from harness.records.plan import AbortHow, BatchKind, PlannedAbort, Probe, Step

NEVER = -1  # a time that did not come, a row that is not there

# Segments whose clocks lie further apart were written before and after a restart of the machine (or a long sleep of
# it): their monotonic times have no common order.
_ONE_CLOCK_NS = 60_000_000_000


class Application(NamedTuple):
    """One person asking one certificate, from the intent to what became of it. Times in ns, NEVER where none."""

    application: str
    batch: Repeated[str]
    phase: Repeated[str]
    resident: Repeated[str]
    card: Repeated[str]
    certificate: Repeated[Certificate]
    options: Repeated[Options]
    kiosk: Repeated[str]
    node: Repeated[str]  # as reported by the target, else as planned
    abort: Repeated[PlannedAbort | None]
    writer: Repeated[str]
    started_ns: int
    planned_ns: int = NEVER  # intended start; NEVER where the plan gave none
    ended_ns: int = NEVER
    ending: Repeated[Ending | None] = None  # None: no ending was journaled
    code: Repeated[str] = ""
    reason: Repeated[str] = ""
    request_id: str = ""
    copies: Repeated[int] = 0  # documents the kiosk says it received
    charged: Repeated[bool | None] = None
    acknowledged: Repeated[bool] = False
    authenticated: Repeated[int] = 0  # HTTP status of the authentication step; 0: not answered
    cancelled: Repeated[int] = 0  # HTTP status of the cancel request; 0: none was answered
    left_ns: int = NEVER  # departure of the synchronised send
    applied_ns: int = NEVER  # departure of the application itself
    collect_from_ns: int = NEVER  # departure of the first request for the document
    collect_to_ns: int = NEVER  # end of the last answer to such a request
    server_date: Repeated[str] = ""  # Date header of the answer to the application step
    settled: Repeated[SettledAs | None] = None
    settled_by: Repeated[str] = ""  # source of the settlement
    error_ns: int = 0  # bound that all its times are known to; 0 for whoever played on the run's own host
    probe: Repeated[Probe | None] = None  # what must not work, and was to be tried on the way

    @property
    def waited_ns(self) -> int:
        """Return the wait for the document, first request to last answer; NEVER where none was answered."""
        answered = NEVER not in (self.collect_from_ns, self.collect_to_ns)
        return self.collect_to_ns - self.collect_from_ns if answered else NEVER

    @property
    def cancellation_accepted(self) -> bool:
        """Whether the applicant cancelled and the target said yes: nothing may be issued from then on."""
        cancelled = self.abort is not None and self.abort.how is AbortHow.CANCEL
        return self.ending is Ending.ABORTED and cancelled and 200 <= self.cancelled < 300

    def span_ns(self, horizon_ns: int) -> tuple[int, int]:
        """Return (from, to) that surely holds the whole application, whose times are known to a bound.

        One without an end runs to `horizon_ns`.
        """
        ended_ns = self.ended_ns if self.ended_ns > 0 else horizon_ns
        return self.started_ns - self.error_ns, ended_ns + self.error_ns


class Delivered(NamedTuple):
    """One document that arrived somewhere."""

    delivery: str
    application: str  # "" where it belongs to nobody known
    place: int  # row of that application; NEVER
    kiosk: Repeated[str]
    digest: str
    bytes: int
    at_ns: int
    copy: Repeated[int]
    issue_number: str
    request_id: str
    complete: Repeated[bool]
    late: Repeated[bool]
    writer: Repeated[str]


class Played(NamedTuple):
    """One batch as it was played."""

    batch: str
    phase: Repeated[str]
    kind: Repeated[BatchKind]
    started_ns: int
    ended_ns: int  # NEVER: it did not end
    void: Repeated[str]


class Update(NamedTuple):
    """One change of the register."""

    update: str
    resident: str
    field: str
    value: str
    from_ns: int
    to_ns: int  # NEVER: no outcome
    result: UpdateResult


class Segment(Struct, frozen=True, kw_only=True):
    """What one writer left."""

    writer: str
    version: int
    wall_minus_monotonic_ns: int
    started_wall_ns: int
    closed: bool  # its last record says how many came before, and so many did
    last_ns: int
    records: int = 0


class NodeFact(Struct, frozen=True, kw_only=True):
    """A node's build id and how it is known."""

    node: str
    build: str
    source: str


class HistoryView(Struct, frozen=True, kw_only=True):
    """Everything that happened in a run. Read-only; built by `harness.checks.gather.gather`."""

    applications: Table[Application]
    deliveries: Table[Delivered]
    batches: Table[Played]
    updates: Table[Update]
    places: dict[str, int]  # application id -> row
    deliveries_of: Links  # row of an application -> rows of its deliveries, in time
    releases: tuple[tuple[str, tuple[int, ...]], ...]  # batch, departures in ns
    release_errors_ns: dict[str, int]  # bound of a batch's departures, where workers on several hosts released it
    segments: tuple[Segment, ...]
    phases: dict[str, bool]  # phase -> ended complete (False also where it did not end)
    ledger: dict[str, LedgerEntry]  # by request id; the last entry counts
    ledger_reads: tuple[LedgerRead, ...]
    nodes: tuple[NodeFact, ...]
    proofs: tuple[SelfProof, ...]
    counters: dict[str, PlayerCounters]  # by writer; the last counts
    intents: dict[str, int]  # sends by writer
    outcomes: dict[str, int]  # outcomes by writer
    endings: dict[str, int]  # endings of applications by writer
    unanswered: tuple[str, ...]  # sends that left and have no outcome
    deaths: tuple[tuple[int, str], ...]  # (at_ns, reason): the target was found dead
    interruptions: tuple[tuple[int, str], ...]  # (at_ns, reason)
    resumed_ns: tuple[int, ...]
    workers: tuple[WorkerCensus, ...]
    clocks_unknown: frozenset[str]  # writers of workers whose clock was never measured against the run's
    decisions: dict[str, Decided]  # by batch; the first counts
    seconds: tuple[SecondFound, ...]
    held: dict[str, tuple[Held, ...]]  # batch -> what was held back of each departure in `releases`, where it is told
    withdrawals: tuple[BurstWithdrawn, ...]
    brackets: tuple[BurstBracket, ...]
    loads: tuple[GeneratorLoad, ...]
    readers: tuple[ReadersEnded, ...]
    probed: tuple[Probed, ...]
    faults: tuple[FaultStarted, ...]  # from outside, on purpose
    fault_ends: dict[str, FaultEnded]  # by fault
    line_faults: dict[tuple[LineFault, Step], int]  # that happened to kiosks' own lines, by kind and step
    internal_errors: tuple[str, ...]  # parts of the supervisor that crashed
    windows: tuple[WindowSet, ...]
    recoveries: dict[str, RecoveryPlayed]  # by the supervisor's segment
    oddities: tuple[str, ...]  # records that contradict each other, one sentence each
    records: int

    def of(self, application: str) -> Application | None:
        """Return an application by its id."""
        place = self.places.get(application, NEVER)
        return None if place == NEVER else self.applications[place]

    def deliveries_to(self, place: int) -> tuple[Delivered, ...]:
        """Return what was delivered to the application of a row, in time."""
        return tuple(self.deliveries[d] for d in self.deliveries_of.of(place))

    @property
    def started_ns(self) -> int:
        """Begin of the run on the monotonic clock: the first application, 0 without any."""
        starts = self.applications.integers("started_ns")
        return min(starts) if len(starts) else 0

    @property
    def last_ns(self) -> int:
        """Latest instant that any record names."""
        return max((s.last_ns for s in self.segments), default=0)


def predecessors(view: HistoryView) -> Sequence[int]:
    """Return for every application the row of the one before it at the same kiosk, NEVER for the first."""
    kiosks = view.applications.unpacked("kiosk")
    before = array("q", [NEVER]) * len(view.applications)
    last: dict[str, int] = {}
    for place in view.applications.rows_by("started_ns"):
        before[place] = last.get(kiosks[place], NEVER)
        last[kiosks[place]] = place
    return before


def overlap(a: Application, b: Application, horizon_ns: int) -> bool:
    """Tell whether two applications surely were under way at the same instant, whatever their clocks' errors.

    One without an end runs to `horizon_ns`.
    """
    a_end = horizon_ns if a.ended_ns == NEVER else a.ended_ns
    b_end = horizon_ns if b.ended_ns == NEVER else b.ended_ns
    unsure_ns = a.error_ns + b.error_ns if a.writer != b.writer else 0
    return a.started_ns + unsure_ns <= b_end and b.started_ns + unsure_ns <= a_end


def deaths_in_play(view: HistoryView) -> tuple[tuple[int, str], ...]:
    """Return the deaths of the target that weigh, as (at_ns, reason).

    All of them; except that a run which was resumed before it had asked anything begins with that resumption: until
    then the target was not up yet, and nothing was played that it could have failed.
    """
    begin_ns = max(view.resumed_ns, default=NEVER)
    if played_before(view, begin_ns):
        return view.deaths
    return tuple(death for death in view.deaths if death[0] > begin_ns)


def played_before(view: HistoryView, at_ns: int) -> bool:
    """Whether anything was, or on clocks that cannot be compared may have been, played before an instant."""
    clocks = [s.wall_minus_monotonic_ns for s in view.segments]
    if clocks and max(clocks) - min(clocks) > _ONE_CLOCK_NS:
        return True
    starts = (
        view.applications.integers("started_ns"),
        view.batches.integers("started_ns"),
        view.updates.integers("from_ns"),
    )
    return any(start <= at_ns for column in starts for start in column)
