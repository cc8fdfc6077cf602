"""What the census of workers leaves in doubt: who did not come, who was lost, whose journal or clock is not known."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.history import HistoryView
from harness.records.history import WorkerCensus, WorkerState
from harness.records.verdict import Reason


def worker_doubts(view: HistoryView) -> Iterator[Reason]:
    """Yield a reason for each worker that stayed away, and for each that came and left no complete journal.

    A worker that was lost and whose journal arrived whole later leaves nothing in doubt by itself.
    """
    resumed_ns = max(view.resumed_ns, default=0)
    joined = {(w.worker, w.phase): w for w in view.workers if w.state is WorkerState.JOINED}
    ends = {(w.worker, w.phase): w for w in view.workers if w.state in {WorkerState.LOST, WorkerState.LEFT}}
    segments = {s.writer: s for s in view.segments}
    for absent in (w for w in view.workers if w.state is WorkerState.ABSENT and w.at_ns > resumed_ns):
        yield _absent(absent)
    for key, worker in sorted(joined.items()):
        segment, end = segments.get(worker.writer), ends.get(key)
        there = segment.records if segment is not None and segment.closed else 0
        told = end.records if end is not None else 0
        if not there or told > there:
            yield _lost(worker, end, segment.records if segment is not None else 0)
    played = set(view.applications.strings("writer")) if view.clocks_unknown else set()
    for writer in sorted(view.clocks_unknown & played):
        yield Reason(
            code="clock_unknown",
            ja=f"記録者 {writer} の時計が測られておらず、時刻を比べられない",
            en=f"the clock of writer {writer} was never measured: its times cannot be compared",
        )


def _absent(worker: WorkerCensus) -> Reason:
    return Reason(
        code="worker_absent",
        ja=f"作業機 {worker.worker} が時間内に参加しなかった",
        en=f"worker {worker.worker} {worker.reason}",
    )


def _lost(worker: WorkerCensus, end: WorkerCensus | None, records: int) -> Reason:
    """Say what became of a worker, and how much of its journal is here: that is judged all the same."""
    where = f"{worker.worker} (host {worker.host}, process {worker.pid}, phase {worker.phase})"
    if end is not None and end.state is WorkerState.LEFT:
        return Reason(
            code="journal_late",
            ja=f"作業機 {where} の記録が揃っていない({end.records} 件のうち {records} 件)",
            en=f"the journal of worker {where} is not here to its end ({records} of {end.records} records)",
        )
    why = end.reason if end is not None else "its end was never told"
    return Reason(
        code="worker_lost",
        ja=f"作業機 {where} が途中で失われた。届いた記録 {records} 件は判定に含めた",
        en=f"worker {where} was lost ({why}); the {records} records it left are judged",
    )
