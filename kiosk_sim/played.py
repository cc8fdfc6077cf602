"""What earlier players of this run have already done, so that nothing is done twice and nothing open is forgotten.

A run may have had a million applications: of one whose outcome is known only its request id is kept.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from itertools import starmap

from msgspec import Struct
from msgspec.structs import replace

from harness.journal import RunFolder, read_history
from harness.records.decided import as_decided
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchStarted,
    ClockMeasured,
    Decided,
    Ending,
    Leased,
    LedgerBefore,
    SegmentClosed,
    SendOutcome,
    SettledAs,
    Settlement,
    UpdateIntent,
    UpdateOutcome,
    UpdateResult,
)
from harness.records.plan import Batch

_DATED = 1024  # answers: as many as leave a millisecond of a second open


class Open(Struct, frozen=True, kw_only=True):
    """An application whose outcome is unknown: it never ended, or ended unresolved."""

    application: str
    resident: str
    kiosk: str
    card: str
    certificate: str
    since_ns: int  # when it was last heard of
    request_id: str = ""  # the target's own id, where an answer told it


class Dated(Struct, frozen=True, kw_only=True):
    """An answer with a date: what it tells of the target's clock."""

    left_ns: int
    answered_ns: int
    headers: tuple[tuple[str, str], ...]


class Played(Struct, frozen=True, kw_only=True):
    """The past of a run."""

    batches_started: frozenset[str]
    batches_ended: frozenset[str]
    applications: frozenset[str]  # of batches not ended: started, or handed to a worker whose journal lacks its end
    updates: frozenset[str]  # intended
    open: tuple[Open, ...]
    request_ids: dict[str, str]  # open application -> the target's own id, where known
    taken_ids: frozenset[str]  # the target's own ids of all others
    spoilt_residents: frozenset[str]  # of an update of unknown outcome
    ledger_before: dict[str, str] | None  # the ledger as the run found it: digests by request id; None: not read
    decisions: dict[str, Decided]  # by batch
    voids: dict[str, str]  # batches that ended and do not count, and why
    dated: tuple[Dated, ...]  # the last answers that carry a date
    asked: Counter[tuple[str, str]]  # applications begun, by card and certificate

    def asked_once(self, open_: Open) -> bool:
        """Tell whether nobody else in the run asked for that certificate with that card."""
        return self.asked[open_.card, open_.certificate] == 1

    def left_of(self, batch: Batch) -> Batch | None:
        """Return what is still to be played of a batch, its slot filled; None where it has ended or is left out."""
        decided = as_decided(batch, self.decisions.get(batch.batch))
        if decided is None or batch.batch in self.batches_ended:
            return None
        return replace(
            decided,
            applications=tuple(a for a in decided.applications if a.application not in self.applications),
            updates=tuple(u for u in decided.updates if u.update not in self.updates),
        )


def read_played(folder: RunFolder) -> Played:
    """Read the past out of the journal; raise RunDamaged."""
    past = _Past()
    for entry in read_history(folder):
        past.take(entry.writer, entry.record)
    return past.played()


class _Past:
    """Gathers while reading."""

    def __init__(self) -> None:
        self.batches_started: set[str] = set()
        self.batches_ended: set[str] = set()
        self.voids: dict[str, str] = {}
        self.begun: dict[str, set[str]] = {}  # applications started, by batch that has not ended
        self.asked: Counter[tuple[str, str]] = Counter()
        self.open: dict[str, tuple[str, ApplicationStarted]] = {}  # by application, with their writers
        self.heard_ns: dict[str, int] = {}  # of the open ones, as their ids
        self.ids: dict[str, str] = {}
        self.taken: set[str] = set()  # ids of those whose outcome is known
        self.known_before: set[str] = set()  # applications whose outcome was read before their start
        self.updates: dict[str, str] = {}  # update -> resident, until its outcome is known
        self.intended: set[str] = set()
        self.ledger_before: dict[str, str] | None = None
        self.decisions: dict[str, Decided] = {}
        self.dated: deque[tuple[str, Dated]] = deque(maxlen=_DATED)  # with their writers
        self.leased: dict[str, Leased] = {}
        self.closed: set[str] = set()  # writers
        self.foreign: set[str] = set()  # writers whose clock is not this host's

    def take(self, writer: str, record: object) -> None:
        match record:
            case Leased() | SegmentClosed() | ClockMeasured():
                self._take_of_workers(writer, record)
            case BatchStarted():
                self.batches_started.add(record.batch)
            case BatchEnded():
                self.batches_ended.add(record.batch)
                self.begun.pop(record.batch, None)
                if record.void:
                    self.voids[record.batch] = record.void
            case ApplicationStarted():
                self._take_start(writer, record)
            case ApplicationEnded():
                self._take_end(record)
            case SendOutcome():
                told = next((v for k, v in record.headers if k == "x-request-id"), "")
                self._claim(record.send.partition("/")[0], told)
                self._take_date(writer, record)
            case Settlement() if record.settled is not SettledAs.UNKNOWN:
                self._close(record.application)
            case LedgerBefore():
                self.ledger_before = record.digests
            case Decided():
                self.decisions.setdefault(record.batch, record)
            case UpdateIntent():
                self.intended.add(record.update)
                self.updates[record.update] = record.resident
            case UpdateOutcome() if record.result is not UpdateResult.UNRESOLVED:
                self.updates.pop(record.update, None)

    def _take_of_workers(self, writer: str, record: Leased | SegmentClosed | ClockMeasured) -> None:
        match record:
            case Leased():
                self.leased[record.application] = record
            case SegmentClosed():
                self.closed.add(writer)
            case ClockMeasured() if record.offset_ns or record.error_ns:
                self.foreign.add(record.writer)

    def _take_date(self, writer: str, outcome: SendOutcome) -> None:
        if outcome.first_byte_ns and any(name == "date" for name, _ in outcome.headers):
            one = Dated(left_ns=outcome.left_ns, answered_ns=outcome.first_byte_ns, headers=outcome.headers)
            self.dated.append((writer, one))

    def _take_start(self, writer: str, started: ApplicationStarted) -> None:
        """Take a start; what was handed to a worker was so by its master before, whose segment is read before."""
        self.asked[started.card, started.certificate.value] += 1
        self.leased.pop(started.application, None)
        if started.batch not in self.batches_ended:
            self.begun.setdefault(started.batch, set()).add(started.application)
        if started.application not in self.known_before:
            self.open[started.application] = (writer, started)
            self._hear(started.application, started.at_ns)

    def _take_end(self, ended: ApplicationEnded) -> None:
        self._hear(ended.application, ended.at_ns)
        self._claim(ended.application, ended.request_id)
        if ended.ending is not Ending.UNRESOLVED:
            self._close(ended.application)

    def _close(self, application: str) -> None:
        """Keep of an application whose outcome is known nothing but its id."""
        if self.open.pop(application, None) is None:
            self.known_before.add(application)
        self.heard_ns.pop(application, None)
        if request_id := self.ids.pop(application, ""):
            self.taken.add(request_id)

    def _hear(self, application: str, at_ns: int) -> None:
        self.heard_ns[application] = max(at_ns, self.heard_ns.get(application, 0))

    def _claim(self, application: str, request_id: str) -> None:
        if request_id:
            self.ids.setdefault(application, request_id)

    def _open(self, writer: str, begun: ApplicationStarted | Leased) -> Open:
        """Describe an application of unknown outcome; what a clock elsewhere says of it counts as said just now."""
        here = begun.application in self.heard_ns and writer not in self.foreign
        return Open(
            application=begun.application,
            resident=begun.resident,
            kiosk=begun.kiosk,
            card=begun.card,
            certificate=begun.certificate.value,
            since_ns=self.heard_ns[begun.application] if here else time.monotonic_ns(),
            request_id=self.ids.get(begun.application, ""),
        )

    def _unheard_of(self) -> dict[str, Leased]:
        """Return what was handed to workers whose journal lacks its end: it may have been begun, and may go on."""
        return {name: lease for name, lease in self.leased.items() if lease.writer not in self.closed}

    def played(self) -> Played:
        unheard_of = self._unheard_of()
        return Played(
            batches_started=frozenset(self.batches_started),
            batches_ended=frozenset(self.batches_ended),
            applications=frozenset(unheard_of).union(*self.begun.values()),
            updates=frozenset(self.intended),
            open=tuple(starmap(self._open, (*self.open.values(), *((o.writer, o) for o in unheard_of.values())))),
            request_ids=self.ids,
            taken_ids=frozenset(self.taken),
            spoilt_residents=frozenset(self.updates.values()),
            ledger_before=self.ledger_before,
            decisions=self.decisions,
            voids=self.voids,
            asked=self.asked + Counter((a.card, a.certificate.value) for a in unheard_of.values()),
            dated=tuple(one for writer, one in self.dated if writer not in self.foreign),
        )
