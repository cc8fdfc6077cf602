"""Faults from outside as exposure: how often each was injected, met somebody's application, or never came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from harness.checks.history import HistoryView
from harness.glossary import word
from harness.judge.faults import fault_span
from harness.records.faults import LineFault
from harness.records.verdict import FaultMet, Reason

Times = npt.NDArray[np.int64]
_PURPOSE = "fault:"  # of the batches that harness.campaign.faults plans


def faults_met(view: HistoryView, starts: Times, ends: Times) -> tuple[FaultMet, ...]:
    """Count faults by kind, in the order of their names; `starts` and `ends` (ns) say when applications were under way.

    A line fault is injected into an application's own request, so that each is met by one.
    """
    rows = [
        FaultMet(kind=how.value, on=step.value, injected=count, met=count, applications=count)
        for (how, step), count in view.line_faults.items()
    ]
    injected, met, applications = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for fault in view.faults:
        span = fault_span(view, fault)
        if span is None or fault.planned.fault not in view.fault_ends:  # nobody knows whether it took hold
            continue
        kind = (fault.planned.how.value if fault.planned.how else "command", fault.planned.on)
        beside = int(((starts <= span[1]) & (ends >= span[0])).sum())
        injected[kind] += 1
        met[kind] += beside > 0
        applications[kind] += beside
    rows += [
        FaultMet(kind=kind[0], on=kind[1], injected=injected[kind], met=met[kind], applications=applications[kind])
        for kind in injected
    ]
    return tuple(sorted(rows, key=lambda row: (row.kind, row.on)))


def lines_never_met(view: HistoryView, purposes: Iterable[str]) -> Iterator[Reason]:
    """Yield the line faults that were planned (`purposes` of batches that began) and that nobody's line ever met."""
    met = {(how.value, step.value) for how, step in view.line_faults}
    for purpose, count in Counter(purposes).items():
        how, _, step = purpose.removeprefix(_PURPOSE).partition("-at-")
        if purpose.startswith(_PURPOSE) and how in set(LineFault) and (how, step) not in met:
            yield Reason(
                code="fault_never_met",
                ja=f"「{word(step, 'ja')}」での{word(how, 'ja')}を {count} 件計画したが、その通信が行われなかったか、"
                "切るところまで進まなかったため、一度も起きなかった",
                en=f"{word(how, 'en')} at the step '{word(step, 'en')}' was planned {count} times and never came about:"
                " that request was not made, or did not get as far",
            )
