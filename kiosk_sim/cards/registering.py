"""Which card a resident gets: serial, CA generation, days of issue and expiry. No key is made here: it is instant."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count

from harness.records.resident import Resident
from kiosk_sim.cards import profile
from kiosk_sim.cards.authority import Authority
from kiosk_sim.cards.errors import CardsError
from kiosk_sim.cards.files import Records
from kiosk_sim.cards.records import Algorithm, CardKind, CardRecord, CardState

FIRST_SERIAL = 9_990_000_001  # ten digits opening with 999: stands out in a log, far above CA and responder serials
_LARGEST_SERIAL = 2**159  # RFC 5280: at most 20 octets, positive
# Days before the founding by which cards of generations 1, 2 and 3 were issued: all three are in use in equal parts,
# and each card stays valid for half a year after the founding at least.
_ISSUED_BEFORE_DAYS = {1: (1100, 1270), 2: (370, 1090), 3: (1, 360)}
_MARGIN = timedelta(days=60)  # a card that would end within a campaign is issued anew instead


def register(
    records: Records,
    residents: Iterable[Resident],
    authority: Authority,
    *,
    algorithm: Algorithm,
    kind: CardKind,
    today: date,
) -> Records:
    """Return `records` with a card of `kind` for each resident who has none of it yet.

    The last of a resident's imported serials is kept as the card's, being the one in use. The same residents in the
    same order get the same serials and days. Raises CardsError for an imported serial that two residents share.
    """
    known = dict(records)
    held = {record.resident for record in known.values() if record.kind is kind}
    fresh = fresh_serials(known)
    for number, resident in enumerate(r for r in residents if r.key not in held):
        imported = resident.cards[-1:] if kind is CardKind.CARD else ()
        serial = imported[0] if imported else next(fresh)
        if serial in known:
            raise CardsError(f"serial {serial} of {resident.key} is {known[serial].resident}'s too; correct the import")
        issued_on = _issue_day(resident, authority, number, today)
        known[serial] = new_record(
            serial, resident.key, resident.born_on, authority, algorithm=algorithm, kind=kind, issued_on=issued_on
        )
    return known


def new_record(
    serial: str,
    resident: str,
    born_on: str | None,
    authority: Authority,
    *,
    algorithm: Algorithm,
    kind: CardKind,
    issued_on: date,
) -> CardRecord:
    """Return the record of a card issued on a day to a resident (key), valid to the fifth birthday after that day."""
    can_be_made = is_serial(serial)
    return CardRecord(
        serial=serial,
        resident=resident,
        kind=kind,
        state=CardState.VALID,
        algorithm=algorithm,
        generation=authority.issuing_on(issued_on).number,
        certificate=f"certs/{serial}.pem" if can_be_made else "",
        key=f"keys/{serial}.pem" if can_be_made else "",
        pin=new_pin(),
        born_on=born_on,
        issued_on=issued_on.isoformat(),
        expires_on=profile.fifth_birthday(issued_on, calendar_day(born_on)).isoformat(),
    )


def new_pin() -> str:
    """Return four random digits."""
    return f"{secrets.randbelow(10_000):04d}"


def calendar_day(iso: str | None) -> date | None:
    """Return an ISO date as a day; None where it is unknown or, as registers do hold, no day of the calendar."""
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError:
        return None


def is_serial(text: str) -> bool:
    """Tell whether `text` can be a certificate's serial in its one decimal form."""
    return text.isascii() and text.isdecimal() and text[0] != "0" and int(text) < _LARGEST_SERIAL


def fresh_serials(known: Records) -> Iterator[str]:
    """Yield serials that no record has, ascending. One counter for all generations: they share one issuer DN."""
    return (serial for serial in map(str, count(FIRST_SERIAL)) if serial not in known)


def _issue_day(resident: Resident, authority: Authority, number: int, today: date) -> date:
    """Return a past day in the window of the generation whose turn it is; today where that day does not suit."""
    nearest, farthest = _ISSUED_BEFORE_DAYS[1 + number % 3]
    # 37 is prime to the windows' lengths: neighbours get days far apart.
    day = authority.founded_on - timedelta(days=nearest + number * 37 % (farthest - nearest))
    born_on = calendar_day(resident.born_on)
    too_young = born_on is not None and born_on > day
    return today if too_young or profile.fifth_birthday(day, born_on) < today + _MARGIN else day
