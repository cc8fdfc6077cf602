"""A send's two records in the journal, in the order that makes them worth something: intent, bytes, outcome."""

from __future__ import annotations

import time

from harness.records.history import Answer, SendIntent, SendOutcome
from kiosk_sim.drivers.gate import Gate
from kiosk_sim.drivers.routing import Routing
from kiosk_sim.drivers.transport import Depart, Exchanged, Fire, Request
from kiosk_sim.playlog import PlayLog
from kiosk_sim.targets.actions import Failed, Send


class Leaving:
    """One send's two records: the intent before its bytes leave, and its outcome."""

    def __init__(self, id_: str, send: Send, request: Request, application: str, log: PlayLog) -> None:
        """`id_` is unique in the run; `application` is empty for control requests."""
        self._id = id_
        self._send = send
        self._bytes = len(request.body)
        self._application = application
        self._log = log
        self._told = False

    def depart(self, gate: Gate | None) -> Depart:
        """Return what the transport calls when its connection is ready."""

        def depart(connection: str, fire: Fire) -> None:
            self._intend(connection)
            if gate is None:
                fire()
            else:
                gate.hold(self._application, fire)

        return depart

    def _intend(self, connection: str) -> None:
        self._log.write(
            SendIntent(
                send=self._id,
                application=self._application,
                step=self._send.step,
                where=f"{self._send.method} {self._send.where or self._send.path}",
                connection=connection,
                at_ns=time.monotonic_ns(),
                bytes=self._bytes,
            )
        )
        self._told = True

    def came_of(self, exchanged: Exchanged, routing: Routing) -> None:
        """Journal the outcome, and the intent too where no connection could be made."""
        if not self._told:
            self._intend("")
        result = exchanged.result
        self._log.write(
            SendOutcome(
                send=self._id,
                answer=result.answer if isinstance(result, Failed) else Answer.ANSWERED,
                at_ns=exchanged.done_ns,
                left_ns=exchanged.left_ns,
                first_byte_ns=exchanged.first_byte_ns,
                status=result.status,
                bytes=exchanged.received,
                headers=routing.identifying(result.headers),
                reason=result.reason if isinstance(result, Failed) else "",
                fault=exchanged.fault,
            )
        )

    def stopped(self, e: BaseException) -> None:
        """Journal that the player itself broke off, so that no intent stays without outcome."""
        if self._told:
            self._log.write(
                SendOutcome(
                    send=self._id,
                    answer=Answer.ABORTED,
                    at_ns=time.monotonic_ns(),
                    reason=f"broken off by the player: {type(e).__name__}",
                )
            )
