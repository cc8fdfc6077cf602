"""Does what a session asks for, one action after the other, for one application or one control session.

Intent is journaled before effect: a send's before its bytes leave, a document is stored before its delivery is told.
"""

from __future__ import annotations

import hashlib
import time

from msgspec import Struct
from msgspec.structs import replace

from harness.records.faults import LineFault
from harness.records.history import Answer, Delivery, NodeSeen, Probed
from harness.records.plan import AbortHow, PlannedAbort, PlannedLineFault, PlannedProbe, Step
from harness.records.target import Client, Target
from kiosk_sim.drivers.gate import Gate
from kiosk_sim.drivers.leaving import Leaving
from kiosk_sim.drivers.outside import await_file, run_program
from kiosk_sim.drivers.routing import Routing
from kiosk_sim.drivers.transport import Bounds, Exchanged, Holder, Request, Transport
from kiosk_sim.playlog import PlayLog
from kiosk_sim.targets.actions import (
    Abandon,
    Abort,
    Action,
    Answered,
    AwaitFile,
    Deliver,
    Delivered,
    Done,
    Failed,
    Result,
    Run,
    Send,
    Tried,
    Wait,
)


class GaveUp(Exception):
    """The applicant is gone; the session is not resumed."""

    def __init__(self, how: AbortHow, reason: str, fault: LineFault | None = None) -> None:
        """Say how and when; `fault` is what was done to the line, if that is why."""
        super().__init__(reason)
        self.how = how
        self.reason = reason
        self.code = fault.value if fault else how.value


class Ground(Struct, frozen=True, kw_only=True):
    """What all sessions of a player stand on."""

    target: Target
    routing: Routing
    transport: Transport
    log: PlayLog
    builds_seen: set[tuple[str, str]]  # (node, build) already journaled


class Who(Struct, frozen=True, kw_only=True):
    """For whom an act is: an application at its kiosk, or, with an empty application, a control session."""

    name: str  # begins the ids of its sends; unique in the run
    holder: Holder
    application: str = ""
    node: str | None = None
    abort: PlannedAbort | None = None
    line_fault: PlannedLineFault | None = None
    gate: Gate | None = None
    lane: int | None = None  # connection of the centre's pool; None: any that is free
    probe: PlannedProbe | None = None

    @property
    def other(self) -> Holder:
        """The second person of the probe."""
        return Holder(self.probe.kiosk, self.probe.card) if self.probe and self.probe.card else self.holder


class Act:
    """One session's doings."""

    def __init__(self, ground: Ground, who: Who) -> None:
        """Begin; nothing is sent yet."""
        self._ground = ground
        self._who = who
        self._abort = who.abort
        self._line_fault = who.line_fault
        self._gate = who.gate
        self._abort_from_ns = 0  # when the wait began that the applicant will hang up in
        self._sends = 0
        self._deliveries = 0
        self.copies = 0  # whole documents received
        self.node = ""  # as the target last named it

    def do(self, action: Action) -> Result:
        """Do one action and return its result; raise Abandon, GaveUp, IllegalRequest or DiskFull."""
        self._give_up_before(action)
        match action:
            case Send():
                return self._send(action)
            case Wait():
                return self._wait(action)
            case Deliver():
                return self._deliver(action)
            case AwaitFile():
                return await_file(action, self._body_bytes)
            case Run():
                return run_program(action, self._ground.target)
            case Abort():
                raise GaveUp(action.how, action.reason)
            case Tried():
                return self._tried(action)

    @property
    def _body_bytes(self) -> int:
        return int(self._ground.target.limits.body_mb * 1_000_000)

    def _give_up_before(self, action: Action) -> None:
        """Carry out a planned cancel or walk-away, after idling if that is planned, when its step comes."""
        abort = self._abort
        step = None if isinstance(action, (Deliver, Abort, Tried)) else action.step
        if abort is None or abort.how is AbortHow.DISCONNECT or step is not abort.step:
            return
        self._abort = None
        if abort.how is AbortHow.CANCEL:
            raise Abandon(abort.step)
        if abort.how is AbortHow.TIME_OUT:
            time.sleep(abort.after_ms / 1000.0)
        raise GaveUp(abort.how, f"walked away before {abort.step}")

    def _wait(self, wait: Wait) -> Done:
        left_s = None
        if wait.step is Step.TAKE_CARD or self._abort_from_ns:
            left_s = self._patience_s(wait.step)
        if left_s is not None and left_s * 1000.0 < wait.ms:
            time.sleep(left_s)
            raise self._hung_up(f"hung up during {wait.step}")
        if wait.ms > 0:
            time.sleep(wait.ms / 1000.0)
        return Done()

    def _patience_s(self, step: Step | None) -> float | None:
        """Return after how many seconds the applicant will hang up; None where that is not planned in this step."""
        abort = self._abort
        if abort is None or abort.how is not AbortHow.DISCONNECT or step is not abort.step:
            return None
        now_ns = time.monotonic_ns()
        self._abort_from_ns = self._abort_from_ns or now_ns
        return max(0.0, abort.after_ms / 1000.0 - (now_ns - self._abort_from_ns) / 1e9)

    def _hung_up(self, reason: str, fault: LineFault | None = None) -> GaveUp:
        self._ground.transport.hang_up(self._who.holder)
        return GaveUp(AbortHow.DISCONNECT, reason, fault)

    def _send(self, send: Send) -> Answered | Failed:
        holder = self._who.other if send.aside else self._who.holder
        request = self._ground.routing.request(send, holder, self._who.node)
        request = replace(request, lane=self._who.lane if self._pooled else None)
        gate = self._gate_for(send)
        patience_s = self._patience_s(send.step)
        bounds = self._bounds(send, patience_s)
        exchanged = self._exchange(send, request, bounds) if gate is None else self._hold(send, request, bounds, gate)
        if patience_s is not None:
            self._abort_from_ns = exchanged.left_ns or self._abort_from_ns
        return self._take_in(send, exchanged)

    @property
    def _pooled(self) -> bool:
        return self._ground.target.client is Client.CENTRE

    def _gate_for(self, send: Send) -> Gate | None:
        """Return the gate if this is the send to hold; each application holds once."""
        gate = self._gate
        if gate is None or not send.synchronise or send.step is not gate.step:
            return None
        self._gate = None
        return gate

    def _bounds(self, send: Send, patience_s: float | None) -> Bounds:
        limits = self._ground.target.limits
        return Bounds(
            connect_s=limits.connect_s,
            answer_s=limits.document_s if send.document else limits.answer_s,
            body_bytes=self._body_bytes,
            hang_up_s=patience_s,
            fault=self._fault_at(send),
        )

    def _fault_at(self, send: Send) -> PlannedLineFault | None:
        """Return what is to happen to the line at this send; each application meets it once."""
        fault = self._line_fault
        if fault is None or send.step is not fault.step:
            return None
        self._line_fault = None
        return fault

    def _id(self) -> str:
        self._sends += 1
        return f"{self._who.name}/{self._sends}"

    def _hold(self, send: Send, request: Request, bounds: Bounds, gate: Gate) -> Exchanged:
        """Make the exchange together with the others of the burst; anew, with an intent of its own, if it was void."""
        name = self._who.application
        try:
            while True:
                lane = gate.line_up(name) if self._pooled else None
                exchanged = self._exchange(send, replace(request, lane=lane), bounds, gate)
                if not exchanged.withdrawn:
                    return exchanged
                if not exchanged.again:
                    raise Abandon(send.step)
        finally:
            gate.leave(name)

    def _exchange(self, send: Send, request: Request, bounds: Bounds, gate: Gate | None = None) -> Exchanged:
        leaving = Leaving(self._id(), send, request, self._who.application, self._ground.log)
        try:
            exchanged = self._ground.transport.exchange(request, bounds, leaving.depart(gate))
        except BaseException as e:
            leaving.stopped(e)
            raise
        leaving.came_of(exchanged, self._ground.routing)
        return exchanged

    def _take_in(self, send: Send, exchanged: Exchanged) -> Answered | Failed:
        """Note who answered; keep a document that came in part; hang up if that is what happened."""
        result = exchanged.result
        self._see_node(result)
        if isinstance(result, Failed):
            if send.document and result.status == 200 and result.part:
                self._keep_part(result)
            if result.answer is Answer.ABORTED:
                raise self._hung_up(result.reason, exchanged.fault)
        return result

    def _see_node(self, result: Answered | Failed) -> None:
        routing = self._ground.routing
        self.node = routing.node_of(result.headers) or self.node
        seen = (self.node, routing.build_of(result.headers))
        if seen[1] and seen not in self._ground.builds_seen:
            self._ground.builds_seen.add(seen)
            self._ground.log.write(NodeSeen(node=seen[0], build=seen[1], source="measured", at_ns=time.monotonic_ns()))

    def _keep_part(self, failed: Failed) -> None:
        content_type = next((v for k, v in failed.headers if k == "content-type"), "")
        self._deliver(Deliver(body=failed.part, copy=self._deliveries + 1, content_type=content_type, complete=False))

    def _tried(self, tried: Tried) -> Done:
        """Journal a probe; raise ValueError where none was planned: the adapter is mistaken."""
        probe = self._who.probe
        if probe is None:
            raise ValueError("Tried without a probe")
        self._ground.log.write(
            Probed(
                application=self._who.application,
                probe=probe.probe,
                answer=tried.answer,
                at_ns=time.monotonic_ns(),
                resident=probe.resident,
                detail=tried.detail,
                digest=hashlib.sha256(tried.body).hexdigest() if tried.body else "",
                bytes=len(tried.body),
            )
        )
        return Done()

    def _deliver(self, deliver: Deliver) -> Delivered:
        digest = self._ground.log.store(deliver.body)
        self._deliveries += 1
        self.copies += deliver.complete
        self._ground.log.write(
            Delivery(
                delivery=f"{self._who.name}/d{self._deliveries}",
                application=self._who.application,
                kiosk=self._who.holder.kiosk,
                digest=digest,
                bytes=len(deliver.body),
                at_ns=time.monotonic_ns(),
                content_type=deliver.content_type,
                copy=deliver.copy,
                issue_number=deliver.issue_number,
                request_id=deliver.request_id,
                node=deliver.node or self.node,
                complete=deliver.complete,
            )
        )
        return Delivered(digest=digest, bytes=len(deliver.body))
