"""Asks the target beside the visits: health, builds, the ledger as found. A failing adapter or target answers too."""

from __future__ import annotations

import time

from harness.records.history import LedgerBefore, NodeSeen, TargetHealth
from kiosk_sim.drivers.perform import SessionFault
from kiosk_sim.matching import digest_of
from kiosk_sim.played import read_played
from kiosk_sim.stage import Stage


def ask_health(stage: Stage) -> TargetHealth:
    """Return whether the target works, with the reason where it does not."""
    try:
        health = stage.performer.ask(stage.adapter.probe())
    except SessionFault as e:
        return TargetHealth(at_ns=time.monotonic_ns(), alive=False, reason=str(e))
    return TargetHealth(at_ns=time.monotonic_ns(), alive=health.alive, reason=health.reason)


def write_builds(stage: Stage) -> tuple[NodeSeen, ...]:
    """Journal each node's build: as measured, or as declared where the target does not tell; return them."""
    try:
        measured = stage.performer.ask(stage.adapter.builds()).nodes
    except SessionFault:
        measured = ()
    at_ns = time.monotonic_ns()
    seen = [NodeSeen(node=n.node, build=n.build, source="measured", at_ns=at_ns) for n in measured]
    told = {n.node for n in measured}
    for node in stage.target.nodes:
        if node.build and node.id not in told:
            seen.append(NodeSeen(node=node.id, build=node.build, source="declared", at_ns=at_ns))
    for record in seen:
        stage.log.write(record)
    return tuple(seen)


def write_ledger_before(stage: Stage) -> None:
    """Journal the ledger as the run finds it, unless something was played already or it cannot be read whole."""
    if not stage.target.ledger or read_played(stage.folder).asked:
        return
    try:
        ledger = stage.performer.ask(stage.adapter.ledger())
    except SessionFault:
        return  # noted in the journal; what is then found there later counts as perhaps older than the run
    if not ledger.complete:
        stage.log.note(f"the ledger could not be read before the run: {ledger.reason}")
        return
    digests = {entry.request_id: digest_of(entry) for entry in ledger.entries}
    stage.log.write(LedgerBefore(at_ns=time.monotonic_ns(), digests=digests))
