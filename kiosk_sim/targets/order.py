"""What one person wants at one kiosk, as an adapter sees it."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from harness.records.certificates import Certificate, Options


class CardRefused(Exception):
    """The card itself refuses (PIN locked, wrong PIN): nothing was sent, the target never hears of it."""

    def __init__(self, code: str, reason: str) -> None:
        """`code` is ours, in lower case, e.g. `card_locked`."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Signer(Protocol):
    """The card on the reader, its PIN already typed."""

    def certificate_der(self) -> bytes:
        """Return the card's certificate (DER)."""
        ...

    def sign(self, nonce: bytes) -> bytes:
        """Sign the target's nonce; raise CardRefused."""
        ...


class Order(Struct, frozen=True, kw_only=True):
    """One application. `signer` is None where the harness stands as the centre: then `card` is all there is."""

    application: str  # the harness's id; the target must not learn it
    resident: str
    card: str  # serial
    certificate: Certificate
    options: Options
    kiosk: str
    store: str
    node: str | None = None
    think_ms: float = 0.0  # pause at each human step
    signer: Signer | None = None

    def __repr__(self) -> str:
        """Show the application, nothing of the person."""
        return f"Order({self.application})"
