"""The one loop that plays a session, under whatever driver: it ends every application, whatever happens."""

from __future__ import annotations

import itertools
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import TypeVar, cast

from msgspec.structs import replace

from harness.errors import DiskFull, HonninError
from harness.records.history import (
    ADAPTER_ERROR,
    ApplicationEnded,
    ApplicationStarted,
    Ending,
    UpdateIntent,
    UpdateOutcome,
    UpdateResult,
)
from harness.records.plan import AbortHow, Batch, PlannedApplication, PlannedUpdate, Probe
from harness.records.target import Target
from kiosk_sim.drivers.acting import Act, GaveUp, Ground, Who
from kiosk_sim.drivers.gate import Gate
from kiosk_sim.drivers.routing import Routing
from kiosk_sim.drivers.transport import CONTROL, Holder, Transport
from kiosk_sim.playlog import PlayLog
from kiosk_sim.targets.actions import Abandon, Action, End, Session, UpdateEnd
from kiosk_sim.targets.adapter import ProbingAdapter, TargetAdapter
from kiosk_sim.targets.order import Intrusion, Order, Signer, WrongSigner

T = TypeVar("T")


class SessionFault(HonninError):
    """A session raised, or returned something that is no ending: a mistake in an adapter."""


class Performer:
    """Plays planned applications, register updates and control sessions, and journals them."""

    def __init__(
        self,
        *,
        target: Target,
        adapter: TargetAdapter,
        routing: Routing,
        transport: Transport,
        log: PlayLog,
        signer_of: Callable[[str], Signer | None] = lambda _: None,
        by_hand: Callable[[PlannedUpdate], UpdateEnd] | None = None,
    ) -> None:
        """`signer_of` gives the card of a serial, or None; `by_hand` makes changes instead of the adapter."""
        self._by_hand = by_hand
        self._adapter = adapter
        self._signer_of = signer_of
        self._log = log
        self._transport = transport
        self._asked = itertools.count(1)
        self._ground = Ground(target=target, routing=routing, transport=transport, log=log, builds_seen=set())

    def issue(
        self, planned: PlannedApplication, batch: Batch, *, planned_ns: int = 0, gate: Gate | None = None
    ) -> ApplicationEnded:
        """Play one person's visit to its end, which is journaled before this returns.

        Raises DiskFull, and lets anything through that is no Exception (the player being stopped), after
        journaling the application as unresolved.
        """
        self._start(planned, batch, planned_ns)
        holder = Holder(planned.kiosk, planned.card)
        who = Who(
            name=planned.application,
            application=planned.application,
            holder=holder,
            node=planned.node,
            abort=planned.abort,
            line_fault=planned.line_fault if self._ground.target.faults.line else None,
            gate=gate,
            lane=planned.lane,
            probe=planned.probe,
        )
        act = Act(self._ground, who)
        try:
            end = self._play_visit(act, planned)
        except DiskFull:
            raise
        except BaseException as e:
            self._end(planned, act, _unresolved("player_stopped", f"the player was stopped: {type(e).__name__}"))
            raise
        finally:
            if gate is not None:
                gate.leave(planned.application)
            for used in {holder, who.other}:
                self._transport.finish(used)
        return self._end(planned, act, end)

    def _start(self, planned: PlannedApplication, batch: Batch, planned_ns: int) -> None:
        self._log.write(
            ApplicationStarted(
                application=planned.application,
                batch=batch.batch,
                phase=batch.phase,
                resident=planned.resident,
                card=planned.card,
                certificate=planned.certificate,
                options=planned.options,
                kiosk=planned.kiosk,
                store=planned.store,
                at_ns=time.monotonic_ns(),
                planned_ns=planned_ns,
                node=planned.node or "",
                abort=planned.abort,
                probe=planned.probe.probe if planned.probe else None,
            )
        )

    def _play_visit(self, act: Act, planned: PlannedApplication) -> End:
        try:
            end = _play(self._session(planned), act)
        except Abandon as abandon:
            return End(ending=Ending.ABORTED, code="cancelled", reason=f"before {abandon.step}; no cancel request")
        except GaveUp as gave_up:
            return self._aborted(planned, gave_up)
        except DiskFull:
            raise
        except Exception as e:  # noqa: BLE001  boundary: a plug-in's mistake must not end the run, nor pass in silence
            self._log.note(f"adapter error in {planned.application}: {_place(e)}")
            return _unresolved(ADAPTER_ERROR, f"the adapter failed: {_place(e)}")
        if not isinstance(end, End):
            self._log.note(
                f"adapter error in {planned.application}: its session returned {type(end).__name__}, not End"
            )
            return _unresolved(ADAPTER_ERROR, "the adapter's session returned no End")
        return end

    def _session(self, planned: PlannedApplication) -> Session[End]:
        """Begin the visit, with what is to be tried on the way."""
        order, probe = self._order(planned), planned.probe
        if probe is None:
            return self._adapter.issue(order)
        if probe.probe is Probe.WRONG_SIGNATURE:
            wrong = WrongSigner(order.signer) if order.signer else None
            return self._adapter.issue(replace(order, signer=wrong))
        intrusion = Intrusion(
            probe=probe.probe,
            card=probe.card,
            kiosk=probe.kiosk,
            store=probe.store,
            signer=self._signer_of(probe.card) if probe.card else None,
        )
        return cast(ProbingAdapter, self._adapter).intrude(order, intrusion)

    def _order(self, planned: PlannedApplication) -> Order:
        return Order(
            application=planned.application,
            resident=planned.resident,
            card=planned.card,
            certificate=planned.certificate,
            options=planned.options,
            kiosk=planned.kiosk,
            store=planned.store,
            node=planned.node,
            think_ms=planned.think_ms,
            signer=self._signer_of(planned.card),
        )

    def _aborted(self, planned: PlannedApplication, gave_up: GaveUp) -> End:
        if gave_up.how is AbortHow.DISCONNECT:
            self._transport.hang_up(Holder(planned.kiosk, planned.card))
        return End(ending=Ending.ABORTED, code=gave_up.code, reason=gave_up.reason)

    def _end(self, planned: PlannedApplication, act: Act, end: End) -> ApplicationEnded:
        ended = ApplicationEnded(
            application=planned.application,
            ending=end.ending,
            at_ns=time.monotonic_ns(),
            code=end.code,
            reason=end.reason,
            request_id=end.request_id,
            node=end.node or act.node,
            copies=act.copies,
            charged=end.charged,
            acknowledged=end.acknowledged,
        )
        self._log.write(ended)
        return ended

    def update(self, planned: PlannedUpdate) -> UpdateOutcome:
        """Change the register; intent and outcome are journaled. Raises DiskFull."""
        self._log.write(
            UpdateIntent(
                update=planned.update,
                resident=planned.resident,
                field=planned.field,
                value=planned.value,
                at_ns=time.monotonic_ns(),
            )
        )
        try:
            end = self._by_hand(planned) if self._by_hand else self.ask(self._adapter.update(planned))
        except SessionFault as e:
            end = UpdateEnd(result=UpdateResult.UNRESOLVED, reason=str(e))
        outcome = UpdateOutcome(
            update=planned.update,
            result=end.result,
            at_ns=time.monotonic_ns(),
            version=end.version,
            reason=end.reason,
            operator=end.operator,
        )
        self._log.write(outcome)
        return outcome

    def ask(self, session: Session[T]) -> T:
        """Play a control session and return what it returns; raise SessionFault where the adapter fails."""
        who = Who(name=f"{self._log.writer}/ask{next(self._asked)}", holder=Holder(CONTROL))
        try:
            return _play(session, Act(self._ground, who))
        except DiskFull:
            raise
        except Exception as e:  # boundary: as in _play_visit
            self._log.note(f"adapter error in a control session: {_place(e)}")
            raise SessionFault(f"the adapter failed: {_place(e)}; see the journal's notes") from e


def _play(session: Session[T], act: Act) -> T:
    """Resume the session with the result of each action until it returns."""
    resume: Callable[[], Action] = partial(next, session)
    try:
        while True:
            try:
                action = resume()
            except StopIteration as stop:
                value: T = stop.value
                return value
            try:
                result = act.do(action)
            except Abandon as abandon:
                resume = partial(session.throw, abandon)
            else:
                resume = partial(session.send, result)
    finally:
        session.close()


def _unresolved(code: str, reason: str) -> End:
    return End(ending=Ending.UNRESOLVED, code=code, reason=reason)


def _place(e: Exception) -> str:
    """Say what was raised and where, not its message: that may quote secrets or documents."""
    frames = traceback.extract_tb(e.__traceback__)
    last = frames[-1] if frames else None
    return f"{type(e).__name__} at {PurePath(last.filename).name}:{last.lineno}" if last else type(e).__name__
