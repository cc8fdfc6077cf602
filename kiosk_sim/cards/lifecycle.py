"""What happens to a card in its life, as pure steps from records to records: revoked, locked, renewed, expired."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from kiosk_sim.cards import profile
from kiosk_sim.cards.authority import Authority
from kiosk_sim.cards.errors import CardsError
from kiosk_sim.cards.files import Records
from kiosk_sim.cards.records import IMPORTED, CardKind, CardRecord, CardState
from kiosk_sim.cards.registering import calendar_day, fresh_serials, new_record

LOST = "keyCompromise"  # RFC 5280's nearest word for a lost card
_RENEWED = "superseded"
_LONG_AGO_YEARS = 6  # before the founding: past every fifth birthday, and inside the first generation's time


def revoke(record: CardRecord, now: datetime, reason: str = LOST) -> CardRecord:
    """Return the card revoked at `now`; a card that is on the CRL already is returned unchanged."""
    require_ours(record)
    if record.revoked_at:
        return record
    return replace(record, state=CardState.REVOKED, revoked_at=_instant(now), reason=reason)


def renew(records: Records, old: CardRecord, authority: Authority, now: datetime) -> tuple[Records, CardRecord]:
    """Return the records with a successor under a new serial, and the successor.

    A valid or locked card is thereby revoked as superseded; a revoked or expired one stays what it is. Kind, algorithm
    and PIN carry over; the newest CA generation issues.
    """
    require_ours(old)
    if old.superseded_by:
        raise CardsError(f"card {old.serial} was renewed before; its successor is {old.superseded_by}")
    today = now.astimezone(profile.JST).date()
    fresh = new_record(
        next(fresh_serials(records)),
        old.resident,
        old.born_on,
        authority,
        algorithm=old.algorithm,
        kind=old.kind,
        issued_on=today,
    )
    fresh = replace(fresh, pin=old.pin)
    old = replace(old, superseded_by=fresh.serial)
    if old.state in {CardState.VALID, CardState.LOCKED}:
        old = replace(old, state=CardState.SUPERSEDED, revoked_at=_instant(now), reason=_RENEWED)
    return {**records, old.serial: old, fresh.serial: fresh}, fresh


def expire(record: CardRecord, authority: Authority) -> CardRecord:
    """Return the card, whose key must not exist yet, as issued so long ago that its fifth birthday since is past."""
    issued_on = profile.anniversary(authority.founded_on, authority.founded_on.year - _LONG_AGO_YEARS)
    born_on = calendar_day(record.born_on)
    if born_on and born_on > issued_on:
        raise CardsError(
            f"{record.resident} was born on {born_on} and can hold no expired card; name an older resident"
        )
    return replace(
        record,
        state=CardState.EXPIRED,
        generation=authority.issuing_on(issued_on).number,
        issued_on=issued_on.isoformat(),
        expires_on=profile.fifth_birthday(issued_on, born_on).isoformat(),
    )


def current(records: Records, resident: str, kind: CardKind) -> CardRecord | None:
    """Return the resident's card of a kind that no other has taken the place of, whatever its state."""
    held = [r for r in records.values() if r.resident == resident and r.kind is kind and not r.superseded_by]
    return held[-1] if held else None


def require_ours(record: CardRecord) -> None:
    """Raise CardsError for a card whose certificate is not, or cannot be, issued by our authority."""
    if record.generation == IMPORTED:
        raise CardsError(f"card {record.serial} was imported: only its issuer can revoke or renew it; ask the vendor")
    if not record.certificate:
        raise CardsError(
            f"card {record.serial} is a serial of the target without a certificate of ours; nothing to change"
        )


def _instant(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")
