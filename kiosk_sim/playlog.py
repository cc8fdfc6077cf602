"""What a player writes down: its segment and document pack, and its own counts, kept in plain variables apart.

The counts are one of the independent sources of the accounting identities, so they are never derived from the
journal.
"""

from __future__ import annotations

import time
from typing import Protocol

from harness.records.history import (
    ADAPTER_ERROR,
    ApplicationEnded,
    ApplicationStarted,
    Delivery,
    HistoryRecord,
    Note,
    PhaseEnded,
    PlayerCounters,
    SendIntent,
    SendOutcome,
)


class Segment(Protocol):
    """Where records go: harness.journal.SegmentWriter."""

    writer: str
    records: int

    def append(self, record: HistoryRecord) -> None:
        """Acknowledge by returning; raise DiskFull."""
        ...

    def close(self) -> None:
        """Write the closing record."""
        ...


class Documents(Protocol):
    """Where documents go: harness.journal.DocumentWriter."""

    def put(self, body: bytes) -> str:
        """Return the digest once stored; raise DiskFull."""
        ...

    def close(self) -> None:
        """Flush and close."""
        ...


class PlayLog:
    """One player's record of what it did."""

    def __init__(self, segment: Segment, documents: Documents) -> None:
        """Write to an open segment and document pack."""
        self.writer = segment.writer
        self._segment = segment
        self._documents = documents
        self.started = self.ended = self.sends = self.outcomes = self.deliveries = 0
        self._adapter_faults = 0
        self._adapter_fault = ""  # the last one
        self.adapter_fault_elsewhere = ""  # of workers whose every application it ended

    def write(self, record: HistoryRecord) -> None:
        """Append a record; raise DiskFull."""
        self._segment.append(record)
        match record:
            case ApplicationStarted():
                self.started += 1
            case ApplicationEnded():
                self.ended += 1
                if record.code == ADAPTER_ERROR:
                    self._adapter_faults += 1
                    self._adapter_fault = record.reason
            case SendIntent():
                self.sends += 1
            case SendOutcome():
                self.outcomes += 1
            case Delivery():
                self.deliveries += 1

    @property
    def adapter_fault(self) -> str:
        """The adapter's last fault where no application ended otherwise than by one, else ""."""
        return self.adapter_fault_elsewhere or (self._adapter_fault if self._adapter_faults == self.ended else "")

    @property
    def records(self) -> int:
        """Number of records in the segment; once closed, with the closing record."""
        return self._segment.records

    def ended_phase(self, phase: str, *, left: int, complete: bool, reason: str = "") -> None:
        """Write that a phase ended; it is not complete where nothing of the `left` applications was played."""
        if complete and left and not self.started:
            complete, reason = False, f"none of its {left} applications could be played"
        self.write(PhaseEnded(phase=phase, at_ns=time.monotonic_ns(), complete=complete, reason=reason))

    def store(self, body: bytes) -> str:
        """Store a document and return its digest; its Delivery record must follow. Raises DiskFull."""
        return self._documents.put(body)

    def note(self, text: str) -> None:
        """Write down what steers nothing but must not be forgotten; raise DiskFull."""
        self.write(Note(at_ns=time.monotonic_ns(), text=text))

    def close(self) -> None:
        """Write the counts, then the closing record; raise DiskFull, which leaves the segment unclosed."""
        self.write(
            PlayerCounters(
                started=self.started,
                ended=self.ended,
                sends=self.sends,
                outcomes=self.outcomes,
                deliveries=self.deliveries,
                at_ns=time.monotonic_ns(),
            )
        )
        self._documents.close()
        self._segment.close()
