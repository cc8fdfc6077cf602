"""What plug-in adapters derive from: they add `issue`, and override what else their target offers."""

from __future__ import annotations

from harness.records.history import UpdateResult
from harness.records.plan import PlannedUpdate, Step
from harness.records.target import Target
from kiosk_sim.targets.actions import Builds, Failed, Health, Ledger, Send, Session, UpdateEnd


class BasicAdapter:
    """Takes no updates, has no ledger, names no build; its target is alive where it answers at all."""

    def __init__(self, target: Target) -> None:
        """Keep the target file's record: `extra` holds what the plug-in needs."""
        self.target = target

    def update(self, update: PlannedUpdate) -> Session[UpdateEnd]:
        """Change nothing, and say so."""
        yield from ()
        return UpdateEnd(result=UpdateResult.FAILED, reason="the adapter offers no updates")

    def ledger(self) -> Session[Ledger]:
        """Read nothing, and say so."""
        yield from ()
        return Ledger(entries=(), complete=False, reason="the adapter offers no ledger")

    def builds(self) -> Session[Builds]:
        """Name no node: what the target file declares stands."""
        yield from ()
        return Builds(nodes=())

    def probe(self) -> Session[Health]:
        """Ask for the target's URL itself; any complete answer will do."""
        answer = yield Send(method="GET", path="/", step=Step.CONTROL)
        return Health(alive=False, reason=answer.reason) if isinstance(answer, Failed) else Health(alive=True)
