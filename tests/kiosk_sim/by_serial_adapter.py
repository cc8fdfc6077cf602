"""The smallest adapter of a centre: a serial is sent, and what comes back is the document."""

from __future__ import annotations

from kiosk_sim.targets import Answered, BasicAdapter, Deliver, End, Ending, Order, Send, Session, Step


class BySerial(BasicAdapter):
    """Opens and applies."""

    def issue(self, order: Order) -> Session[End]:
        body = order.card.encode()
        yield Send(method="POST", path="/", body=body, step=Step.OPEN)
        answer = yield Send(method="POST", path="/", body=body, step=Step.APPLY)
        assert isinstance(answer, Answered)
        yield Deliver(body=answer.body)
        return End(ending=Ending.DELIVERED)
