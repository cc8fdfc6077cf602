"""Faults from outside that the target file allows: of kiosks' lines, of links and of nodes; each with its aftermath."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from msgspec.structs import replace

from harness.campaign.author import Author
from harness.campaign.crowd import crowd
from harness.campaign.scenario import Faults
from harness.records.faults import LineFault, LinkFault, PlannedFault
from harness.records.plan import Batch, BatchKind, PlannedApplication, PlannedLineFault, Step

_BEFORE_MS = 300.0  # people are being served when it begins
_SLOW_MS = 5_000.0
_DELAY_MS, _JITTER_MS = 200.0, 100.0  # of a link: a far line on a bad day
_BYTES_PER_S = 32_000.0


def fault_batches(phase: Faults, author: Author) -> Iterator[Batch]:
    """Yield, for every fault that is allowed, people who meet it and those who come after it."""
    numbers = itertools.count(1)
    for _ in range(phase.rounds):
        for step, how in itertools.product(phase.line_steps, LineFault) if author.target.faults.line else ():
            yield _row(phase, author, step, how)
        for planned in _outside(phase, author):
            fault = replace(planned, fault=f"{phase.phase}-F{next(numbers):03d}")
            what = f"{fault.on}-{fault.how or 'command'}"
            rows = list(crowd(phase, author, [*range(phase.kiosks)] * phase.per_kiosk))
            yield replace(author.batch(phase, BatchKind.CLOSED, rows, f"fault:{what}"), faults=(fault,))
            stampede = list(crowd(phase, author, range(phase.stampede)))
            yield author.batch(phase, BatchKind.BURST, stampede, f"stampede:after-{what}")


def _outside(phase: Faults, author: Author) -> Iterator[PlannedFault]:
    """Yield the faults of links and nodes, not numbered yet."""
    begin = PlannedFault(fault="", on="", start_ms=_BEFORE_MS, lasts_ms=phase.lasts_s * 1000.0)
    allowed = author.target.faults
    for link, how in itertools.product(allowed.link, LinkFault):
        planned = replace(begin, on=link.name, how=how)
        if how is LinkFault.DELAY:
            planned = replace(planned, delay_ms=_DELAY_MS, jitter_ms=_JITTER_MS)
        elif how is LinkFault.BANDWIDTH:
            planned = replace(planned, bytes_per_s=_BYTES_PER_S)
        yield planned
    for command in allowed.command:
        yield replace(begin, on=command.name, lasts_ms=min(begin.lasts_ms, command.longest_s * 1000.0))


def _row(phase: Faults, author: Author, step: Step, how: LineFault) -> Batch:
    """Plan somebody whose line fails, and the next customers on the same kiosk, node and connection."""
    kiosk = author.rng.randrange(author.scenario.kiosks)
    node, lane = author.node(), author.lane(kiosk)
    row: list[PlannedApplication] = []
    for _ in range(3):
        kind, used = author.rng.choice(author.kinds(phase)), [one.resident for one in row]
        row.append(author.application(phase, kind, kiosk=kiosk, node=node, besides=used, lane=lane))
    met = PlannedLineFault(step=step, how=how, lasts_ms=_SLOW_MS if how is LineFault.SLOW_READ else 0.0)
    row[0] = replace(row[0], line_fault=met)
    return author.batch(phase, BatchKind.SEQUENCE, row, f"fault:{how}-at-{step}")
