"""A stub of the reference issuer: its interface from memory, with misbehaviour to order."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable

import msgspec
from cryptography import x509

from tests.kiosk_sim.scripted_server import Peer


class StubIssuer:
    """Speaks the reference issuer's interface from memory; misbehaves for the kiosks it is told to.

    `faults[(kiosk, step)]` is called with the peer instead of answering that step; it may answer by itself.
    Documents are `%PDF-stub <serial> <application> <copy>`.
    """

    def __init__(self) -> None:
        self.faults: dict[tuple[str, str], Callable[[Peer], None]] = {}
        self.documents_s = 0.0  # how long a document takes
        self.updates: list[dict[str, str]] = []
        self.steps: list[tuple[str, str]] = []  # (kiosk, step), in the order of arrival
        self.ledger: dict[str, dict[str, object]] = {}
        self.alive = True
        self._sessions: dict[str, dict[str, str]] = {}
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, peer: Peer) -> None:
        while request := peer.read():
            self._route(peer, request)

    def _route(self, peer: Peer, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        method, path, _ = head.decode("latin-1").split("\r\n")[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
        match [method, *path.partition("?")[0].strip("/").split("/")[1:]]:
            case ["POST", "sessions"]:
                self._open(peer, msgspec.json.decode(body))
            case ["POST", "sessions", session, "authentication"]:
                self._authenticate(peer, session, msgspec.json.decode(body))
            case ["DELETE", "sessions", session]:
                self._step(peer, session, "close", lambda: peer.answer(b"", "204 No Content"))
            case ["POST", "applications"]:
                self._apply(peer, headers, msgspec.json.decode(body))
            case ["POST" | "GET", "applications", application, what]:
                self._about(peer, application, what, path)
            case ["POST", "register", "updates"]:
                self.updates.append(msgspec.json.decode(body))
                self.steps.append(("", "update"))
                peer.answer(b'{"version": 7}')
            case ["GET", "ledger"]:
                peer.answer(b"\n".join(msgspec.json.encode(line) for line in self.ledger.values()))
            case ["GET", "nodes"]:
                peer.answer(b'[{"node": "n1", "build": "b1", "alive": true}]')
            case ["GET", "health"]:
                peer.answer(b'{"status": "ok"}', "200 OK" if self.alive else "503 Service Unavailable")
            case _:
                peer.answer(b"{}", "404 Not Found")

    def _next(self, prefix: str) -> str:
        with self._lock:
            self._count += 1
            return f"{prefix}{self._count}"

    def _step(self, peer: Peer, session: str, step: str, answer: Callable[[], None]) -> None:
        kiosk = self._sessions[session]["kiosk"]
        self.steps.append((kiosk, step))
        fault = self.faults.get((kiosk, step))
        if fault is not None:
            fault(peer)
        else:
            answer()

    def _open(self, peer: Peer, body: dict[str, str]) -> None:
        session = self._next("session-secret-")
        self._sessions[session] = {"kiosk": body["kiosk"], "serial": ""}
        answer = msgspec.json.encode({"session": session, "nonce": "bm9uY2U="})
        self._step(peer, session, "open", lambda: peer.answer(answer, "201 Created"))

    def _authenticate(self, peer: Peer, session: str, body: dict[str, str]) -> None:
        certificate = x509.load_der_x509_certificate(base64.b64decode(body["certificate"]))
        self._sessions[session]["serial"] = str(certificate.serial_number)
        token = self._next("token-secret-")
        self._tokens[token] = session
        answer = msgspec.json.encode({"token": token, "certificates": []})
        self._step(peer, session, "authenticate", lambda: peer.answer(answer))

    def _apply(self, peer: Peer, headers: dict[str, str], body: dict[str, str]) -> None:
        session = self._tokens[headers["authorization"].removeprefix("Bearer ")]
        application = self._next("Q")
        self.ledger[application] = {
            "application": application,
            "card": self._sessions[session]["serial"],
            "certificate": body["certificate"],
            "state": "open",
            "issue_numbers": [],
            "node": headers.get("x-route-node", "n1"),
            "at": "now",
        }
        self._sessions[application] = self._sessions[session]
        answer = msgspec.json.encode({"application": application, "fee": 200, "node": "n1"})
        self._step(
            peer, session, "apply", lambda: peer.answer(answer, "201 Created", f"X-Request-Id: {application}\r\n")
        )

    def _about(self, peer: Peer, application: str, what: str, path: str) -> None:
        serial = self._sessions[application]["serial"]
        if what == "document":
            time.sleep(self.documents_s)
            body = f"%PDF-stub {serial} {application} {path.partition('copy=')[2]}".encode()
            extra = "Content-Type: application/pdf\r\nX-Issue-Number: 77\r\nX-Node-Id: n1\r\nX-Build-Id: b1\r\n"
            extra += f"X-Request-Id: {application}\r\n"

            def issue() -> None:
                self.ledger[application]["state"] = "issued"
                peer.answer(body, headers=extra)

            self._step(peer, application, "document", issue)
        elif what == "payment":
            self._step(peer, application, "payment", lambda: peer.answer(b'{"receipt": "1"}'))
        else:
            if what == "cancellation":
                self.ledger[application]["state"] = "cancelled"
            self._step(peer, application, what, lambda: peer.answer(b"", "204 No Content"))
