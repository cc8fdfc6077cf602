"""Sessions at the kiosks: a nonce before the card has signed, a token after; then the session alone is the person."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from mock_issuer.defects.parts import LeftSession
from mock_issuer.documents.layout import Choice
from mock_issuer.refusals import Refusal

_NONCE_BYTES = 32
_LIFE_S = 1800.0  # of a session nobody closes


class Routed(Struct, frozen=True, kw_only=True):
    """Where an application went, and what for."""

    node: str
    certificate: str
    options: Choice


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
    applications: dict[str, Routed] = field(default_factory=dict)
    used_at: float = field(default_factory=time.monotonic)

    @property
    def idle_s(self) -> float:
        """Return how long ago it was last used."""
        return time.monotonic() - self.used_at


class Sessions:
    """All sessions; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Session] = {}  # by name, until the card has signed
        self._by_token: dict[str, Session] = {}
        self._tokens: dict[str, str] = {}  # name -> token
        self._of_kiosk: dict[str, Session] = {}  # the last that was authenticated there and not closed

    def open(self, kiosk: str, store: str, inherits: Callable[[LeftSession], bool]) -> Session:
        """Open a session with a fresh nonce; `inherits` tells whether a left session of the kiosk goes on."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        with self._lock:
            left = self._of_kiosk.get(kiosk)
            if left is not None and inherits(left):
                left.nonce, session = nonce, left
            else:
                session = Session(secrets.token_hex(16), kiosk, store, nonce, time.monotonic())
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
        """Give the session its person, unless it has one, and return its token.

        `peer`: the card's TLS certificate it is bound to.
        """
        with self._lock:
            self._waiting.pop(session.name, None)
            if held := self._tokens.get(session.name):
                return held
            session.resident, session.card, session.peer = resident, card, peer
            token = secrets.token_urlsafe(32)
            self._by_token[token] = session
            self._tokens[session.name] = token
            self._of_kiosk[session.kiosk] = session
        return token

    def of_token(self, authorization: str, peer: bytes | None) -> Session:
        """Return the session of an Authorization header on a connection of this peer. Raises Refusal 401."""
        scheme, _, token = authorization.partition(" ")
        with self._lock:
            session = self._by_token.get(token) if scheme.lower() == "bearer" else None
        if session is None or session.peer not in (None, peer):
            raise Refusal(401, "UNAUTHORIZED", "no valid token; authenticate first")
        session.used_at = time.monotonic()
        return session

    def close(self, name: str) -> Session | None:
        """End a session; return it if it was authenticated. Raises Refusal 404 for an unknown one."""
        with self._lock:
            token = self._tokens.pop(name, None)
            if token is not None:
                return self._forget(token)
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
                self._forget(token)
                self._tokens.pop(session.name, None)

    def _forget(self, token: str) -> Session:
        session = self._by_token.pop(token)
        if self._of_kiosk.get(session.kiosk) is session:
            del self._of_kiosk[session.kiosk]
        return session
