"""What earlier players of this run have already done, so that a resumed run never does it twice."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from harness.journal import RunFolder, read_history
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchStarted,
    Ending,
    SettledAs,
    Settlement,
    UpdateIntent,
    UpdateOutcome,
    UpdateResult,
)
from harness.records.plan import Batch


class Torn(Struct, frozen=True, kw_only=True):
    """An application that began and was never seen to end, or ended unresolved; and who is retired by it."""

    application: str
    resident: str
    kiosk: str


class Played(Struct, frozen=True, kw_only=True):
    """The past of a run."""

    batches_started: frozenset[str]
    batches_ended: frozenset[str]
    applications: frozenset[str]  # started
    updates: frozenset[str]  # intended
    open: tuple[Torn, ...]
    spoilt_residents: frozenset[str]  # of an update of unknown outcome

    def left_of(self, batch: Batch) -> Batch | None:
        """Return what is still to be played of a batch; None where it has ended."""
        if batch.batch in self.batches_ended:
            return None
        return replace(
            batch,
            applications=tuple(a for a in batch.applications if a.application not in self.applications),
            updates=tuple(u for u in batch.updates if u.update not in self.updates),
        )


def read_played(folder: RunFolder) -> Played:
    """Read the past out of the journal; raise RunDamaged."""
    past = _Past()
    for entry in read_history(folder):
        past.take(entry.record)
    return past.played()


class _Past:
    """Gathers while reading."""

    def __init__(self) -> None:
        self.batches_started: set[str] = set()
        self.batches_ended: set[str] = set()
        self.started: dict[str, Torn] = {}
        self.closed: set[str] = set()  # applications with a known ending
        self.updates: dict[str, str] = {}  # update -> resident, until its outcome is known

        self.intended: set[str] = set()

    def take(self, record: object) -> None:
        match record:
            case BatchStarted():
                self.batches_started.add(record.batch)
            case BatchEnded():
                self.batches_ended.add(record.batch)
            case ApplicationStarted():
                self.started[record.application] = Torn(
                    application=record.application, resident=record.resident, kiosk=record.kiosk
                )
            case ApplicationEnded() if record.ending is not Ending.UNRESOLVED:
                self.closed.add(record.application)
            case Settlement() if record.settled is not SettledAs.UNKNOWN:
                self.closed.add(record.application)
            case UpdateIntent():
                self.intended.add(record.update)
                self.updates[record.update] = record.resident
            case UpdateOutcome() if record.result is not UpdateResult.UNRESOLVED:
                self.updates.pop(record.update, None)

    def played(self) -> Played:
        return Played(
            batches_started=frozenset(self.batches_started),
            batches_ended=frozenset(self.batches_ended),
            applications=frozenset(self.started),
            updates=frozenset(self.intended),
            open=tuple(torn for name, torn in self.started.items() if name not in self.closed),
            spoilt_residents=frozenset(self.updates.values()),
        )
