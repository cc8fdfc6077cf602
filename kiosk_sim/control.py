"""Asks the target beside the visits: health and builds. A failing adapter or target is an answer too."""

from __future__ import annotations

import time

from harness.records.history import NodeSeen, TargetHealth
from kiosk_sim.drivers.perform import SessionFault
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
