"""Residents whose card is deliberately no good: revoked, expired, superseded or PIN-locked. Only when asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from msgspec.structs import replace

from harness.records.resident import Residency, Resident
from kiosk_sim.cards import lifecycle, profile
from kiosk_sim.cards.authority import Authority
from kiosk_sim.cards.errors import CardsError, NoCard
from kiosk_sim.cards.files import CardsFolder, Records
from kiosk_sim.cards.records import CardKind, CardRecord, CardState
from kiosk_sim.cards.registering import calendar_day

SPECIAL_STATES = (CardState.REVOKED, CardState.EXPIRED, CardState.SUPERSEDED, CardState.LOCKED)
_ADULT_YEARS = 20  # old enough for any certificate, and for a card that expired already


def choose_specials(
    residents: Iterable[Resident],
    counts: Mapping[CardState, int],
    *,
    records: Records,
    avoid: Collection[str],
    today: date,
) -> dict[CardState, tuple[str, ...]]:
    """Return residents (keys) per state so that each state is held by as many as `counts` says, with those there are.

    Chosen from the end of the population, outside `avoid`, among those whom nothing but the card can get refused.
    Raises CardsError if there are too few.
    """
    existing = {state: _in_state(records, state) for state in counts}
    taken = set(avoid).union(*existing.values(), {r.resident for r in records.values() if r.superseded_by})
    pool = [r.key for r in residents if r.key not in taken and _nothing_else_refuses(r, today)]
    chosen = {}
    for state, count in counts.items():
        lacking = max(0, count - len(existing[state]))
        if lacking > len(pool):
            raise CardsError(
                f"{count} residents with {state.value} cards asked for, only {len(pool)} suit; ask for fewer"
            )
        chosen[state] = (*sorted(existing[state]), *(pool.pop() for _ in range(lacking)))
    return chosen


def expire(folder: CardsFolder, records: Records, authority: Authority, residents: Collection[str]) -> Records:
    """Return the records with these residents' unmade cards issued so long ago that they are expired.

    Raises CardsError for a card that exists: certificates are never changed.
    """
    changed = dict(records)
    for key in _without(records, residents, CardState.EXPIRED):
        record = _current(records, key)
        if folder.made(record):
            raise CardsError(f"{key}: card {record.serial} exists and is not expired; name a resident without keys yet")
        changed[record.serial] = lifecycle.expire(record, authority)
    return changed


def spoil(
    records: Records, authority: Authority, special: Mapping[CardState, Collection[str]], now: datetime
) -> Records:
    """Return the records with the named residents' cards revoked, PIN-locked, or superseded by a renewed one."""
    for key in _without(records, special.get(CardState.REVOKED, ()), CardState.REVOKED):
        record = _current(records, key)
        records = {**records, record.serial: lifecycle.revoke(record, now)}
    for key in _without(records, special.get(CardState.LOCKED, ()), CardState.LOCKED):
        record = _current(records, key)
        records = {**records, record.serial: replace(record, state=CardState.LOCKED)}
    for key in _without(records, special.get(CardState.SUPERSEDED, ()), CardState.SUPERSEDED):
        records, _ = lifecycle.renew(records, _current(records, key), authority, now)
    return records


def _in_state(records: Records, state: CardState) -> set[str]:
    return {r.resident for r in records.values() if r.state is state}


def _without(records: Records, residents: Collection[str], state: CardState) -> list[str]:
    """Return those residents who hold no card in `state` yet, so that a repeated call changes nothing."""
    return sorted(set(residents) - _in_state(records, state))


def _current(records: Records, resident: str) -> CardRecord:
    record = lifecycle.current(records, resident, CardKind.CARD)
    if record is None:
        raise NoCard(f"{resident} holds no card; name a resident of this population")
    lifecycle.require_ours(record)
    return record


def _nothing_else_refuses(resident: Resident, today: date) -> bool:
    born_on = calendar_day(resident.born_on)
    adult = born_on is not None and profile.anniversary(born_on, born_on.year + _ADULT_YEARS) <= today
    free = not (resident.restricted or resident.gaiji_pending or resident.cards)
    return adult and free and resident.residency is Residency.RESIDENT
