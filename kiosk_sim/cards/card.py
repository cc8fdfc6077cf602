"""A card in somebody's hand: tells its serial, checks a PIN (three tries), signs a nonce; and the box of all cards."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk_sim.cards.errors import CardLocked, CardNotMade, NoCard, WrongPin
from kiosk_sim.cards.files import CardsFolder
from kiosk_sim.cards.keys import PrivateKey, load_key, sign
from kiosk_sim.cards.records import CardKind, CardRecord, CardState, state_at

PIN_TRIES = 3


class Card:
    """One mock card; certificate and key are read when first needed.

    Wrong PINs are counted in this object: a lock lasts as long as the process, unless the card was made locked.
    """

    def __init__(self, folder: Path, record: CardRecord, state: CardState) -> None:
        """Take the card out of `folder`; `state` is what it is at this moment."""
        self._record = record
        self._counting = threading.Lock()
        self._tries_left = 0 if state is CardState.LOCKED else PIN_TRIES
        self._key: PrivateKey | None = None
        self._der: bytes | None = None
        self.state = state
        self.certificate_path = folder / record.certificate
        self.key_path = folder / record.key

    def __repr__(self) -> str:
        """Show serial, holder and state; never PIN or key."""
        return f"Card({self.serial}, {self.resident}, {self.kind.value}, {self.state.value}, pin=****)"

    @property
    def serial(self) -> str:
        """The certificate's serial in decimal."""
        return self._record.serial

    @property
    def resident(self) -> str:
        """Key of the holder."""
        return self._record.resident

    @property
    def kind(self) -> CardKind:
        """Plastic card or phone."""
        return self._record.kind

    @property
    def pin(self) -> str:
        """The PIN, which the holder knows. Never to be logged or sent to a target."""
        return self._record.pin

    @property
    def tries_left(self) -> int:
        """Wrong PINs left before the card locks; 0 when locked."""
        return self._tries_left

    def certificate_der(self) -> bytes:
        """Return the certificate. Raises CardNotMade."""
        if self._der is None:
            certificate = x509.load_pem_x509_certificate(self._read(self.certificate_path))
            self._der = certificate.public_bytes(Encoding.DER)
        return self._der

    def sign(self, nonce: bytes, pin: str) -> bytes:
        """Sign `nonce`: PKCS #1 v1.5 with SHA-256, or ECDSA P-384 with SHA-384 in DER.

        A right PIN restores the three tries. Raises WrongPin, CardLocked (also at the third wrong PIN), CardNotMade.
        """
        self._check(pin)
        if self._key is None:
            self._read(self.key_path)
            self._key = load_key(self.key_path)
        return sign(self._key, nonce)

    def _check(self, pin: str) -> None:
        with self._counting:
            if self._tries_left == 0:
                raise CardLocked(self.serial)
            if pin == self._record.pin:
                self._tries_left = PIN_TRIES
                return
            self._tries_left -= 1
            if self._tries_left == 0:
                raise CardLocked(self.serial)
            raise WrongPin(self.serial, self._tries_left)

    def _read(self, path: Path) -> bytes:
        if not self._record.certificate:
            raise CardNotMade(f"card {self.serial} of {self.resident} is known by its serial only and cannot sign")
        try:
            return path.read_bytes()
        except FileNotFoundError:
            message = f"card {self.serial}: its key was never made; run `honnin cards make ... --only {self.resident}`"
            raise CardNotMade(message) from None


class CardBox:
    """All cards of a folder by serial and by holder. Every call for one serial returns the same Card."""

    def __init__(self, folder: Path, records: Iterable[CardRecord], now: datetime) -> None:
        """Sort the cards; expired ones are seen as expired from here on."""
        self._folder = folder
        self._records = {record.serial: record for record in records}
        self._now = now
        self._cards: dict[str, Card] = {}
        self._held: dict[str, list[str]] = {}
        for record in self._records.values():
            self._held.setdefault(record.resident, []).append(record.serial)

    def __len__(self) -> int:
        """Return the number of cards, whatever their state."""
        return len(self._records)

    def __repr__(self) -> str:
        """Show folder and number of cards."""
        return f"CardBox({str(self._folder)!r}, {len(self)} cards)"

    def by_serial(self, serial: str) -> Card:
        """Return the card with this serial, in whatever state. Raises NoCard."""
        if card := self._cards.get(serial):
            return card
        record = self._records.get(serial)
        if record is None:
            raise NoCard(f"{self._folder}: no card {serial}; are population, plan and cards of one make?")
        # setdefault, so that two threads asking at once share one counter of PIN tries
        return self._cards.setdefault(serial, Card(self._folder, record, state_at(record, self._now)))

    def for_resident(self, key: str, kind: CardKind = CardKind.CARD) -> Card:
        """Return the resident's valid card. Raises NoCard, telling what the resident does hold."""
        held = [self.by_serial(serial) for serial in self._held.get(key, ())]
        valid = [card for card in held if card.kind is kind and card.state is CardState.VALID]
        if valid:
            return valid[-1]
        what = ", ".join(f"{card.serial} ({card.kind.value}, {card.state.value})" for card in held) or "nothing"
        raise NoCard(
            f"{self._folder}: {key} holds no valid {kind.value}; holds {what}. See `honnin cards renew --help`"
        )

    def in_state(self, state: CardState) -> tuple[Card, ...]:
        """Return every card in a state, e.g. the revoked ones for a campaign's refusal tests."""
        serials = [serial for serial, record in self._records.items() if state_at(record, self._now) == state]
        return tuple(self.by_serial(serial) for serial in serials)


def load_cards(folder: Path, *, now: datetime | None = None) -> CardBox:
    """Load the records of a cards folder; keys are read when a card first signs.

    Raises CardsError if it is none, ConfigError naming file and line if damaged.
    """
    folder_ = CardsFolder(folder)
    folder_.require()
    return CardBox(folder, folder_.load().values(), now or datetime.now(UTC))
