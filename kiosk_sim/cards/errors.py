"""Errors of the cards room: what a card refuses, and what cannot be done with a cards folder.

HonninError
├── UsageError
│   └── CardsError        the request does not fit the cards folder; exit 64
│       ├── NoCard        no such card, or no valid one
│       ├── CardNotMade   the card is registered, its key was never made
│       ├── FolderBusy    another process is changing the folder
│       └── ImportRefused a certificate that is not a recognised test certificate
└── CardRefusal           a card's own answer at the reader
    ├── WrongPin
    └── CardLocked
"""

from __future__ import annotations

from harness.errors import HonninError, UsageError


class CardsError(UsageError):
    """The request does not fit the cards folder."""


class NoCard(CardsError):
    """There is no such card, or the resident holds no valid one."""


class CardNotMade(CardsError):
    """The card is registered, but its key and certificate were never made."""


class FolderBusy(CardsError):
    """Another process holds the folder's lock."""


class ImportRefused(CardsError):
    """A file holds no certificate that may be used as a test card."""


class CardRefusal(HonninError):
    """A card's own answer to the reader."""


class WrongPin(CardRefusal):
    """The PIN was wrong; `tries_left` more before the card locks."""

    def __init__(self, serial: str, tries_left: int) -> None:
        """Build the message; it never holds a PIN."""
        super().__init__(f"card {serial}: wrong PIN, {tries_left} tries left")
        self.tries_left = tries_left


class CardLocked(CardRefusal):
    """The PIN was wrong three times in a row, or the card was made in this state."""

    def __init__(self, serial: str) -> None:
        """Build the message."""
        super().__init__(f"card {serial}: PIN locked after three wrong tries; use another card or renew this one")
