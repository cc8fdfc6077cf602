"""Visits to the reference issuer in the course of which something is tried that must not work."""

from __future__ import annotations

import base64

from msgspec.structs import replace

from harness.records.history import Ending, ProbeAnswer
from harness.records.plan import Probe, Step
from kiosk_sim.targets.actions import Answered, End, Failed, Result, Send, Tried
from kiosk_sim.targets.endings import describe
from kiosk_sim.targets.order import CardRefused, Intrusion, Order
from kiosk_sim.targets.reference_messages import Authenticated, Opened, Refusal, in_base64, post, read
from kiosk_sim.targets.reference_visit import Steps, Visit

PROBES = frozenset(Probe)
_NOT_YOURS = frozenset({401, 403, 404, 410})  # statuses that keep a document from somebody


class _NotLetIn(Exception):
    """The second person has no session, so nothing can be tried with it."""


class ProbedVisit(Visit):
    """An applicant's visit, and somebody who asks for the applicant's document with a session that must not get it."""

    def __init__(self, order: Order, intrusion: Intrusion, *, fees: bool) -> None:
        """Take what is to be tried."""
        super().__init__(order, fees=fees)
        self._intrusion = intrusion

    def _steps(self) -> Steps[End]:
        yield from self._authenticate()
        accepted = yield from self._apply()
        if self._fees:
            yield from self._pay(accepted.fee)
        if self._intrusion.probe is Probe.AFTER_END:
            return (yield from self._used_after_its_end())
        yield from self._asked_for_by_another()
        if self._intrusion.probe is Probe.NEXT_CUSTOMER:
            self._session = ""  # whoever walks away closes nothing
            return self._end(Ending.ABORTED, "walk_away", "left the kiosk to the next customer, as the probe wants it")
        return (yield from self._served())

    def _used_after_its_end(self) -> Steps[End]:
        """Collect, close, and ask for the document once more with the closed session."""
        end = yield from self._served()
        closed = yield self._closing(self._session)
        self._session = ""
        if isinstance(closed, Answered) and closed.status < 300:
            yield _judged((yield self._asking(self._token)))
        else:
            yield Tried(answer=ProbeAnswer.UNANSWERED, detail=f"the session could not be closed: {_told(closed)}")
        return end

    def _asked_for_by_another(self) -> Steps[None]:
        try:
            session, token = yield from self._other_let_in()
        except _NotLetIn as why:
            yield Tried(answer=ProbeAnswer.UNANSWERED, detail=f"the second person was not let in: {why}")
            return
        yield _judged((yield self._asking(token, aside=True)))
        yield self._closing(session, aside=True)

    def _other_let_in(self) -> Steps[tuple[str, str]]:
        """Open a session for the second person; return its name and token."""
        intrusion = self._intrusion
        answer = yield _aside("/v1/sessions", {"kiosk": intrusion.kiosk, "store": intrusion.store})
        opened = read(answer, Opened) if isinstance(answer, Answered) else None
        if opened is None or intrusion.signer is None:
            raise _NotLetIn(_told(answer) if intrusion.signer else "no card")
        try:
            signature = intrusion.signer.sign(base64.b64decode(opened.nonce))
        except CardRefused as e:
            raise _NotLetIn(e.reason) from None
        body = {"certificate": in_base64(intrusion.signer.certificate_der()), "signature": in_base64(signature)}
        answer = yield _aside(f"/v1/sessions/{opened.session}/authentication", body, "/v1/sessions/*/authentication")
        entered = read(answer, Authenticated) if isinstance(answer, Answered) else None
        if entered is None:
            raise _NotLetIn(_told(answer))
        return opened.session, entered.token

    def _asking(self, token: str, *, aside: bool = False) -> Send:
        """Ask for the applicant's document with a session that must not get it."""
        return Send(
            method="GET",
            path=f"/v1/applications/{self._application}/document?copy=1",
            headers=(("authorization", f"Bearer {token}"),),
            step=Step.CONTROL,
            aside=aside,
        )

    @staticmethod
    def _closing(session: str, *, aside: bool = False) -> Send:
        path, step = f"/v1/sessions/{session}", Step.CONTROL if aside else Step.CLOSE
        return Send(method="DELETE", path=path, where="/v1/sessions/*", step=step, aside=aside)


def _aside(path: str, body: object, where: str = "") -> Send:
    return replace(post(path, body, Step.CONTROL, where=where), aside=True)


def _judged(answer: Result) -> Tried:
    """Say what came of asking: a document, a refusal, or nothing that tells."""
    if isinstance(answer, Answered) and answer.status == 200:
        return Tried(answer=ProbeAnswer.ACCEPTED, detail="document handed out", body=answer.body)
    if isinstance(answer, Answered) and answer.status in _NOT_YOURS:
        told = read(answer, Refusal)
        return Tried(answer=ProbeAnswer.REFUSED, detail=told.code if told else str(answer.status))
    return Tried(answer=ProbeAnswer.UNANSWERED, detail=_told(answer))


def _told(answer: Result) -> str:
    if isinstance(answer, Failed):
        return answer.reason
    return describe(answer) if isinstance(answer, Answered) else ""
