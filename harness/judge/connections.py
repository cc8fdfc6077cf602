"""Tells which applications went over one connection: asked of the journal only where something is to be explained."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from harness.checks.history import NEVER, HistoryView
from harness.records.history import HistoryRecord, SendIntent
from harness.records.plan import Step

_OF_THE_DOCUMENT = frozenset({Step.APPLY, Step.COLLECT})


def connections_of(view: HistoryView, records: Iterable[tuple[str, int, HistoryRecord]]) -> Sequence[int]:
    """Return for every application a number of the connection that it was last asking for its document on.

    Equal numbers mean one connection, NEVER that nobody knows; they mean nothing beyond one process. Eight bytes for
    every application, and one more pass over the journal.
    """
    numbers = array("q", [NEVER]) * len(view.applications)
    for _, _, record in records:
        if not isinstance(record, SendIntent) or record.step not in _OF_THE_DOCUMENT or not record.connection:
            continue
        place = view.places.get(record.application, NEVER)
        if place != NEVER:
            numbers[place] = hash(record.connection)  # of 64 bits, and never -1
    return numbers
