"""The cards that people bring along: a card with its PIN already typed, as an adapter's Signer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kiosk_sim.cards import Card, CardBox, CardLocked, CardsError, NoCard, WrongPin, load_cards
from kiosk_sim.targets.order import CardRefused, Signer


class TypedPin:
    """A card on the reader. The PIN never leaves this process."""

    def __init__(self, card: Card) -> None:
        """Take the holder's card."""
        self._card = card

    def __repr__(self) -> str:
        """Show the serial."""
        return f"TypedPin({self._card.serial})"

    def certificate_der(self) -> bytes:
        """Return the card's certificate (DER); raise CardRefused where it was never made."""
        try:
            return self._card.certificate_der()
        except CardsError as e:
            raise CardRefused("card_not_made", str(e)) from None

    def sign(self, nonce: bytes) -> bytes:
        """Sign `nonce`; raise CardRefused with code card_locked, wrong_pin or card_not_made."""
        try:
            return self._card.sign(nonce, self._card.pin)
        except CardLocked as e:
            raise CardRefused("card_locked", str(e)) from None
        except WrongPin as e:
            raise CardRefused("wrong_pin", str(e)) from None
        except CardsError as e:
            raise CardRefused("card_not_made", str(e)) from None


class Purse:
    """All cards of a run by serial; empty where the target knows serials only."""

    def __init__(self, folder: Path | None) -> None:
        """Load the records of a cards folder; raise CardsError or ConfigError."""
        self._box: CardBox | None = load_cards(folder) if folder else None

    def signer_of(self, serial: str) -> Signer | None:
        """Return the card with this serial, None where there is none."""
        card = self._card(serial)
        return TypedPin(card) if card else None

    def certificate_of(self, serial: str) -> tuple[Path, Path] | None:
        """Return certificate and key file of a card for TLS, None where there is none."""
        card = self._card(serial)
        return (card.certificate_path, card.key_path) if card else None

    def warm(self, serials: Iterable[str]) -> None:
        """Read keys before the first application, so that reading them disturbs no burst."""
        for serial in serials if self._box else ():
            signer = self.signer_of(serial)
            try:
                if signer is not None:
                    signer.sign(b"")
                    signer.certificate_der()
            except CardRefused:
                continue  # the application that uses this card will tell

    def _card(self, serial: str) -> Card | None:
        try:
            return self._box.by_serial(serial) if self._box else None
        except NoCard:
            return None
