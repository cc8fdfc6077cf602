"""The reference issuer's interface (mock_issuer/openapi.yaml): the visit, register updates, ledger, nodes, health."""

from __future__ import annotations

import msgspec

from harness.records.history import UpdateResult
from harness.records.plan import PlannedUpdate, Step
from harness.records.target import Client, Target
from kiosk_sim.targets.actions import (
    Answered,
    Builds,
    End,
    Failed,
    Health,
    Ledger,
    NodeBuild,
    Send,
    Session,
    UpdateEnd,
)
from kiosk_sim.targets.endings import describe, update_unanswered
from kiosk_sim.targets.order import Intrusion, Order
from kiosk_sim.targets.reference_messages import LedgerLine, NodeLine, Refusal, Version, entry_of, post, read
from kiosk_sim.targets.reference_probes import PROBES, ProbedVisit
from kiosk_sim.targets.reference_visit import Visit


class ReferenceAdapter:
    """Speaks to the reference issuer as a kiosk (or, with client = "card", as the card's own device)."""

    probes = PROBES

    def __init__(self, target: Target) -> None:
        """Take what is needed of the target file. Raises ValueError for client = "centre": it has no such interface."""
        if target.client is Client.CENTRE:
            raise ValueError('the reference issuer is the centre itself; use client = "kiosk" or "card"')
        self._fees = target.fees

    def issue(self, order: Order) -> Session[End]:
        """Authenticate, take the card back, apply, pay, collect every copy, acknowledge, close."""
        return Visit(order, fees=self._fees).play()

    def intrude(self, order: Order, intrusion: Intrusion) -> Session[End]:
        """Visit, and have somebody else, or nobody any more, ask for the document."""
        return ProbedVisit(order, intrusion, fees=self._fees).play()

    def update(self, update: PlannedUpdate) -> Session[UpdateEnd]:
        """Change one field of one resident."""
        body = {"update": update.update, "resident": update.resident, "field": update.field, "value": update.value}
        answer = yield post("/v1/register/updates", body, Step.CONTROL)
        if isinstance(answer, Failed):
            return update_unanswered(answer)
        assert isinstance(answer, Answered)
        if answer.status == 200 and (done := read(answer, Version)):
            return UpdateEnd(result=UpdateResult.APPLIED, version=str(done.version))
        if answer.status in (404, 409) and (refusal := read(answer, Refusal)):
            return UpdateEnd(result=UpdateResult.FAILED, reason=f"{refusal.code}: {refusal.message}")
        return UpdateEnd(result=UpdateResult.UNRESOLVED, reason=describe(answer))

    def ledger(self) -> Session[Ledger]:
        """Read the whole ledger."""
        answer = yield Send(method="GET", path="/v1/ledger", step=Step.CONTROL)
        if isinstance(answer, Failed):
            return Ledger(entries=(), complete=False, reason=answer.reason)
        assert isinstance(answer, Answered)
        if answer.status != 200:
            return Ledger(entries=(), complete=False, reason=describe(answer))
        try:
            lines = msgspec.json.Decoder(LedgerLine).decode_lines(answer.body)
        except msgspec.DecodeError as e:
            return Ledger(entries=(), complete=False, reason=f"a line of the ledger is not as agreed: {e}")
        return Ledger(entries=tuple(entry_of(line) for line in lines), complete=True)

    def builds(self) -> Session[Builds]:
        """Ask the centre for its nodes."""
        answer = yield Send(method="GET", path="/v1/nodes", step=Step.CONTROL)
        if isinstance(answer, Failed):
            return Builds(nodes=(), reason=answer.reason)
        assert isinstance(answer, Answered)
        if answer.status != 200:
            return Builds(nodes=(), reason=describe(answer))
        try:
            nodes = msgspec.json.decode(answer.body, type=tuple[NodeLine, ...])
        except msgspec.DecodeError as e:
            return Builds(nodes=(), reason=f"the list of nodes is not as agreed: {e}")
        return Builds(nodes=tuple(NodeBuild(node=n.node, build=n.build, alive=n.alive) for n in nodes))

    def probe(self) -> Session[Health]:
        """Ask the centre for its health, then for its nodes: all must be alive."""
        answer = yield Send(method="GET", path="/v1/health", step=Step.CONTROL)
        if isinstance(answer, Failed):
            return Health(alive=False, reason=answer.reason)
        assert isinstance(answer, Answered)
        if answer.status != 200:
            return Health(alive=False, reason=describe(answer))
        builds = yield from self.builds()
        dead = ", ".join(n.node for n in builds.nodes if not n.alive)
        return Health(alive=not dead, reason=f"nodes not alive: {dead}" if dead else "")
