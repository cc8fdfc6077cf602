"""One mock card's record: a line of `cards.jsonl`, the cards folder's only master; every other file follows from it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from kiosk_sim.cards.profile import end_of_day


class CardKind(StrEnum):
    """What carries the certificate. A person may hold a valid one of each kind."""

    CARD = "card"  # 個人番号カード
    PHONE = "phone"  # 移動端末設備用


class CardState(StrEnum):
    """What a reader or a validity check will say of a card."""

    VALID = "valid"
    REVOKED = "revoked"  # reported lost: on the CRL, no successor yet
    EXPIRED = "expired"  # past the fifth birthday
    SUPERSEDED = "superseded"  # renewed: another serial took its place; on the CRL
    LOCKED = "locked"  # PIN locked: the certificate is good, the card signs nothing


class Algorithm(StrEnum):
    """Key and signature of a card."""

    RSA_2048 = "rsa2048"  # sha256WithRSA; today's card
    P_384 = "p384"  # ecdsa-with-SHA384; the next generation


IMPORTED = 0  # `generation` of a vendor's test certificate: its issuer is not our authority


class CardRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mock card. Dates are ISO dates of Japan, instants ISO 8601 in UTC, file names relative to the folder.

    An empty `certificate` marks a serial that only the target knows: such a card signs nothing.
    """

    serial: str  # decimal
    resident: str
    kind: CardKind
    state: CardState
    algorithm: Algorithm
    generation: int  # CA generation 1..3, or IMPORTED
    certificate: str  # certs/<serial>.pem; the file exists once the key is made
    key: str  # keys/<serial>.pem
    pin: str  # four digits
    issued_on: str
    expires_on: str  # last day of validity
    born_on: str | None = None  # decides the expiry of successors; None: unknown
    revoked_at: str | None = None
    reason: str | None = None  # RFC 5280 name, e.g. keyCompromise
    superseded_by: str | None = None  # serial of the successor

    def __repr__(self) -> str:
        """Show what identifies the card; the PIN is masked."""
        return (
            f"CardRecord(serial={self.serial!r}, resident={self.resident!r}, kind={self.kind.value!r}, "
            f"state={self.state.value!r}, algorithm={self.algorithm.value!r}, generation={self.generation}, pin='****')"
        )

    def __rich_repr__(self) -> list[tuple[str, object]]:
        """Show the same to rich, which would otherwise print every field."""
        return [("serial", self.serial), ("resident", self.resident), ("state", self.state.value), ("pin", "****")]


def state_at(record: CardRecord, now: datetime) -> CardState:
    """Return the card's state at `now` (aware): a card also expires by itself."""
    if record.state in {CardState.VALID, CardState.LOCKED} and now > end_of_day(record.expires_on):
        return CardState.EXPIRED
    return record.state
