"""Sessions at the kiosks: a nonce before the card has signed, a token after; then the session alone is the person."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field

from mock_issuer.refusals import Refusal

_NONCE_BYTES = 32
_LIFE_S = 1800.0  # of a session nobody closes


@dataclass
class Session:
    """One customer at one kiosk."""

    name: str
    kiosk: str
    store: str
    nonce: bytes
    opened_at: float
    resident: str = ""
    card: str = ""
    peer: bytes | None = None  # DER; only this TLS identity may use the token
    nodes: dict[str, str] = field(default_factory=dict)  # application -> node


class Sessions:
    """All sessions; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Session] = {}  # by name, until the card has signed
        self._by_token: dict[str, Session] = {}
        self._tokens: dict[str, str] = {}  # name -> token

    def open(self, kiosk: str, store: str) -> Session:
        """Open a session with a fresh nonce."""
        session = Session(secrets.token_hex(16), kiosk, store, secrets.token_bytes(_NONCE_BYTES), time.monotonic())
        with self._lock:
            self._waiting[session.name] = session
        return session

    def take_nonce(self, name: str) -> tuple[Session, bytes]:
        """Return a session and the nonce to be checked: every nonce serves one attempt. Raises Refusal 404."""
        with self._lock:
            session = self._waiting.get(name)
            if session is None or not session.nonce:
                raise Refusal(404, "SESSION_UNKNOWN", "no such session awaits a signature; open a new one")
            nonce, session.nonce = session.nonce, b""
            return session, nonce

    def authenticated(self, session: Session, resident: str, card: str, peer: bytes | None) -> str:
        """Give the session its person and return its token. `peer`: the card's TLS certificate it is bound to."""
        session.resident, session.card, session.peer = resident, card, peer
        token = secrets.token_urlsafe(32)
        with self._lock:
            del self._waiting[session.name]
            self._by_token[token] = session
            self._tokens[session.name] = token
        return token

    def of_token(self, authorization: str, peer: bytes | None) -> Session:
        """Return the session of an Authorization header on a connection of this peer. Raises Refusal 401."""
        scheme, _, token = authorization.partition(" ")
        with self._lock:
            session = self._by_token.get(token) if scheme.lower() == "bearer" else None
        if session is None or session.peer not in (None, peer):
            raise Refusal(401, "UNAUTHORIZED", "no valid token; authenticate first")
        return session

    def close(self, name: str) -> Session | None:
        """End a session; return it if it was authenticated. Raises Refusal 404 for an unknown one."""
        with self._lock:
            token = self._tokens.pop(name, None)
            if token is not None:
                return self._by_token.pop(token)
            if self._waiting.pop(name, None) is None:
                raise Refusal(404, "SESSION_UNKNOWN", "no such session")
            return None

    def expire(self) -> None:
        """Forget sessions that nobody closed."""
        limit = time.monotonic() - _LIFE_S
        with self._lock:
            for name in [n for n, s in self._waiting.items() if s.opened_at < limit]:
                del self._waiting[name]
            for token, session in [(t, s) for t, s in self._by_token.items() if s.opened_at < limit]:
                del self._by_token[token]
                self._tokens.pop(session.name, None)
