"""The interface that kiosks and testers speak (openapi.yaml)."""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from mock_issuer.centre.link import NodeLink
from mock_issuer.centre.routing import Router
from mock_issuer.centre.sessions import Session, Sessions
from mock_issuer.centre.trust import Trust
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Choice
from mock_issuer.ledger import whole_ledger
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register
from mock_issuer.updates import Update, apply_update
from mock_issuer.web import Answer, Request, Routes, json_answer, refused


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

    def __init__(self, trust: Trust, sessions: Sessions, router: Router, register: Register, ledger: Path) -> None:
        """Wire the handlers."""
        self._trust = trust
        self._sessions = sessions
        self._router = router
        self._register = register
        self._ledger = ledger
        one = "/v1/applications/{application}"
        self.routes = Routes(
            {
                "POST /v1/sessions": self._open,
                "POST /v1/sessions/{session}/authentication": self._authenticate,
                "DELETE /v1/sessions/{session}": self._close,
                "POST /v1/applications": self._apply,
                f"POST {one}/payment": self._forward,
                f"GET {one}/document": self._forward,
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
        session = self._sessions.open(opening.kiosk, opening.store)
        return json_answer({"session": session.name, "nonce": base64.b64encode(session.nonce).decode()}, 201)

    def _authenticate(self, request: Request, session: str) -> Answer:
        proof = request.record(Proof)
        certificate, signature = _bytes(proof.certificate), _bytes(proof.signature)
        waiting, nonce = self._sessions.take_nonce(session)
        resident, serial = self._trust.holder(certificate, nonce, signature)
        peer = self._card_of_connection(request.peer_certificate, certificate)
        token = self._sessions.authenticated(waiting, resident, str(serial), peer)
        return json_answer({"token": token, "certificates": sorted(COMPOSERS)})

    def _card_of_connection(self, peer: bytes | None, certificate: bytes) -> bytes | None:
        """Return the TLS identity if it is a card; it must then be the card that signed."""
        if peer is None or not self._trust.is_card(peer):
            return None
        if peer != certificate:
            raise Refusal(403, "CERT_UNTRUSTED", "the connection belongs to another card")
        return peer

    def _apply(self, request: Request) -> Answer:
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
        answer = link.call("POST", "/applications", msgspec.json.encode(body))
        if answer.status == 201:
            session.nodes[dict(answer.headers)["X-Request-Id"]] = link.node
        return answer

    def _forward(self, request: Request, application: str) -> Answer:
        link = self._link(self._session(request), application)
        path = request.path.removeprefix("/v1")
        copy = quote(request.query.get("copy", ""))
        try:
            return link.call(request.method, f"{path}?copy={copy}" if copy else path, request.body)
        except Refusal as refusal:  # the node is down
            return refused(
                refusal, (("X-Request-Id", application), ("X-Node-Id", link.node), ("X-Build-Id", link.build))
            )

    def _link(self, session: Session, application: str) -> NodeLink:
        """Return the node of one's own application; somebody else's does not exist."""
        node = session.nodes.get(application)
        if node is None:
            raise Refusal(404, "APPLICATION_UNKNOWN", "no such application in this session")
        return self._router.named(node)

    def _session(self, request: Request) -> Session:
        return self._sessions.of_token(request.headers.get("authorization", ""), request.peer_certificate)

    def _close(self, request: Request, session: str) -> Answer:
        closed = self._sessions.close(session)
        for node in set(closed.nodes.values()) if closed else ():
            link = self._router.named(node)
            if link.alive:
                link.call("DELETE", f"/sessions/{session}")
        return Answer(status=204)

    def _nodes(self, request: Request) -> Answer:
        nodes = [{"node": link.node, "build": link.build, "alive": link.alive} for link in self._router.links]
        return json_answer(nodes)

    def _health(self, request: Request) -> Answer:
        return json_answer({"status": "ok"})

    def _whole_ledger(self, request: Request) -> Answer:
        return Answer(body=b"".join(whole_ledger(self._ledger)), content_type="application/x-ndjson")

    def _update(self, request: Request) -> Answer:
        return json_answer({"version": apply_update(self._register, request.record(Update))})


class Administration:
    """Switches defects on and off at the nodes, for whoever holds the token."""

    def __init__(self, token: str, router: Router) -> None:
        """Guard by `token`."""
        self._token = token
        self._router = router
        self.routes = Routes(
            {
                "GET /admin/defects": self._active,
                "PUT /admin/defects": self._turn_on,
                "DELETE /admin/defects": self._turn_off,
            }
        )

    def __call__(self, request: Request) -> Answer:
        """Answer a request below /admin."""
        if not secrets.compare_digest(request.headers.get("x-admin-token", "").encode(), self._token.encode()):
            raise Refusal(401, "UNAUTHORIZED", "X-Admin-Token is missing or wrong; the ready file has it")
        return self.routes(request)

    def _active(self, request: Request) -> Answer:
        alive = [link for link in self._router.links if link.alive]
        return json_answer({link.node: msgspec.json.decode(link.call("GET", "/defects").body) for link in alive})

    def _turn_on(self, request: Request) -> Answer:
        node = request.record(Target).node
        return self._at(node, "PUT", "/defects", request.body)

    def _turn_off(self, request: Request) -> Answer:
        defect = quote(request.query.get("defect", ""))
        return self._at(request.query.get("node"), "DELETE", f"/defects?defect={defect}" if defect else "/defects")

    def _at(self, node: str | None, method: str, path: str, body: bytes = b"") -> Answer:
        links = [self._router.named(node)] if node else [link for link in self._router.links if link.alive]
        for link in links:
            answer = link.call(method, path, body)
            if answer.status != 200:
                return answer
        return self._active(Request(method="GET", path="", query={}, headers={}, body=b"", peer_certificate=None))


class Target(Struct, frozen=True, kw_only=True):
    """The node of a switch."""

    node: str | None = None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Refusal(400, "BAD_REQUEST", "certificate and signature are base64") from None
