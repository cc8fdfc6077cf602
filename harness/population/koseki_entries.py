"""Freezes koseki drafts: members with their events (身分事項) and their addresses for the 附票."""

from __future__ import annotations

from datetime import date, timedelta

from harness.population.clerk import Clerk
from harness.population.draft import REFERENCE_DAY, Entry, KosekiDraft, Person, Stay
from harness.records.resident import Koseki, KosekiMember


def freeze_koseki(clerk: Clerk, draft: KosekiDraft, key: str) -> Koseki:
    """Return the koseki as a record; residents need their keys by now."""
    return Koseki(
        key=key,
        honseki=draft.honseki,
        hittousha=draft.head.name,
        members=tuple(_member(clerk, entry) for entry in draft.entries),
    )


def _member(clerk: Clerk, entry: Entry) -> KosekiMember:
    person = entry.person
    return KosekiMember(
        resident=person.key or None,
        given_name=person.given.written,
        born_on=person.born.isoformat(),
        father=person.father,
        mother=person.mother,
        relation=person.rank,
        events=tuple(entry.events),
        removed=entry.removed,
        addresses=tuple((stay.address, stay.since.isoformat()) for stay in _stays(clerk, entry)),
    )


def _stays(clerk: Clerk, entry: Entry) -> tuple[Stay, ...]:
    """Return the addresses while entered: whoever left for an own koseki keeps only the first one here."""
    person = entry.person
    if person.home is None:
        return (Stay(clerk.places.outside(), _grown_up(person)),)
    stays = person.home.stays_of(person.born)
    return stays[:1] if entry.removed and person.left_on is None else stays


def _grown_up(person: Person) -> date:
    return min(person.born + timedelta(days=20 * 365), REFERENCE_DAY - timedelta(days=900))
