"""The interface that kiosks and testers speak (openapi.yaml)."""

from __future__ import annotations

import base64
import binascii
import contextlib
import secrets
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from mock_issuer.centre.answers import AnswerCache
from mock_issuer.centre.card import PresentedCard
from mock_issuer.centre.link import NodeLink
from mock_issuer.centre.routing import Router
from mock_issuer.centre.sessions import Routed, Session, Sessions
from mock_issuer.centre.trust import Trust
from mock_issuer.debuglog import DebugLog
from mock_issuer.defects.correct import check_card
from mock_issuer.defects.parts import Asked
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Choice
from mock_issuer.ledger import whole_ledger
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register
from mock_issuer.updates import Update, apply_update
from mock_issuer.web import Answer, Request, Routes, json_answer, refused
from mock_issuer.worktable import WorkTable


class Opening(Struct, frozen=True, kw_only=True):
    """A customer begins at a kiosk."""

    kiosk: str
    store: str = ""


class Proof(Struct, frozen=True, kw_only=True):
    """A card's certificate (DER) and its signature of the nonce, both base64."""

    certificate: str
    signature: str


class Wish(Struct, frozen=True, kw_only=True):
    """An application."""

    kiosk: str
    certificate: str
    options: Choice = Choice()


class Centre:
    """Answers kiosks: sessions, cards, and everything about applications by way of their node."""

    def __init__(
        self, trust: Trust, sessions: Sessions, router: Router, register: Register, work: WorkTable, ledger: Path,
        debug: DebugLog,
    ) -> None:  # fmt: skip
        """Wire the handlers."""
        self._debug = debug
        self._answers = AnswerCache()
        self._trust = trust
        self._sessions = sessions
        self._router = router
        self._register = register
        self._work = work
        self._ledger = ledger
        one = "/v1/applications/{application}"
        self.routes = Routes(
            {
                "POST /v1/sessions": self._open,
                "POST /v1/sessions/{session}/authentication": self._authenticate,
                "DELETE /v1/sessions/{session}": self._close,
                "POST /v1/applications": self._apply,
                f"POST {one}/payment": self._forward,
                f"GET {one}/document": self._document,
                f"POST {one}/completion": self._forward,
                f"POST {one}/cancellation": self._forward,
                "GET /v1/nodes": self._nodes,
                "GET /v1/health": self._health,
                "GET /v1/ledger": self._whole_ledger,
                "POST /v1/register/updates": self._update,
            }
        )

    def _open(self, request: Request) -> Answer:
        opening = request.record(Opening)
        behaviour = self._router.of_kiosk(opening.kiosk).switches.behaviour
        session = self._sessions.open(opening.kiosk, opening.store, behaviour.inherits)
        return json_answer({"session": session.name, "nonce": base64.b64encode(session.nonce).decode()}, 201)

    def _authenticate(self, request: Request, session: str) -> Answer:
        proof = request.record(Proof)
        certificate, signature = _bytes(proof.certificate), _bytes(proof.signature)
        waiting, nonce = self._sessions.take_nonce(session)
        card = PresentedCard(self._trust, certificate, nonce, signature, lambda: self._throw_out(session))
        identify = self._router.of_kiosk(waiting.kiosk).switches.behaviour.identify
        resident, serial = identify(card)
        peer = self._card_of_connection(request.peer_certificate, certificate)
        token = self._sessions.authenticated(waiting, resident, str(serial), peer)
        self._debug.entered(
            session=session,
            kiosk=waiting.kiosk,
            card=str(serial),
            presented=resident,
            resident=waiting.resident,
            gap="" if identify is check_card else card.due_refusal(),
        )
        card.entered()
        return json_answer({"token": token, "certificates": sorted(COMPOSERS)})

    def _throw_out(self, session: str) -> None:
        with contextlib.suppress(Refusal):  # closed already
            self._end(session)

    def _card_of_connection(self, peer: bytes | None, certificate: bytes) -> bytes | None:
        """Return the TLS identity if it is a card; it must then be the card that signed."""
        if peer is None or not self._trust.is_card(peer):
            return None
        if peer != certificate:
            raise Refusal(403, "CERT_UNTRUSTED", "the connection belongs to another card")
        return peer

    def _apply(self, request: Request) -> Answer:
        handler_ns = time.monotonic_ns()
        session = self._session(request)
        wish = request.record(Wish)
        link = self._router.choose(wish.kiosk, request.headers.get("x-route-node", ""))
        body = {
            "session": session.name,
            "resident": session.resident,
            "card": session.card,
            "kiosk": wish.kiosk,
            "certificate": wish.certificate,
            "options": wish.options,
        }
        answer = link.apply(msgspec.json.encode(body))
        if answer.status == 201:
            routed = Routed(node=link.node, certificate=wish.certificate, options=wish.options)
            application = dict(answer.headers)["X-Request-Id"]
            session.applications[application] = routed
            self._debug.reached(
                application=application, kiosk=wish.kiosk, head_ns=request.head_ns, handler_ns=handler_ns
            )
        return answer

    def _forward(self, request: Request, application: str) -> Answer:
        session = self._session(request)
        link = self._link(session, application)
        self._answers.closed(application, link.switches.behaviour)
        return self._relayed(link, application, lambda: link.call(request.method, _path(request), request.body))

    def _document(self, request: Request, application: str) -> Answer:
        session = self._session(request)
        link = self._link(session, application)
        copy = request.query.get("copy", "1")
        behaviour, routed = link.switches.behaviour, session.applications.get(application)
        asked = Asked(
            session=session.name,
            application=application,
            certificate=routed.certificate if routed else "",
            options=routed.options if routed else Choice(),
            copy=int(copy) if copy.isdecimal() else 0,
        )
        answer = self._answers.find(asked, behaviour)
        if answer is None:
            client = request.connection if isinstance(request.connection, socket.socket) else None
            answer = self._relayed(link, application, lambda: link.collect(_path(request), client))
            if answer.status == 200:
                self._answers.keep(asked, answer, behaviour)
        if answer.status == 200:
            self._debug.gave(answer.body, application=application, session=session.name, copy=asked.copy)
        return answer

    def _relayed(self, link: NodeLink, application: str, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except Refusal as refusal:  # the node is down, or does not answer
            return refused(
                refusal, (("X-Request-Id", application), ("X-Node-Id", link.node), ("X-Build-Id", link.build))
            )

    def _link(self, session: Session, application: str) -> NodeLink:
        """Return the node of one's own application; somebody else's does not exist."""
        routed = session.applications.get(application)
        if routed is not None:
            return self._router.named(routed.node)
        for link in self._router.links:  # the node is the first part of the name
            if application.startswith(f"{link.node}-") and not link.switches.behaviour.checks_owner:
                return link
        raise Refusal(404, "APPLICATION_UNKNOWN", "no such application in this session")

    def _session(self, request: Request) -> Session:
        return self._sessions.of_token(request.headers.get("authorization", ""), request.peer_certificate)

    def _close(self, request: Request, session: str) -> Answer:
        self._end(session)
        return Answer(status=204)

    def _end(self, session: str) -> None:
        """Close a session and give up what it leaves. Raises Refusal 404."""
        closed = self._sessions.close(session)
        for application, routed in closed.applications.items() if closed else ():
            self._answers.closed(application, self._router.named(routed.node).switches.behaviour)
        for node in {routed.node for routed in closed.applications.values()} if closed else ():
            link = self._router.named(node)
            if link.alive:
                link.call("DELETE", f"/sessions/{session}")

    def _nodes(self, request: Request) -> Answer:
        nodes = [
            {"node": link.node, "build": link.switches.behaviour.build or link.build, "alive": link.alive}
            for link in self._router.links
        ]
        return json_answer(nodes)

    def _health(self, request: Request) -> Answer:
        return json_answer({"status": "ok"})

    def _whole_ledger(self, request: Request) -> Answer:
        return Answer(body=b"".join(whole_ledger(self._ledger)), content_type="application/x-ndjson")

    def _update(self, request: Request) -> Answer:
        rows = (link.switches.behaviour.work.of_update(link.node) for link in self._router.links)
        slots = [f"update-{secrets.token_hex(4)}", *filter(None, rows)]
        return json_answer({"version": apply_update(self._register, request.record(Update), self._work, slots)})


def _path(request: Request) -> str:
    copy = quote(request.query.get("copy", ""))
    path = request.path.removeprefix("/v1")
    return f"{path}?copy={copy}" if copy else path


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Refusal(400, "BAD_REQUEST", "certificate and signature are base64") from None
