"""People whose card is no good (revoked, expired, superseded, locked): they must get nothing, each tried alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.manifest import CardStanding
from harness.records.resident import Resident
from harness.records.rules import Rules

_EACH_STATE = 2  # people: one may be refused by accident, and more only cost time


class Holder(Struct, frozen=True, kw_only=True):
    """Somebody with a card that must not be accepted, and what nothing else would keep from being issued."""

    resident: str
    serial: str
    state: str
    certificate: Certificate


def without_valid_card(standings: Iterable[CardStanding]) -> frozenset[str]:
    """Return the residents who have cards, and no valid one: they cannot play any other part."""
    valid: set[str] = set()
    others: set[str] = set()
    for one in standings:
        (valid if one.state == "valid" else others).add(one.resident)
    return frozenset(others - valid)


def holders_of(
    standings: Iterable[CardStanding],
    residents: Mapping[str, Resident],
    kinds: Collection[Certificate],
    on: date,
    rules: Rules,
) -> tuple[Holder, ...]:
    """Return at most two holders for every state there is, with a certificate that only their card keeps from them."""
    found: dict[str, list[Holder]] = {}
    for one in sorted(standings, key=lambda standing: standing.serial):
        some = found.setdefault(one.state, [])
        if one.state != "valid" and one.resident in residents and len(some) < _EACH_STATE:
            some += _holder(one, residents[one.resident], kinds, on, rules)
    return tuple(holder for state in sorted(found) for holder in found[state])


def _holder(
    standing: CardStanding, resident: Resident, kinds: Collection[Certificate], on: date, rules: Rules
) -> Iterator[Holder]:
    free = [kind for kind in Certificate if kind in kinds and not refusal(resident, kind, on, rules)]
    for kind in free[:1]:
        yield Holder(resident=resident.key, serial=standing.serial, state=standing.state, certificate=kind)
