"""What faults from outside leave in doubt: whether each was undone, and what was done to the target is told."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.history import Application, HistoryView
from harness.records.history import FaultStarted
from harness.records.verdict import Reason

_FOR_EVER_NS = 2**63 - 1
_CHECK_EN = "look at the target before it serves anybody"
_CHECK_JA = "運用に戻す前に対象システムを確かめること"


def fault_doubts(view: HistoryView) -> Iterator[Reason]:
    """Yield a reason for each fault of which nobody journaled that it was undone."""
    for started in view.faults:
        ended = view.fault_ends.get(started.planned.fault)
        what = f"{started.planned.fault} ({started.planned.on})"
        if ended is None and started.planned.how is not None:
            yield Reason(
                code="fault_end_unknown",
                ja=f"障害 {what} を解いた記録がない。接続は、命じた側が終わると自ら元どおりに通し、やがて終了する。"
                f"{_CHECK_JA}",
                en=f"nothing in the journal says that fault {what} was undone; a link passes everything again once its "
                f"player is gone, and ends somewhat later; {_CHECK_EN}",
            )
        elif ended is None:
            yield Reason(
                code="fault_end_unknown",
                ja=f"障害 {what} を解いた記録がない(見張りの記録は faults/undone.jsonl)。{_CHECK_JA}",
                en=f"nothing in the journal says that fault {what} was undone; its watchdog's own word is in "
                f"faults/undone.jsonl; {_CHECK_EN}",
            )
        elif not ended.undone:
            yield Reason(
                code="fault_not_undone",
                ja=f"障害 {what} を解けなかった({_undo(started)}): {ended.reason}。{_CHECK_JA}",
                en=f"fault {what} could not be undone ({_undo(started)}): {ended.reason}; {_CHECK_EN}",
            )


def fault_span(view: HistoryView, started: FaultStarted) -> tuple[int, int] | None:
    """Return from when to when (ns) a fault lasted; to the end of the run where its end is not known.

    None where it never took hold.
    """
    end = view.fault_ends.get(started.planned.fault)
    if end is None:
        return started.at_ns, _FOR_EVER_NS
    return (end.from_ns or started.at_ns, end.at_ns) if end.inflicted else None


def fault_spans(view: HistoryView) -> tuple[tuple[int, int], ...]:
    """Return from when to when (ns) faults lasted, those left out that never took hold."""
    return tuple(span for started in view.faults if (span := fault_span(view, started)) is not None)


def meets(one: Application, spans: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether somebody was being served while one of the faults lasted."""
    return any(one.started_ns <= end_ns and begin_ns <= one.ended_ns for begin_ns, end_ns in spans)


def _undo(started: FaultStarted) -> str:
    return " ".join(started.undo)
