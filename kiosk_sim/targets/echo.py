"""The self-proof's interface: sends that carry an identity, and answers that must carry the same one back."""

from __future__ import annotations

from harness.records.history import Ending
from harness.records.plan import PlannedUpdate, Step
from harness.records.target import Target
from kiosk_sim.targets.actions import (
    Answered,
    Builds,
    Deliver,
    End,
    Failed,
    Health,
    Ledger,
    Send,
    Session,
    UpdateEnd,
    Wait,
)
from kiosk_sim.targets.endings import Asked, unanswered, unexpected
from kiosk_sim.targets.order import Order

_PAUSE_MS = 30.0  # between the sends: longer than the endpoint takes to close an idle connection


class EchoAdapter:
    """Speaks to kiosk_sim.counting."""

    def __init__(self, target: Target) -> None:
        """Need nothing of the target file."""

    def issue(self, order: Order) -> Session[End]:
        """Send twice, the second time to be answered with a document."""
        body = b""
        for number, step in enumerate((Step.AUTHENTICATE, Step.APPLY), 1):
            answer = yield Send(
                method="POST",
                path="/echo",
                step=step,
                headers=(("x-identity", identity(order.kiosk, order.card)),),
                body=f"{order.application}/{number}".encode(),
                document=step is Step.APPLY,
            )
            if isinstance(answer, Failed):
                return unanswered(answer, Asked.NOW)
            assert isinstance(answer, Answered)
            if answer.status != 200:
                return unexpected(answer, Asked.NOW)
            body = answer.body
            yield Wait(ms=_PAUSE_MS, step=Step.TAKE_CARD)
        yield Deliver(body=body)
        return End(ending=Ending.DELIVERED)

    def update(self, update: PlannedUpdate) -> Session[UpdateEnd]:
        """Not offered."""
        raise NotImplementedError("the self-proof's endpoint has no register")

    def ledger(self) -> Session[Ledger]:
        """Not offered."""
        raise NotImplementedError("the self-proof's endpoint has no ledger")

    def builds(self) -> Session[Builds]:
        """Not offered."""
        raise NotImplementedError("the self-proof's endpoint has no nodes")

    def probe(self) -> Session[Health]:
        """Not offered."""
        raise NotImplementedError("the self-proof's endpoint is not probed")


def identity(kiosk: str, card: str) -> str:
    """Return what a kiosk's answers must carry while `card` is on it."""
    return f"{kiosk} {card}"
