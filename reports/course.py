"""The course of a run: when each application began and ended, as columns, so that a million of them fit in memory."""

from __future__ import annotations

import itertools
import sys
from array import array
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from harness.journal import Entry
from harness.records.certificates import Certificate
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    Decided,
    Ending,
    FaultEnded,
    FaultStarted,
    Held,
    PhaseEnded,
    PhaseStarted,
    SegmentOpened,
    SendOutcome,
)
from reports.clock import Clock
from reports.outside import Outside

_ENDINGS = {ending: code for code, ending in enumerate(Ending, 1)}  # 0: no ending was journaled


class PhasePlayed(Struct, kw_only=True):
    """When a phase was played; wall-clock nanoseconds, 0 where not journaled."""

    phase: str
    started_ns: int = 0
    ended_ns: int = 0
    complete: bool = False
    reason: str = ""
    applications: int = 0


class Released(Struct, frozen=True, kw_only=True):
    """One burst as it was released."""

    batch: str
    at_ns: int  # wall clock
    people: int
    spread_ns: int  # first to last departure, without those who had to wait for a connection of the pool
    absent: int


class Course:
    """Columns over all applications, in the order they were met; times in wall-clock nanoseconds, 0 = not journaled."""

    def __init__(self) -> None:
        """Begin empty."""
        self.clock = Clock()
        self.ids: list[str] = []
        self.residents: list[str] = []
        self.kiosks: list[str] = []
        self.certificates: list[Certificate | None] = []  # None: its start was not journaled
        self.batches: list[str] = []
        self.started_ns = array("q")
        self.ended_ns = array("q")
        self.endings = array("b")  # see `ending`
        self.phases: dict[str, PhasePlayed] = {}
        self.released: list[Released] = []
        self.voids: dict[str, str] = {}  # batch -> why
        self.decisions: dict[str, Decided] = {}  # batch -> how its slot was filled
        self.otherwise: Counter[tuple[Ending, str, str]] = Counter()  # ending, code, reason of what was not delivered
        self.outside = Outside()
        self._rows: dict[str, int] = {}

    def row(self, application: str) -> int | None:
        """Return the row of an application, None where the journal does not know it."""
        return self._rows.get(application)

    def ending(self, row: int) -> Ending | None:
        """Return how a row ended, None where no ending was journaled."""
        code = self.endings[row]
        return tuple(Ending)[code - 1] if code else None

    def took_place_ns(self) -> tuple[int, int]:
        """Return the first start and the last start or end; (0, 0) without applications."""
        starts = [at for at in self.started_ns if at]
        return (min(starts), max(itertools.chain(starts, self.ended_ns))) if starts else (0, 0)

    def add(self, entry: Entry) -> None:
        """Take one record of the journal; those that do not tell the course are left out."""
        record, writer = entry.record, entry.writer
        match record:
            case SegmentOpened():
                self.clock.anchor(record)
            case ApplicationStarted():
                self._start(record, self.clock.wall_ns(writer, record.at_ns))
            case ApplicationEnded():
                row = self._row(record.application)
                self.ended_ns[row] = self.clock.wall_ns(writer, record.at_ns)
                self.endings[row] = _ENDINGS[record.ending]
                if record.ending is not Ending.DELIVERED:
                    self.otherwise[record.ending, record.code, record.reason] += 1
            case PhaseStarted() | PhaseEnded():
                self._phase(record, self.clock.wall_ns(writer, record.at_ns))
            case BatchReleased():
                self._release(record, self.clock.wall_ns(writer, record.at_ns))
            case FaultStarted():
                self.outside.begin(record, self.clock.wall_ns(writer, record.at_ns))
            case FaultEnded():
                self.outside.end(record, self.clock.wall_ns(writer, record.at_ns))
            case SendOutcome(fault=fault) if fault:
                self.outside.lines[fault] += 1
            case Decided():
                self.decisions.setdefault(record.batch, record)
            case BatchEnded(void=void) if void:
                self.voids[record.batch] = void
            case _:
                pass

    def _row(self, application: str) -> int:
        row = self._rows.get(application)
        if row is None:
            row = self._rows[application] = len(self.ids)
            self.ids.append(application)
            for texts in (self.residents, self.kiosks, self.batches):
                texts.append("")
            self.certificates.append(None)
            self.started_ns.append(0)
            self.ended_ns.append(0)
            self.endings.append(0)
        return row

    def _start(self, record: ApplicationStarted, wall_ns: int) -> None:
        row = self._row(record.application)
        self.started_ns[row] = wall_ns
        self.residents[row] = sys.intern(record.resident)
        self.kiosks[row] = sys.intern(record.kiosk)
        self.certificates[row] = record.certificate
        self.batches[row] = sys.intern(record.batch)
        self.phases.setdefault(record.phase, PhasePlayed(phase=record.phase)).applications += 1

    def _phase(self, record: PhaseStarted | PhaseEnded, wall_ns: int) -> None:
        phase = self.phases.setdefault(record.phase, PhasePlayed(phase=record.phase))
        if isinstance(record, PhaseStarted):
            # A resumed run starts a phase again: the first start is when it began.
            phase.started_ns = min(phase.started_ns or wall_ns, wall_ns)
        elif wall_ns >= phase.ended_ns:
            phase.ended_ns, phase.complete, phase.reason = wall_ns, record.complete, record.reason

    def _release(self, record: BatchReleased, wall_ns: int) -> None:
        held = record.held or (Held.NOTHING,) * len(record.left_ns)
        left = [at for at, what in zip(record.left_ns, held, strict=False) if at and what is not Held.QUEUED]
        spread = max(left) - min(left) if left else 0
        self.released.append(
            Released(
                batch=record.batch,
                at_ns=wall_ns,
                people=len(record.applications),
                spread_ns=spread,
                absent=len(record.absent),
            )
        )


def read_course(entries: Iterable[Entry]) -> Course:
    """Return the course told by `entries`; raises what reading them raises."""
    course = Course()
    for entry in entries:
        course.add(entry)
    return course
