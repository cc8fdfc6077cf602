"""How reading kept up with a run, over all goes of one that was resumed."""

from __future__ import annotations

from harness.checks.history import HistoryView
from harness.records.verdict import ReadersLag


def readers_lag(view: HistoryView) -> ReadersLag:
    """Return how many readers there were, and how far they were behind; all zero for a run without any."""
    if not view.readers:
        return ReadersLag()
    return ReadersLag(
        processes=max(r.processes for r in view.readers),
        documents=sum(r.documents for r in view.readers),
        unread=view.readers[-1].unread,
        most_waiting=max(r.most_waiting for r in view.readers),
        longest_lag_s=max(r.longest_lag_ms for r in view.readers) / 1000,
    )
