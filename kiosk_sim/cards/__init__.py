"""Mock My Number cards: an authority with JPKI's profile under mock names, cards that sign, files that a target loads.

Everything others need is named here; nothing in this package imports locust or gevent.
"""

from __future__ import annotations

from kiosk_sim.cards.card import Card, CardBox, load_cards
from kiosk_sim.cards.errors import CardLocked, CardNotMade, CardRefusal, CardsError, NoCard, WrongPin
from kiosk_sim.cards.making import Made, ensure_keys, make_cards
from kiosk_sim.cards.records import Algorithm, CardKind, CardRecord, CardState

__all__ = [
    "Algorithm",
    "Card",
    "CardBox",
    "CardKind",
    "CardLocked",
    "CardNotMade",
    "CardRecord",
    "CardRefusal",
    "CardState",
    "CardsError",
    "Made",
    "NoCard",
    "WrongPin",
    "ensure_keys",
    "load_cards",
    "make_cards",
]
