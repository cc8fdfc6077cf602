"""At the counter: report a card lost (revoke), or have it renewed under a new serial."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from kiosk_sim.cards import lifecycle
from kiosk_sim.cards.authority import load_authority
from kiosk_sim.cards.errors import CardsError, NoCard
from kiosk_sim.cards.files import CardsFolder, Records
from kiosk_sim.cards.making import make_keys
from kiosk_sim.cards.publishing import publish
from kiosk_sim.cards.records import CardKind, CardRecord

REASONS = tuple(sorted(reason.value for reason in x509.ReasonFlags if reason is not x509.ReasonFlags.remove_from_crl))


def revoke_cards(
    folder: Path, serials: Iterable[str], *, reason: str = lifecycle.LOST, now: datetime | None = None
) -> tuple[CardRecord, ...]:
    """Revoke cards and publish the new CRLs; the OCSP responder follows at once. Revoking twice changes nothing.

    All or none: raises NoCard, CardsError for an imported card or an unknown reason, FolderBusy.
    """
    now = now or datetime.now(UTC)
    if reason not in REASONS:
        raise CardsError(f"{reason!r}: no such reason; allowed are {', '.join(REASONS)}")
    cards = CardsFolder(folder)
    cards.require()
    with cards.locked():
        records = cards.load()
        wanted = tuple(dict.fromkeys(serials))
        for serial in wanted:
            if serial not in records:
                raise NoCard(f"{folder}: no card {serial}; serials are listed in {cards.serials.name}")
            records[serial] = lifecycle.revoke(records[serial], now, reason)
        cards.save(records.values())
        publish(cards, load_authority(cards.authority), records, now)
    return tuple(records[serial] for serial in wanted)


def renew_cards(
    folder: Path, residents: Iterable[str], *, kind: CardKind = CardKind.CARD, now: datetime | None = None
) -> tuple[CardRecord, ...]:
    """Give residents a successor to their current card, with its key, and publish; return the successors.

    If a renewal was killed before a successor's key was made, that one is completed instead of a further one begun.
    All or none: raises NoCard, CardsError for an imported card, FolderBusy.
    """
    now = now or datetime.now(UTC)
    cards = CardsFolder(folder)
    cards.require()
    with cards.locked():
        records = cards.load()
        authority = load_authority(cards.authority)
        successors = []
        for resident in dict.fromkeys(residents):
            card = _current_card(records, resident, kind)
            if cards.made(card) or not _is_successor(records, card):
                records, card = lifecycle.renew(records, card, authority, now)
            successors.append(card)
        cards.save(records.values())
        make_keys(cards, authority, successors, 2, None)
        publish(cards, authority, records, now)
    return tuple(successors)


def _current_card(records: Records, resident: str, kind: CardKind) -> CardRecord:
    """Return the resident's card of a kind that has no successor. Raises NoCard."""
    card = lifecycle.current(records, resident, kind)
    if card is None:
        raise NoCard(f"{resident} holds no {kind.value}; residents are listed in serials.csv")
    return card


def _is_successor(records: Records, card: CardRecord) -> bool:
    return any(record.superseded_by == card.serial for record in records.values())
