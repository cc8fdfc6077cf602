"""Finds where the clocks of a target's nodes begin their seconds: from answers so far, then by probes timed between.

Every answer of the run so far that carries a `Date` header narrows the interval; probes are the target's own liveness
request, each an ordinary journaled send.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec.structs import replace

from harness.records.history import SecondFound
from harness.records.plan import Batch
from kiosk_sim.drivers.perform import SessionFault
from kiosk_sim.played import Dated
from kiosk_sim.second import ServerSecond, epoch_second
from kiosk_sim.stage import Stage
from kiosk_sim.targets.actions import Action, Answered, Headers, Result, Send, Session

T = TypeVar("T")
Heard = Callable[[int, int, Headers], None]

_WELL_ENOUGH_NS = 5_000_000  # of error: a tenth of the shortest distance from a second's end that pairs are set at
_MOST_PROBES = 12  # ten halve a second to a millisecond; what is left then is the time an answer takes
_NO_DATE = "no answer carried a Date header"


class TargetClock:
    """The seconds of all nodes that a phase sets pairs by."""

    def __init__(self, stage: Stage, heard: Iterable[Dated]) -> None:
        """Start from what was heard in the run so far."""
        self._stage = stage
        self._seconds: dict[str, ServerSecond] = {}
        for one in heard:
            self._hear(_node_of(stage, one.headers), one.left_ns, one.answered_ns, one.headers)

    def find(self, batches: Iterable[Batch]) -> None:
        """Narrow the seconds of every node that a batch is set by, and journal them. Takes up to 12 s a node."""
        for node in dict.fromkeys(_first_node(b) for b in batches if b.phase_ms is not None and b.main):
            probes = self._probe(node)
            self._stage.log.write(self._found(node, probes))

    def instant_ns(self, batch: Batch, lead_ns: int) -> int | None:
        """Return when `batch` is to be released, `lead_ns` from now or later; None where it is set by no clock.

        What is left of a batch that was torn by an interruption may have nobody in it whom it was set for.
        """
        second = self._seconds.get(_first_node(batch)) if batch.main else None
        if batch.phase_ms is None or second is None:
            return None
        ahead_ms = min(a.gap_ms for a in batch.main)  # the load ahead of them leaves at the release
        return second.next_ns(batch.phase_ms - ahead_ms, time.monotonic_ns() + lead_ns)

    def _probe(self, node: str) -> int:
        """Probe until the second is known well enough, or probes bring no more; return how many there were."""
        for number in range(_MOST_PROBES):
            second = self._seconds.get(node)
            if second is not None and second.error_ns <= _WELL_ENOUGH_NS:
                return number
            if second is not None:
                time.sleep(max(0, second.probe_ns(time.monotonic_ns()) - time.monotonic_ns()) / 1e9)
            self._ask(node)
            if node not in self._seconds:
                return number + 1
        return _MOST_PROBES

    def _ask(self, node: str) -> None:
        def heard(sent_ns: int, answered_ns: int, headers: Headers) -> None:
            self._hear(node, sent_ns, answered_ns, headers)

        try:
            self._stage.performer.ask(timed(self._stage.adapter.probe, node, heard))
        except SessionFault:
            return  # noted in the journal; what is then not known is told by `find`

    def _hear(self, node: str, sent_ns: int, answered_ns: int, headers: Headers) -> None:
        second = epoch_second(next((v for k, v in headers if k == "date"), ""))
        if second is not None:
            self._seconds.setdefault(node, ServerSecond()).hear(sent_ns, answered_ns, second)

    def _found(self, node: str, probes: int) -> SecondFound:
        second, at_ns = self._seconds.get(node), time.monotonic_ns()
        if second is None:
            return SecondFound(node=node, at_ns=at_ns, probes=probes, reason=_NO_DATE)
        return SecondFound(
            node=node,
            at_ns=at_ns,
            begins_ns=second.next_ns(0.0, at_ns),
            error_ns=second.error_ns,
            probes=probes,
            reason="the clock was set meanwhile" if second.contradictions else "",
        )


def _node_of(stage: Stage, headers: Headers) -> str:
    name = stage.target.node_header.lower()
    return next((v for k, v in headers if k == name), "") if name else ""


def _first_node(batch: Batch) -> str:
    """Return the node of whoever leaves first: by its clock a pair is set."""
    return min(batch.main, key=lambda a: a.gap_ms).node or ""


def timed(begin: Callable[[], Session[T]], node: str, heard: Heard) -> Session[T]:
    """Play a control session at a node, telling when each of its requests left and was answered, and the headers."""
    session = begin()
    try:
        action: Action = next(session)
        while True:
            if isinstance(action, Send) and node:
                action = replace(action, node=node)
            sent_ns = time.monotonic_ns()
            result: Result = yield action
            if isinstance(result, Answered):
                heard(sent_ns, time.monotonic_ns(), result.headers)
            action = session.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
