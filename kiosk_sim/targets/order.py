"""What one person wants at one kiosk, as an adapter sees it."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from harness.records.certificates import Certificate, Options
from harness.records.plan import Probe


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


class Intrusion(Struct, frozen=True, kw_only=True):
    """What must not work and is to be tried in the course of an order, and the second person that it needs."""

    probe: Probe
    card: str = ""  # serial; "" where no second person is needed
    kiosk: str = ""
    store: str = ""
    signer: Signer | None = None

    def __repr__(self) -> str:
        """Show the probe, nothing of the person."""
        return f"Intrusion({self.probe})"


class WrongSigner:
    """A card whose signature is over something else than what the target asked: it must not be believed."""

    def __init__(self, signer: Signer) -> None:
        """Take the card whose certificate is shown."""
        self._signer = signer

    def certificate_der(self) -> bytes:
        """Return the card's own certificate (DER)."""
        return self._signer.certificate_der()

    def sign(self, nonce: bytes) -> bytes:
        """Sign another text than `nonce`; raise CardRefused."""
        return self._signer.sign(b"not " + nonce)
